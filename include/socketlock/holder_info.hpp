// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#ifndef SOCKETLOCK_HOLDER_INFO_HPP
#define SOCKETLOCK_HOLDER_INFO_HPP

#include <socketlock/config.hpp>

#include <chrono>
#include <cstdint>
#include <string>

namespace socketlock {

/// Who holds a lock, or whose turn it is, according to the lock file and that process's presence.
struct holder_info
{
    /// The name of the lock.
    std::string name;
    /// The holder's process id, as the holder itself sees it.
    std::int64_t pid = 0;
    /// True if the holder is in another PID namespace (another container), so that `pid` means
    /// nothing here, or another process. False if that is not known.
    bool in_other_pid_namespace = false;
    /// The loopback port on which the holder listens; 0 if it is not known, or it does not listen.
    std::uint16_t port = 0;
    /// When the holder got the lock, by its wall clock.
    std::chrono::system_clock::time_point since;
    /// The number that grows with every change of owner.
    std::uint64_t fencing_token = 0;
    /// The holder's host name; empty if its presence could not be read.
    std::string host;
    /// The path of the holder's program; empty if its presence could not be read.
    std::string executable;
    /// True if the holder proved by a handshake that it is the process that the record names, and
    /// that it holds the lock.
    bool verified = false;
};

/// Like "PID 4711 on port 40123 since 2026-11-23T10:00:00Z", or "PID 1 (in another PID namespace)
/// on port 40123 since 2026-11-23T10:00:00Z".
SOCKETLOCK_DECL std::string to_string(const holder_info& holder);

/// A time as ISO 8601 in UTC with whole seconds, like "2026-11-23T10:00:00Z".
SOCKETLOCK_DECL std::string to_iso8601(std::chrono::system_clock::time_point time);

}  // namespace socketlock

#if defined(SOCKETLOCK_HEADER_ONLY) && !defined(SOCKETLOCK_BODIES_COME_LAST) && \
    !defined(SOCKETLOCK_ERROR_HPP)
#include <socketlock/src.hpp>
#endif

#endif
