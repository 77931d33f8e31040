// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#ifndef SOCKETLOCK_DETAIL_PLATFORM_POSIX_LIVENESS_LOCK_IPP
#define SOCKETLOCK_DETAIL_PLATFORM_POSIX_LIVENESS_LOCK_IPP

#include <socketlock/detail/platform/interprocess_file_lock.hpp>
#include <socketlock/detail/platform/liveness_lock.hpp>

namespace socketlock::detail {

// There are locks of the process only: one over the whole file.
SOCKETLOCK_DECL bool lock_liveness(const file& f, error_code& ec)
{
    return try_lock_file(f, ec);
}

SOCKETLOCK_DECL bool keep_liveness(const file& f) noexcept
{
    error_code ec;
    // Nobody tells whether we have it; to take it again does no harm.
    return f.is_open() && try_lock_file(f, ec);
}

SOCKETLOCK_DECL liveness_locks test_liveness(const file& f, error_code& ec)
{
    return try_lock_file_sharable(f, ec) ? liveness_locks::free : liveness_locks::held;
}

}  // namespace socketlock::detail

#endif
