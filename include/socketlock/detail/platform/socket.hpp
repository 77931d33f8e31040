// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// Opening and accepting loopback sockets that neither exec nor fork passes on. (Asio's own opening
// functions do not set close-on-exec.) The caller has an Asio socket take over the descriptor.

#ifndef SOCKETLOCK_DETAIL_PLATFORM_SOCKET_HPP
#define SOCKETLOCK_DETAIL_PLATFORM_SOCKET_HPP

#include <socketlock/config.hpp>
#include <socketlock/detail/platform/owned_descriptor.hpp>

#include <cstdint>

namespace socketlock::detail {

struct loopback_listener
{
    owned_descriptor descriptor;
    std::uint16_t port = 0;
    /// True if it listens on [::1], because there is no 127.0.0.1.
    bool v6 = false;
};

/// Listens on a port that the system chooses on the loopback interface, without blocking.
SOCKETLOCK_DECL loopback_listener open_loopback_listener(error_code& ec);

/// True if some more descriptors could be opened at this moment: enough for the files of a lock.
SOCKETLOCK_DECL bool has_spare_descriptors();

/// Accepts a connection; operation_would_block if there is none.
SOCKETLOCK_DECL owned_descriptor accept_connection(int listener, error_code& ec);

/// Makes a non-blocking TCP socket for a connection to the loopback interface.
SOCKETLOCK_DECL owned_descriptor open_loopback_socket(bool v6, error_code& ec);

}  // namespace socketlock::detail

#endif
