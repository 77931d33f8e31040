// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// The two calls that make a non-blocking, close-on-exec socket; -1 and errno if they fail.

#ifndef SOCKETLOCK_DETAIL_PLATFORM_STREAM_SOCKET_HPP
#define SOCKETLOCK_DETAIL_PLATFORM_STREAM_SOCKET_HPP

#include <socketlock/config.hpp>

namespace socketlock::detail {

SOCKETLOCK_DECL int open_stream_socket(int family) noexcept;
SOCKETLOCK_DECL int accept_stream_socket(int listener) noexcept;

}  // namespace socketlock::detail

#endif
