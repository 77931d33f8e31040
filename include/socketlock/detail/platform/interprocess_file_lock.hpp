// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// Boost.Interprocess's file lock on a descriptor that is already open. Its file_lock opens the file
// by itself, and closing any descriptor of a file drops the process's POSIX locks on it: so the
// lock and the I/O must share one descriptor.

#ifndef SOCKETLOCK_DETAIL_PLATFORM_INTERPROCESS_FILE_LOCK_HPP
#define SOCKETLOCK_DETAIL_PLATFORM_INTERPROCESS_FILE_LOCK_HPP

#include <socketlock/detail/platform/file.hpp>

namespace socketlock::detail {

/// Takes the exclusive lock without waiting; false if another process has it.
SOCKETLOCK_DECL bool try_lock_file(const file& f, error_code& ec);

/// Takes the shared lock without waiting; false if another process has the exclusive one.
SOCKETLOCK_DECL bool try_lock_file_sharable(const file& f, error_code& ec);

SOCKETLOCK_DECL void unlock_file(const file& f) noexcept;

}  // namespace socketlock::detail

#endif
