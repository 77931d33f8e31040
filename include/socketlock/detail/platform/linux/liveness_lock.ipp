// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#ifndef SOCKETLOCK_DETAIL_PLATFORM_LINUX_LIVENESS_LOCK_IPP
#define SOCKETLOCK_DETAIL_PLATFORM_LINUX_LIVENESS_LOCK_IPP

#include <socketlock/detail/platform/liveness_lock.hpp>
#include <socketlock/error.hpp>

#include <cerrno>
#include <fcntl.h>

namespace socketlock::detail {

// The first byte is locked by a POSIX lock, which belongs to the process: it ends with the process
// whoever has copied the descriptor, but also when any descriptor of the file is closed. The rest
// is locked by an open-file-description lock, which belongs to the descriptor and its copies.
// Neither conflicts with the other's range; a tester asks for both (fcntl_locking(2)).
struct lock_range
{
    ::off_t start;
    /// 0: to the end, wherever that is.
    ::off_t length;
};

inline constexpr lock_range process_range{0, 1};
inline constexpr lock_range descriptor_range{1, 0};
inline constexpr lock_range whole_range{0, 0};

// For F_GETLK and F_OFD_GETLK `type` becomes F_UNLCK if nothing is in the way.
inline bool call_lock(const file& f, int command, short& type, lock_range range) noexcept
{
    struct ::flock lock = {};
    lock.l_type = type;
    lock.l_whence = SEEK_SET;
    lock.l_start = range.start;
    lock.l_len = range.length;
    const bool done = ::fcntl(f.descriptor(), command, &lock) == 0;
    type = lock.l_type;
    return done;
}

// False without an error: somebody else has a lock there.
inline bool try_range(const file& f, int command, short type, lock_range range, error_code& ec)
{
    ec.clear();
    if (call_lock(f, command, type, range))
        return true;
    if (errno != EAGAIN && errno != EACCES)
        ec = errno == EINVAL ? make_error_code(errc::locking_unsupported) : file_error(errno);
    return false;
}

SOCKETLOCK_DECL bool lock_liveness(const file& f, error_code& ec)
{
    return try_range(f, F_OFD_SETLK, F_WRLCK, descriptor_range, ec) &&
           try_range(f, F_SETLK, F_WRLCK, process_range, ec);
}

SOCKETLOCK_DECL bool keep_liveness(const file& f) noexcept
{
    // There is a lock of some descriptor, and it is no other one's.
    short of_any = F_WRLCK;
    short of_another = F_WRLCK;
    if (!f.is_open() || !call_lock(f, F_GETLK, of_any, descriptor_range) || of_any == F_UNLCK ||
        !call_lock(f, F_OFD_GETLK, of_another, descriptor_range) || of_another != F_UNLCK)
        return false;
    // It may be there already. If it is not to be had others go by who we are.
    short of_process = F_WRLCK;
    call_lock(f, F_SETLK, of_process, process_range);
    return true;
}

SOCKETLOCK_DECL liveness_locks test_liveness(const file& f, error_code& ec)
{
    ec.clear();
    // Asked for and never taken, so that the owner can take it again at any time.
    short of_process = F_RDLCK;
    if (call_lock(f, F_OFD_GETLK, of_process, process_range) && of_process != F_UNLCK)
        return liveness_locks::held;
    return try_range(f, F_OFD_SETLK, F_RDLCK, whole_range, ec) ? liveness_locks::free
                                                               : liveness_locks::only_of_descriptor;
}

}  // namespace socketlock::detail

#endif
