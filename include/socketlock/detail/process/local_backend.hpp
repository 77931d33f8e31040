// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// The backend of locks on one machine: a lock file in a directory, and claims that queue.

#ifndef SOCKETLOCK_DETAIL_PROCESS_LOCAL_BACKEND_HPP
#define SOCKETLOCK_DETAIL_PROCESS_LOCAL_BACKEND_HPP

#include <socketlock/config.hpp>
#include <socketlock/detail/completion/lock_backend.hpp>
#include <socketlock/options.hpp>

#include <memory>
#include <string>

namespace socketlock::detail {

/// Throws lock_error(invalid_name or invalid_permissions). Touches no file of the lock.
SOCKETLOCK_DECL std::unique_ptr<lock_backend> make_local_backend(
    std::string name,
    const lock_options& options
);

}  // namespace socketlock::detail

#endif
