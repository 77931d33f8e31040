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

/// Looks after the locks that the owner of a file has by this descriptor: takes again what other
/// code of the process has dropped by opening and closing the file. False: they are lost with the
/// descriptor, which other code has closed; its number may be anybody's.
SOCKETLOCK_DECL bool keep_liveness(const file& f) noexcept;

/// What others find.
enum class liveness_locks
{
    /// The process lives.
    held,
    /// Some process has a copy of the owner's descriptor: the owner itself, which closed another
    /// one of the file, or a copy of it that was made behind our back and may have outlived it.
    only_of_descriptor,
    /// The process is gone, or has lost them.
    free,
};

/// Looks at a file that is open for reading. It changes nothing that an owner could notice. If it
/// is free this descriptor has a sharable lock afterwards.
SOCKETLOCK_DECL liveness_locks test_liveness(const file& f, error_code& ec);

}  // namespace socketlock::detail

#endif
