// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#ifndef SOCKETLOCK_DETAIL_PLATFORM_LINUX_GUARD_IPP
#define SOCKETLOCK_DETAIL_PLATFORM_LINUX_GUARD_IPP

#include <socketlock/detail/platform/guard.hpp>
#include <socketlock/error.hpp>

#include <cerrno>
#include <fcntl.h>

namespace socketlock::detail {

// An "open file description lock" over the whole file (fcntl_locking(2)). It conflicts with the
// POSIX locks, such as Boost.Interprocess's, of the process itself and of all others.
inline bool set_guard(const file& lock_file, short type)
{
    struct ::flock whole = {};
    whole.l_type = type;
    whole.l_whence = SEEK_SET;
    return ::fcntl(lock_file.descriptor(), F_OFD_SETLK, &whole) == 0;
}

SOCKETLOCK_DECL bool try_guard(const file& lock_file, guard_mode mode, error_code& ec)
{
    ec.clear();
    if (set_guard(lock_file, mode == guard_mode::exclusive ? F_WRLCK : F_RDLCK))
        return true;
    if (errno != EAGAIN && errno != EACCES)
        ec = errno == EINVAL ? make_error_code(errc::locking_unsupported) : file_error(errno);
    return false;
}

SOCKETLOCK_DECL void release_guard(const file& lock_file) noexcept
{
    set_guard(lock_file, F_UNLCK);
}

SOCKETLOCK_DECL void close_guarded(file& lock_file) noexcept
{
    lock_file.close();
}

}  // namespace socketlock::detail

#endif
