// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// The endpoint: the process's loopback listener.

#ifndef SOCKETLOCK_DETAIL_WIRE_ENDPOINT_HPP
#define SOCKETLOCK_DETAIL_WIRE_ENDPOINT_HPP

#include <socketlock/config.hpp>
#include <socketlock/detail/platform/socket.hpp>
#include <socketlock/detail/process/runtime.hpp>
#include <socketlock/detail/wire/peer_session.hpp>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <list>
#include <memory>

namespace socketlock::detail {

class endpoint : public std::enable_shared_from_this<endpoint>
{
public:
    /// Opens the listener; no_loopback, too_many_open_files.
    SOCKETLOCK_DECL static std::shared_ptr<endpoint> open(
        const std::shared_ptr<runtime>& owner,
        error_code& ec
    );

    SOCKETLOCK_DECL endpoint(const std::shared_ptr<runtime>& owner, const loopback_listener& l);
    endpoint(endpoint&&) = delete;
    SOCKETLOCK_DECL ~endpoint();

    std::uint16_t port() const noexcept { return port_; }
    const char* address() const noexcept { return v6_ ? "::1" : "127.0.0.1"; }
    std::shared_ptr<runtime> owner() const { return owner_.lock(); }

    // On the runtime's thread.

    SOCKETLOCK_DECL void note_authenticated(const peer_session& session);
    SOCKETLOCK_DECL void note_end(const peer_session& session);

private:
    SOCKETLOCK_DECL void wait_for_peers();
    SOCKETLOCK_DECL void accept_peers();
    SOCKETLOCK_DECL void accept_later();
    SOCKETLOCK_DECL void drop_oldest();

    const std::weak_ptr<runtime> owner_;
    asio::io_context& context_;
    asio::ip::tcp::acceptor acceptor_;
    asio::steady_timer timer_;
    const std::uint16_t port_;
    const bool v6_;
    // The oldest first.
    std::list<std::shared_ptr<peer_session>> unproved_;
};

}  // namespace socketlock::detail

#endif
