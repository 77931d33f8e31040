// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#ifndef SOCKETLOCK_DETAIL_PLATFORM_POSIX_INTERPROCESS_FILE_LOCK_IPP
#define SOCKETLOCK_DETAIL_PLATFORM_POSIX_INTERPROCESS_FILE_LOCK_IPP

#include <socketlock/detail/platform/interprocess_file_lock.hpp>

#include <boost/interprocess/detail/os_file_functions.hpp>

#include <cerrno>

namespace socketlock::detail {

namespace interprocess = boost::interprocess::ipcdetail;

SOCKETLOCK_DECL bool try_lock_file(const file& f, error_code& ec)
{
    ec.clear();
    bool acquired = false;
    if (!interprocess::try_acquire_file_lock(f.descriptor(), acquired))
        ec = file_error(errno);
    return !ec && acquired;
}

SOCKETLOCK_DECL bool try_lock_file_sharable(const file& f, error_code& ec)
{
    ec.clear();
    bool acquired = false;
    if (!interprocess::try_acquire_file_lock_sharable(f.descriptor(), acquired))
        ec = file_error(errno);
    return !ec && acquired;
}

SOCKETLOCK_DECL void unlock_file(const file& f) noexcept
{
    interprocess::release_file_lock(f.descriptor());
}

}  // namespace socketlock::detail

#endif
