// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// The identity of this process, as it publishes it in its presences.

#ifndef SOCKETLOCK_DETAIL_PLATFORM_PROCESS_IDENTITY_HPP
#define SOCKETLOCK_DETAIL_PLATFORM_PROCESS_IDENTITY_HPP

#include <socketlock/config.hpp>

#include <cstdint>
#include <string>

namespace socketlock::detail {

/// Texts are empty, and the time is 0, where the system does not provide them.
struct process_identity
{
    std::int64_t pid = 0;
    /// When it started, in clock ticks since the system was booted, by the clock of its time
    /// namespace.
    std::uint64_t start_time = 0;
    std::string boot_id;
    std::string pid_namespace;
    std::string time_namespace;
    std::string net_namespace;
    std::string host;
    std::string executable;
};

SOCKETLOCK_DECL process_identity this_process();

/// True if a process that described its PID namespace like this is in another one than this
/// process; false if that cannot be found out.
SOCKETLOCK_DECL bool is_other_pid_namespace(const std::string& pid_namespace);

/// True if the process that described itself like this has certainly ended; false if that cannot be
/// found out.
SOCKETLOCK_DECL bool is_over(const process_identity& process);

/// Costs no system call; that is why it is defined where forks are noticed.
SOCKETLOCK_DECL std::int64_t this_process_id() noexcept;

}  // namespace socketlock::detail

#endif
