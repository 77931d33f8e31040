// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// The locks by which a process proves that it lives: it keeps them on its presence as long as it
// is there.

#ifndef SOCKETLOCK_DETAIL_PLATFORM_LIVENESS_LOCK_HPP
#define SOCKETLOCK_DETAIL_PLATFORM_LIVENESS_LOCK_HPP

#include <socketlock/detail/platform/file.hpp>

namespace socketlock::detail {

/// Locks a new file that is open for writing. False without an error: somebody else has it locked.
SOCKETLOCK_DECL bool lock_liveness(const file& f, error_code& ec);

/// Takes again what other code of the owner's process has dropped of its locks by opening and
/// closing the file. False: the locks are lost, because other code has closed this descriptor,
/// whose number may have been reused.
SOCKETLOCK_DECL bool keep_liveness(const file& f) noexcept;

/// What other processes find.
enum class liveness_locks
{
    /// The process lives.
    held,
    /// Only a copy of the owner's descriptor keeps the file locked: the owner itself, which has
    /// closed another descriptor of the file, or a copy of its process that ran no fork handlers
    /// and may have outlived it.
    only_of_descriptor,
    /// The process has ended, or has lost its locks.
    free,
};

/// Tests a file that is open for reading. The owner does not notice. If the file is free, this
/// descriptor has a sharable lock afterwards.
SOCKETLOCK_DECL liveness_locks test_liveness(const file& f, error_code& ec);

}  // namespace socketlock::detail

#endif
