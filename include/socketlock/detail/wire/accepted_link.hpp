// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// A connection that another process has made to this one.

#ifndef SOCKETLOCK_DETAIL_WIRE_ACCEPTED_LINK_HPP
#define SOCKETLOCK_DETAIL_WIRE_ACCEPTED_LINK_HPP

#include <socketlock/config.hpp>
#include <socketlock/detail/platform/hmac.hpp>
#include <socketlock/detail/platform/owned_descriptor.hpp>
#include <socketlock/detail/wire/framed_socket.hpp>
#include <socketlock/detail/wire/handshake.hpp>

#include <optional>

namespace socketlock::detail {

/// A connection on which the other side has to prove that it may read the presence, and knows the
/// signature seed, of the claim that it comes to.
class BOOST_SYMBOL_VISIBLE accepted_link : public framed_socket
{
public:
    accepted_link(asio::io_context& context, const handshake_server& handshake)
        : framed_socket(context), handshake_(handshake)
    {
    }

    // On the context's thread.

    /// Takes over the descriptor and sends the challenge.
    SOCKETLOCK_DECL void start(owned_descriptor descriptor, bool v6);
    bool is_authenticated() const noexcept { return is_authenticated_; }
    /// Ends it, for a younger one that has not proved itself either.
    void drop() { end(); }

protected:
    /// What the peer says that the connection is about; proved once there are messages.
    const handshake_ids& ids() const noexcept { return handshake_.ids(); }

    /// The handshake's key for what is not proved yet; nothing ends the connection.
    virtual std::optional<secret_key> find_key(const handshake_ids& ids) = 0;
    /// A frame that came after the handshake. False ends the connection, and so does a time limit
    /// unless it is stopped: whoever comes has to say what for.
    virtual bool on_message(const frame_view& frame) = 0;

private:
    SOCKETLOCK_DECL bool on_frame(const frame_view& frame) final;

    handshake_server handshake_;
    bool is_authenticated_ = false;
};

}  // namespace socketlock::detail

#endif
