// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// Other code of the process closes descriptors that are not its own, as closefrom(3) does, and is
// given their numbers for its own files.

#include <socketlock/detail/platform/file.hpp>
#include <socketlock/process_lock.hpp>

#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <string>
#include <unistd.h>

#include "lock_fixture.hpp"

using namespace lock_fixture;

namespace {

/// The descriptor by which this process has a file open; -1 if it has not.
int descriptor_of(const std::string& path)
{
    int found = -1;
    for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd"))
    {
        std::error_code gone;
        if (std::filesystem::read_symlink(entry.path(), gone) == path)
            found = std::atoi(entry.path().filename().c_str());
    }
    return found;
}

struct with_data_file : with_locks
{
    const std::string data = directory / "data";

    /// Opens the data file by the number of the lock file.
    void take_number_of_lock_file(const process_lock& lock)
    {
        const int number = descriptor_of(lock.path());
        BOOST_TEST_REQUIRE(number >= 0);
        const int own = ::open(data.c_str(), O_RDWR | O_CLOEXEC);
        BOOST_TEST_REQUIRE(own >= 0);
        BOOST_TEST_REQUIRE(::dup2(own, number) == number);
        ::close(own);
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(closed_descriptors, with_data_file)

BOOST_AUTO_TEST_CASE(file_that_has_the_number_of_a_lock_file_is_not_written)
{
    for (const std::string& text : {std::string(), std::string("data"), std::string(20000, 'x')})
    {
        write_file(data, text);
        process_lock lock = make();
        lock.lock();
        lock.unlock();
        take_number_of_lock_file(lock);
        error_code ec;
        lock.try_lock(ec);
        BOOST_TEST(ec == errc::io_error);
        BOOST_TEST((contents_of(data) == text));
        BOOST_TEST(lock.try_lock());
        BOOST_TEST((contents_of(data) == text));
        // The number is still the program's own.
        const int number = descriptor_of(data);
        BOOST_TEST(number >= 0);
        ::close(number);
    }
}

BOOST_AUTO_TEST_CASE(lock_file_that_was_closed_is_opened_anew)
{
    process_lock lock = make();
    lock.lock();
    lock.unlock();
    ::close(descriptor_of(lock.path()));
    BOOST_TEST(lock.try_lock());
    lock.unlock();
    BOOST_TEST(lock.try_lock());
}

BOOST_AUTO_TEST_SUITE_END()
