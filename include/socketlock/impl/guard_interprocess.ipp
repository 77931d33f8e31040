// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#ifndef SOCKETLOCK_IMPL_GUARD_INTERPROCESS_IPP
#define SOCKETLOCK_IMPL_GUARD_INTERPROCESS_IPP

#include <socketlock/detail/guard.hpp>
#include <socketlock/detail/interprocess_file_lock.hpp>

namespace socketlock::detail {

SOCKETLOCK_DECL bool try_guard(const file& lock_file, guard_mode mode, error_code& ec)
{
    return mode == guard_mode::exclusive ? try_lock_file(lock_file, ec)
                                         : try_lock_file_sharable(lock_file, ec);
}

SOCKETLOCK_DECL void release_guard(const file& lock_file) noexcept
{
    unlock_file(lock_file);
}

}  // namespace socketlock::detail

#endif
