// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <chrono>
#include <fcntl.h>
#include <filesystem>
#include <set>
#include <string>
#include <sys/stat.h>
#include <thread>

#include "lock_file_fixture.hpp"

namespace fs = std::filesystem;
using namespace lock_file_fixture;

namespace {

std::atomic<bool> numbers_change{false};

/// Tries as long as the guard seems to be taken; that must come to an end.
error_code final_error_of_begin(lock_file& f)
{
    const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    error_code ec;
    while (!ec && std::chrono::steady_clock::now() < limit)
    {
        transaction t(f);
        if (t.begin(ec))
            return {};
        std::this_thread::yield();
    }
    return ec;
}

}  // namespace

// Instead of the C library's: as on a file system that gives a file another number at every look.
extern "C" int lstat(const char* path, struct ::stat* status) noexcept
{
    const int result = ::fstatat(AT_FDCWD, path, status, AT_SYMLINK_NOFOLLOW);
    if (result == 0 && numbers_change)
        ++status->st_ino;
    return result;
}

BOOST_FIXTURE_TEST_SUITE(lock_file_errors, with_lock_file)

BOOST_AUTO_TEST_CASE(path_that_never_names_the_open_file_is_an_error)
{
    put(file, 7);
    numbers_change = true;
    const error_code ec = error_of_begin(file);
    numbers_change = false;
    BOOST_TEST(ec == errc::unstable_path);
    BOOST_TEST(token_at(path) == 7u);
    put(file, 8);
}

BOOST_AUTO_TEST_CASE(file_with_a_second_name_is_refused_and_left_alone)
{
    const std::string victim = directory / "victim";
    write_file(victim, "precious");
    fs::create_hard_link(victim, path);
    BOOST_TEST(final_error_of_begin(file) == errc::hard_linked);
    // Nor does anything change at another try.
    BOOST_TEST(final_error_of_begin(file) == errc::hard_linked);
    BOOST_TEST(!file.is_open());
    BOOST_TEST(contents_of(victim) == "precious");
    fs::remove(path);
    put(file, 7);
}

// So does version 1 make a lock file: it gives a temporary file the name and then removes the
// other.
BOOST_AUTO_TEST_CASE(second_name_may_be_there_for_a_moment)
{
    write_file(directory / "temporary", "");
    fs::create_hard_link(directory / "temporary", path);
    BOOST_TEST(!error_of_begin(file));
    fs::remove(directory / "temporary");
    put(file, 7);
}

BOOST_AUTO_TEST_CASE(file_that_is_linked_while_it_is_in_use_stays_in_use)
{
    put(file, 7);
    fs::create_hard_link(path, directory / "snapshot");
    put(file, 8);
    file.close();
    put(file, 9);
    other_lock_file newcomer(path);
    BOOST_TEST(final_error_of_begin(newcomer) == errc::hard_linked);
}

BOOST_AUTO_TEST_CASE(what_is_no_regular_file_is_refused_and_left_alone)
{
    const std::string target = directory / "target";
    write_file(target, "precious");
    fs::create_symlink(target, path);
    BOOST_TEST(error_of_begin(file) == errc::not_a_regular_file);
    fs::remove(path);
    fs::create_symlink(directory / "nothing", path);
    BOOST_TEST(error_of_begin(file) == errc::not_a_regular_file);
    BOOST_TEST(!fs::exists(directory / "nothing"));
    fs::remove(path);
    fs::create_directory(path);
    BOOST_TEST(error_of_begin(file) == errc::not_a_regular_file);
    fs::remove(path);
    // Nobody has its other end open: to wait for one would be for ever.
    BOOST_REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
    BOOST_TEST(error_of_begin(file) == errc::not_a_regular_file);
    error_code ec;
    query_record(path, "myapp", ec);
    BOOST_TEST(ec == errc::not_a_regular_file);
    BOOST_TEST(fs::is_fifo(path));
    BOOST_TEST(contents_of(target) == "precious");
}

BOOST_AUTO_TEST_CASE(missing_and_wrong_directories_have_errors_of_their_own)
{
    other_lock_file missing(directory / "missing/.myapp.lock");
    BOOST_TEST(error_of_begin(missing) == errc::directory_missing);
    write_file(directory / "file", "");
    other_lock_file wrong(directory / "file/.myapp.lock");
    BOOST_TEST(error_of_begin(wrong) == errc::not_a_directory);
    BOOST_TEST((directory.names() == std::set<std::string>{"file"}));
}

BOOST_AUTO_TEST_CASE(file_longer_than_a_record_is_corrupt_and_left_alone)
{
    put(file, 7);
    const std::string longer = contents_of(path) + ' ';
    const std::string huge(1 << 20, '\xff');
    for (const std::string& contents : {longer, huge})
    {
        write_file(path, contents);
        {
            transaction t(file);
            begin(t);
            error_code ec;
            t.read("myapp", ec);
            BOOST_TEST(ec == errc::corrupt_record);
        }
        error_code ec;
        query_record(path, "myapp", ec);
        BOOST_TEST(ec == errc::corrupt_record);
        BOOST_TEST((contents_of(path) == contents));
    }
}

BOOST_AUTO_TEST_SUITE_END()
