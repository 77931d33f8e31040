// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// Who this process is, as it tells others in its presences.

#ifndef SOCKETLOCK_DETAIL_PLATFORM_PROCESS_IDENTITY_HPP
#define SOCKETLOCK_DETAIL_PLATFORM_PROCESS_IDENTITY_HPP

#include <socketlock/config.hpp>

#include <cstdint>
#include <string>

namespace socketlock::detail {

/// Texts are empty where the system does not tell.
struct process_identity
{
    std::int64_t pid = 0;
    std::string boot_id;
    std::string pid_namespace;
    std::string net_namespace;
    std::string host;
    std::string executable;
};

SOCKETLOCK_DECL process_identity this_process();
/// Costs no system call; hence it is found where forks are seen.
SOCKETLOCK_DECL std::int64_t this_process_id() noexcept;

}  // namespace socketlock::detail

#endif
