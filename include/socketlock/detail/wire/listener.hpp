// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// The port on the loopback interface to which other processes connect.

#ifndef SOCKETLOCK_DETAIL_WIRE_LISTENER_HPP
#define SOCKETLOCK_DETAIL_WIRE_LISTENER_HPP

#include <socketlock/config.hpp>
#include <socketlock/detail/platform/socket.hpp>
#include <socketlock/detail/wire/accepted_link.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cstdint>
#include <functional>
#include <list>
#include <memory>

namespace socketlock::detail {

class listener : public std::enable_shared_from_this<listener>
{
public:
    /// Makes what becomes of an accepted connection, whose handshake is given. Null closes it. Is
    /// called on the context's thread.
    using link_factory = std::function<std::shared_ptr<accepted_link>(const handshake_server&)>;

    /// How many connections at the most may be without a proof; the oldest makes room.
    static constexpr std::size_t most_unproved = 64;

    /// Opens the port, if there are descriptors and a loopback interface.
    SOCKETLOCK_DECL static std::shared_ptr<listener> open(
        asio::io_context& context,
        link_factory make_link,
        error_code& ec
    );

    SOCKETLOCK_DECL listener(
        asio::io_context& context,
        link_factory make_link,
        const loopback_listener& l
    );
    listener(listener&&) = delete;
    SOCKETLOCK_DECL ~listener();

    std::uint16_t port() const noexcept { return port_; }
    const char* address() const noexcept { return v6_ ? "::1" : "127.0.0.1"; }

private:
    SOCKETLOCK_DECL void wait_for_peers();
    SOCKETLOCK_DECL void accept_peers();
    SOCKETLOCK_DECL void accept_later();
    SOCKETLOCK_DECL void welcome(owned_descriptor descriptor);
    SOCKETLOCK_DECL void forget_proved();
    SOCKETLOCK_DECL void drop_oldest();

    const link_factory make_link_;
    asio::ip::tcp::acceptor acceptor_;
    asio::steady_timer timer_;
    const std::uint16_t port_;
    const bool v6_;
    // The oldest first. It may have ended, or proved itself, since the last one was accepted.
    std::list<std::weak_ptr<accepted_link>> unproved_;
};

}  // namespace socketlock::detail

#endif
