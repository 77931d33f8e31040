// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// A connection that this process makes to another one.

#ifndef SOCKETLOCK_DETAIL_WIRE_AUTHENTICATED_LINK_HPP
#define SOCKETLOCK_DETAIL_WIRE_AUTHENTICATED_LINK_HPP

#include <socketlock/config.hpp>
#include <socketlock/detail/platform/hmac.hpp>
#include <socketlock/detail/wire/framed_socket.hpp>
#include <socketlock/detail/wire/handshake.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace socketlock::detail {

/// Where a process listens, and what it proves itself with.
struct peer_address
{
    /// Of the loopback interface: connections to any other end at once.
    std::string address;
    std::uint16_t port = 0;
    /// The presence's, from which the handshake's is derived.
    secret_key key{};
};

/// A connection on which the other side has to prove that it is a claim's process.
class BOOST_SYMBOL_VISIBLE authenticated_link : public framed_socket
{
public:
    using framed_socket::framed_socket;

protected:
    /// Connects and proves, within a time limit. On the context's thread. With an error it has
    /// ended.
    SOCKETLOCK_DECL error_code open(
        const peer_address& to,
        const handshake_ids& ids,
        std::string_view signature_seed,
        std::chrono::steady_clock::duration limit
    );

    virtual void on_authenticated() = 0;
    /// The peer has proved that the target claim lives and has another signature seed. The end
    /// follows.
    virtual void on_refused() {}
    /// A frame that came after that. False ends the connection.
    virtual bool on_message(const frame_view& frame) = 0;

private:
    SOCKETLOCK_DECL void on_connected() final;
    SOCKETLOCK_DECL bool on_frame(const frame_view& frame) final;

    std::optional<handshake_client> handshake_;
    bool is_authenticated_ = false;
};

}  // namespace socketlock::detail

#endif
