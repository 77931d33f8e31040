// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#ifndef SOCKETLOCK_TOOL_SIGNALS_POSIX_HPP
#define SOCKETLOCK_TOOL_SIGNALS_POSIX_HPP

#include <array>
#include <csignal>

namespace socketlock::tool {

/// Those that are passed on, and SIGCHLD and SIGPIPE, which are not.
inline constexpr std::array
    caught_signals{SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGCHLD, SIGPIPE};

/// Handles and blocks signals as before the signal source was made, in the calling thread.
/// Precondition: there is one. Async-signal-safe.
void restore_signal_dispositions() noexcept;

}  // namespace socketlock::tool

#endif
