// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#ifndef SOCKETLOCK_DETAIL_WIRE_HANDSHAKE_IPP
#define SOCKETLOCK_DETAIL_WIRE_HANDSHAKE_IPP

#include <socketlock/detail/wire/handshake.hpp>
#include <socketlock/detail/wire/message.hpp>

#include <algorithm>
#include <array>
#include <cstddef>

namespace socketlock::detail {

constexpr std::string_view handshake_client_role = "socketlock/2 client";
constexpr std::string_view handshake_server_role = "socketlock/2 server";

inline digest handshake_proof(
    const secret_key& key,
    std::string_view role,
    const nonce& server_nonce,
    const nonce& client_nonce,
    const handshake_ids& ids,
    std::uint16_t port,
    error_code& ec
) noexcept
{
    static_assert(handshake_client_role.size() == handshake_server_role.size());
    constexpr std::size_t size = handshake_client_role.size() + 1 + 2 * sizeof(nonce) +
                                 3 * sizeof ids.presence.value + sizeof port;
    std::array<unsigned char, size> message{};
    auto out = std::copy(role.begin(), role.end(), message.begin());
    *out++ = 0;
    const byte_view parts[] = {
        server_nonce,
        client_nonce,
        ids.presence.value,
        ids.own_claim.value,
        ids.target_claim.value};
    for (byte_view part : parts)
        out = std::copy(part.begin(), part.end(), out);
    *out++ = static_cast<unsigned char>(port >> 8);
    *out++ = static_cast<unsigned char>(port & 255);
    return hmac_sha256(key, message, ec);
}

secret_key derive_handshake_key(
    const secret_key& presence_key,
    std::string_view signature_seed,
    error_code& ec
) noexcept
{
    return hmac_sha256(presence_key, signature_seed, ec);
}

encoded_frame handshake_server::challenge() const
{
    challenge_message message;
    message.server_nonce = server_nonce_;
    return message.encode();
}

handshake_action handshake_server::on_frame(const frame_view& frame) noexcept
{
    const bool expected = state_ == state::expecting_hello &&
                          frame.type == static_cast<unsigned char>(hello_message::type);
    state_ = state::over;
    if (!expected)
        return handshake_action::failed;

    const auto hello = hello_message::decode(frame.body);
    if (!hello || hello->version != protocol_version)
        return handshake_action::failed;

    ids_.presence = hello->presence;
    ids_.own_claim = hello->own_claim;
    ids_.target_claim = hello->target_claim;
    client_nonce_ = hello->client_nonce;
    proof_ = hello->proof;
    state_ = state::expecting_key;
    return handshake_action::look_up_key;
}

handshake_action handshake_server::accept(const secret_key& key, encoded_frame& reply)
{
    const bool expected = state_ == state::expecting_key;
    state_ = state::over;
    if (!expected)
        return handshake_action::failed;

    error_code ec;
    const digest wanted = handshake_proof(
        key,
        handshake_client_role,
        server_nonce_,
        client_nonce_,
        ids_,
        port_,
        ec
    );
    if (ec || !equal_in_constant_time(wanted, proof_))
        return handshake_action::failed;

    welcome_message welcome;
    welcome.proof = handshake_proof(
        key,
        handshake_server_role,
        server_nonce_,
        client_nonce_,
        ids_,
        port_,
        ec
    );
    if (ec)
        return handshake_action::failed;

    reply = welcome.encode();
    return handshake_action::authenticated;
}

handshake_action handshake_client::on_frame(const frame_view& frame, encoded_frame& reply)
{
    const state before = state_;
    state_ = state::over;
    error_code ec;

    if (before == state::expecting_challenge &&
        frame.type == static_cast<unsigned char>(challenge_message::type))
    {
        const auto challenge = challenge_message::decode(frame.body);
        if (!challenge || challenge->version != protocol_version)
            return handshake_action::failed;

        server_nonce_ = challenge->server_nonce;
        hello_message hello;
        hello.presence = ids_.presence;
        hello.own_claim = ids_.own_claim;
        hello.target_claim = ids_.target_claim;
        hello.client_nonce = client_nonce_;
        hello.proof = handshake_proof(
            key_,
            handshake_client_role,
            server_nonce_,
            client_nonce_,
            ids_,
            port_,
            ec
        );
        if (ec)
            return handshake_action::failed;

        reply = hello.encode();
        state_ = state::expecting_welcome;
        return handshake_action::send;
    }

    if (before == state::expecting_welcome &&
        frame.type == static_cast<unsigned char>(welcome_message::type))
    {
        const auto welcome = welcome_message::decode(frame.body);
        if (!welcome)
            return handshake_action::failed;

        const digest wanted = handshake_proof(
            key_,
            handshake_server_role,
            server_nonce_,
            client_nonce_,
            ids_,
            port_,
            ec
        );
        if (ec || !equal_in_constant_time(wanted, welcome->proof))
            return handshake_action::failed;
        return handshake_action::authenticated;
    }

    return handshake_action::failed;
}

}  // namespace socketlock::detail

#endif
