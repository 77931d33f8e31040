// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// Opening and accepting loopback sockets that neither exec nor fork passes on. (Asio's own opening
// functions do not set close-on-exec.) The caller gives the descriptor to an Asio socket.

#ifndef SOCKETLOCK_DETAIL_PLATFORM_SOCKET_HPP
#define SOCKETLOCK_DETAIL_PLATFORM_SOCKET_HPP

#include <socketlock/config.hpp>

#include <cstdint>

namespace socketlock::detail {

struct loopback_listener
{
    int descriptor = -1;
    std::uint16_t port = 0;
    /// True if it listens on [::1], because there is no 127.0.0.1.
    bool v6 = false;
};

/// Listens on a port of the system's choice on the loopback interface, without blocking.
SOCKETLOCK_DECL loopback_listener open_loopback_listener(error_code& ec);

/// Accepts a connection; operation_would_block if there is none.
SOCKETLOCK_DECL int accept_connection(int listener, error_code& ec);

/// Makes a non-blocking TCP socket for a connection to the loopback interface.
SOCKETLOCK_DECL int open_loopback_socket(bool v6, error_code& ec);

/// Closes a descriptor that one of the above has opened.
SOCKETLOCK_DECL void close_socket(int descriptor) noexcept;

}  // namespace socketlock::detail

#endif
