// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// The library with its guard left out: every process that asks for it gets it. The stress test must
// notice.

#define SOCKETLOCK_SOURCE

#include <socketlock/detail/platform/guard.hpp>

// The real one gets another name.
#define try_guard try_guard_in_earnest
#include <socketlock/detail/platform/platform.ipp>
#undef try_guard

namespace socketlock::detail {

bool try_guard(const file&, guard_mode, error_code& ec)
{
    ec.clear();
    return true;
}

}  // namespace socketlock::detail

#include <socketlock/src.hpp>
