// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// File systems that lack something, such as vfat and many in user space.

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lock_fixture.hpp"

namespace {

std::atomic<int> error_of_fchmod{0};
std::atomic<int> error_of_fallocate{0};

}  // namespace

// Instead of the C library's.
extern "C" int fchmod(int descriptor, ::mode_t mode) noexcept
{
    if (error_of_fchmod == 0)
        return static_cast<int>(::syscall(SYS_fchmod, descriptor, mode));
    errno = error_of_fchmod;
    return -1;
}

extern "C" int posix_fallocate(int descriptor, ::off_t offset, ::off_t length)
{
    if (error_of_fallocate == 0)
        return ::fallocate(descriptor, 0, offset, length) == 0 ? 0 : errno;
    return error_of_fallocate;
}

namespace {

struct with_plain_file_system : lock_fixture::with_locks
{
    ~with_plain_file_system()
    {
        error_of_fchmod = 0;
        error_of_fallocate = 0;
    }

    std::string path_of(const std::string& name) const
    {
        return directory / ('.' + name + ".lock");
    }

    /// That a new lock can be used from the first on, by other objects, too.
    void expect_lock(const std::string& name)
    {
        lock_fixture::process_lock lock = make(name);
        lock_fixture::process_lock other = make(name);
        for (int i = 0; i < 3; ++i)
        {
            BOOST_TEST(lock.try_lock());
            BOOST_TEST(!other.try_lock());
            lock.unlock();
            BOOST_TEST(other.try_lock());
            other.unlock();
        }
        BOOST_TEST(std::filesystem::file_size(path_of(name)) == 4096u);
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(plain_file_system, with_plain_file_system)

BOOST_AUTO_TEST_CASE(without_chmod_locks_work_from_the_first_on)
{
    for (const int error : {EPERM, ENOSYS, EOPNOTSUPP, EINVAL})
    {
        error_of_fchmod = error;
        expect_lock("x" + std::to_string(error));
    }
}

BOOST_AUTO_TEST_CASE(where_nothing_can_be_allocated_ahead_locks_work)
{
    for (const int error : {EOPNOTSUPP, EINVAL, ENODEV, ENOSYS, EPERM, EIO})
    {
        error_of_fallocate = error;
        expect_lock("x" + std::to_string(error));
    }
}

BOOST_AUTO_TEST_CASE(lack_of_space_is_told_before_anything_is_written)
{
    for (const int error : {ENOSPC, EDQUOT})
    {
        error_of_fallocate = error;
        const std::string name = "x" + std::to_string(error);
        lock_fixture::process_lock lock = make(name);
        lock_fixture::error_code ec;
        BOOST_TEST(!lock.try_lock(ec));
        BOOST_TEST(ec == lock_fixture::errc::no_space);
        BOOST_TEST(std::filesystem::file_size(path_of(name)) == 0u);
        error_of_fallocate = 0;
        BOOST_TEST(lock.try_lock());
    }
}

BOOST_AUTO_TEST_SUITE_END()
