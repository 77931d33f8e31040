// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// The guard: the lock on the lock file that is held for one transaction.

#ifndef SOCKETLOCK_DETAIL_PLATFORM_GUARD_HPP
#define SOCKETLOCK_DETAIL_PLATFORM_GUARD_HPP

#include <socketlock/detail/platform/file.hpp>

namespace socketlock::detail {

enum class guard_mode
{
    /// Excludes everybody else; for writers.
    exclusive,
    /// Excludes writers; for queries, which may have opened the file for reading only.
    sharable,
};

/**
 * Takes the guard of an open lock file without waiting; false if somebody else has it. It excludes
 * users of Boost.Interprocess's file_lock on the same file.
 *
 * On Linux it belongs to the open file, not to the process. A second copy of this library in the
 * process is kept out therefore, which a lock of the process would let in, and cannot drop the
 * guard by closing its own descriptor of the file.
 */
SOCKETLOCK_DECL bool try_guard(const file& lock_file, guard_mode mode, error_code& ec);

/// Releases the guard.
SOCKETLOCK_DECL void release_guard(const file& lock_file) noexcept;

/// Closes a lock file whose guard is not held. Where the guard belongs to the process, this waits
/// until no thread of the process has a guard, because closing the file would drop it.
SOCKETLOCK_DECL void close_guarded(file& lock_file) noexcept;

}  // namespace socketlock::detail

#endif
