// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#ifndef SOCKETLOCK_DETAIL_WIRE_HANDSHAKE_HPP
#define SOCKETLOCK_DETAIL_WIRE_HANDSHAKE_HPP

#include <socketlock/config.hpp>
#include <socketlock/detail/common/id.hpp>
#include <socketlock/detail/platform/hmac.hpp>
#include <socketlock/detail/wire/frame.hpp>

#include <cstdint>
#include <optional>
#include <string_view>

namespace socketlock::detail {

// Client and server prove to each other that they know the same key, without showing it:
//
//   server -> client   challenge  (server nonce)
//   client -> server   hello      (ids, client nonce, client's proof)
//   server -> client   welcome    (server's proof), or refused (server's proof, and the end), or
//   the
//                                 end of the stream
//
//   proof = HMAC-SHA256(K, role, 0, server nonce, client nonce, presence id, client's claim,
//                       target claim, port as two bytes big-endian)
//   role  = "socketlock/2 client", "socketlock/2 server" or, in refused, "socketlock/2 refused"
//   K     = HMAC-SHA256(the presence's key, signature seed); in refused the seed is empty
//
// The server speaks first, so that a peer without the key sends one frame and learns nothing but
// a random number. The roles differ, so that a proof cannot be sent back to its maker; both
// nonces are new each time, so that none can be used twice; the port is the one that the client
// believes to be connected to and the server listens on, so that nobody can pass a handshake on
// from another port.
//
// A server refuses with a proof when the target claim lives and has another seed than the client:
// waiting for it would never end. A client believes that of nobody else than who knows the
// presence's key, and of no other claim than the one it has asked for.

/// What a connection is about.
struct handshake_ids
{
    id128 presence;      // whose key makes the proofs: the one that the target claim belongs to
    id128 own_claim;     // the client's; nil if it only asks
    id128 target_claim;  // the claim the client wants to talk to
};

/// `K` above.
SOCKETLOCK_DECL secret_key derive_handshake_key(
    const secret_key& presence_key,
    std::string_view signature_seed,
    error_code& ec
) noexcept;

/// What the owner of a state machine has to do next.
enum class handshake_action
{
    /// Send the reply, then go on reading.
    send,

    /// Server: find the key of `ids()` and call `accept`, or close the connection.
    look_up_key,

    /// Frames that follow are the owner's. Client: the peer is proved. Server: send the reply.
    authenticated,

    /// Client: the target claim lives and has another seed; close the connection. Server: send the
    /// reply, then close the connection. Each further call fails.
    refused,

    /// Close the connection; each further call fails as well.
    failed
};

/// The side that listens. Free of I/O.
class handshake_server
{
public:
    /// `server_nonce` must never have been used before.
    handshake_server(const nonce& server_nonce, std::uint16_t port) noexcept
        : server_nonce_(server_nonce), port_(port)
    {
    }

    /// The frame to begin with.
    SOCKETLOCK_DECL encoded_frame challenge() const;

    /// `look_up_key` if the frame is a hello, otherwise `failed`.
    SOCKETLOCK_DECL handshake_action on_frame(const frame_view& frame) noexcept;

    /// What the client says; proved once `accept` has returned `authenticated`.
    const handshake_ids& ids() const noexcept { return ids_; }

    /// Checks the client's proof: `authenticated` with the frame to send, or `failed`.
    SOCKETLOCK_DECL handshake_action accept(const secret_key& key, encoded_frame& reply);

    /// After `accept` has found the proof wrong: `refused` with the frame to send, or `failed`.
    SOCKETLOCK_DECL handshake_action
    refuse(const secret_key& key_without_seed, encoded_frame& reply);

private:
    enum class state
    {
        expecting_hello,
        expecting_key,
        proof_was_wrong,
        over
    };

    nonce server_nonce_;
    nonce client_nonce_{};
    digest proof_{};
    handshake_ids ids_;
    std::uint16_t port_;
    state state_ = state::expecting_hello;
};

/// The side that connects. Free of I/O.
class handshake_client
{
public:
    /// `client_nonce` must never have been used before; `port` is the one connected to.
    /// `key_without_seed` is the one that a refusal is proved with.
    handshake_client(
        const secret_key& key,
        const secret_key& key_without_seed,
        const handshake_ids& ids,
        std::uint16_t port,
        const nonce& client_nonce
    ) noexcept
        : key_(key),
          key_without_seed_(key_without_seed),
          client_nonce_(client_nonce),
          ids_(ids),
          port_(port)
    {
    }

    /// `send` with the hello in `reply`, then `authenticated` or `refused`; or `failed`.
    SOCKETLOCK_DECL handshake_action on_frame(const frame_view& frame, encoded_frame& reply);

private:
    enum class state
    {
        expecting_challenge,
        expecting_answer,
        over
    };

    SOCKETLOCK_DECL handshake_action on_challenge(byte_view body, encoded_frame& reply);
    SOCKETLOCK_DECL handshake_action on_welcome(byte_view body) const;
    SOCKETLOCK_DECL handshake_action on_refused(byte_view body) const;
    SOCKETLOCK_DECL bool is_proved(
        const secret_key& key,
        std::string_view role,
        const digest& proof
    ) const;

    secret_key key_;
    secret_key key_without_seed_;
    nonce client_nonce_;
    nonce server_nonce_{};
    handshake_ids ids_;
    std::uint16_t port_;
    state state_ = state::expecting_challenge;
};

}  // namespace socketlock::detail

#endif
