// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// A connection that somebody made to this process's endpoint.

#ifndef SOCKETLOCK_DETAIL_WIRE_PEER_SESSION_HPP
#define SOCKETLOCK_DETAIL_WIRE_PEER_SESSION_HPP

#include <socketlock/config.hpp>
#include <socketlock/detail/queue/claim_machine.hpp>
#include <socketlock/detail/wire/framed_socket.hpp>
#include <socketlock/detail/wire/handshake.hpp>

#include <memory>

namespace socketlock::detail {

class claim;
class endpoint;
class runtime;

class peer_session final : public framed_socket
{
public:
    SOCKETLOCK_DECL peer_session(
        asio::io_context& context,
        std::weak_ptr<endpoint> owner,
        const nonce& server_nonce,
        std::uint16_t port
    );

    /// Takes over the descriptor and sends the challenge.
    SOCKETLOCK_DECL void start(owned_descriptor descriptor, bool v6);
    /// Ends it, for a younger one that has not proved itself either.
    void drop() { end(); }
    /// The peer is the successor `link` of `c` now. Within lock_entry::run.
    void set_link(const std::shared_ptr<claim>& c, link_id link)
    {
        claim_ = c;
        link_ = link;
        is_attached_ = true;
    }

private:
    SOCKETLOCK_DECL bool on_frame(const frame_view& frame) override;
    SOCKETLOCK_DECL void on_end() override;
    SOCKETLOCK_DECL bool on_hello(const frame_view& frame);
    SOCKETLOCK_DECL bool on_attach(const frame_view& frame);
    SOCKETLOCK_DECL void on_ping();
    /// The claim that the peer has come to, if it is not over.
    SOCKETLOCK_DECL std::shared_ptr<claim> find_target(runtime& users) const;

    const std::weak_ptr<endpoint> owner_;
    handshake_server handshake_;
    bool is_authenticated_ = false;
    bool is_attached_ = false;
    // Weak: the peer, who may be stopped, must not keep a claim that is over.
    std::weak_ptr<claim> claim_;
    link_id link_ = 0;
};

}  // namespace socketlock::detail

#endif
