// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// Who may use a file, in words: for messages. What it says was so when it looked.

#ifndef SOCKETLOCK_DETAIL_PLATFORM_ACCESS_HPP
#define SOCKETLOCK_DETAIL_PLATFORM_ACCESS_HPP

#include <socketlock/detail/platform/directory.hpp>

#include <string>

namespace socketlock::detail {

/// Like "/shared/.x.lock belongs to UID 1000 and GID 100 and has mode 0600"; empty if it cannot be
/// looked at.
SOCKETLOCK_DECL std::string describe_access(const std::string& path);

/// As whom this process asks, like "UID 1000".
SOCKETLOCK_DECL std::string describe_this_user();

/// What keeps this process from using a lock: one of the directories above it, the lock directory,
/// or the lock file (whose path may be empty). Empty if nothing can be seen that does.
SOCKETLOCK_DECL std::string find_obstacle(const std::string& directory, const std::string& file);

/// Why `check_directory` says insecure_directory; empty if it would not now.
SOCKETLOCK_DECL std::string describe_insecurity(const directory_choice& choice);

}  // namespace socketlock::detail

#endif
