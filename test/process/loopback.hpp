// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// Bare sockets on the loopback interface. What is sent in pieces arrives in pieces.

#ifndef SOCKETLOCK_TEST_PROCESS_LOOPBACK_HPP
#define SOCKETLOCK_TEST_PROCESS_LOOPBACK_HPP

#include <chrono>
#include <cstdint>

namespace test {

/// Connects to a port; throws std::system_error if that fails.
int connect_to(std::uint16_t port);

struct listening_socket
{
    int descriptor;
    std::uint16_t port;
};

/// Listens on some port; throws std::system_error if that fails.
listening_socket listen_on_loopback();

/// The next connection, as soon as there is one; -1 if there will be none.
int accept_from(int listener) noexcept;

/// False if nothing comes, neither bytes nor an end nor a connection, in that time.
bool is_readable(int descriptor, std::chrono::milliseconds limit) noexcept;

}  // namespace test

#endif
