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
constexpr std::string_view handshake_refusal_role = "socketlock/2 refused";

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
    // The longest of the three.
    constexpr std::size_t most = handshake_refusal_role.size() + 1 + 2 * sizeof(nonce) +
                                 3 * sizeof ids.presence.value + sizeof port;
    std::array<unsigned char, most> message{};
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
    const auto size = static_cast<std::size_t>(out - message.begin());
    return hmac_sha256(key, byte_view(message).first(size), ec);
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
    if (ec)
        return handshake_action::failed;
    if (!equal_in_constant_time(wanted, proof_))
    {
        state_ = state::proof_was_wrong;
        return handshake_action::failed;
    }

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

handshake_action handshake_server::refuse(const secret_key& key_without_seed, encoded_frame& reply)
{
    const bool expected = state_ == state::proof_was_wrong;
    state_ = state::over;
    if (!expected)
        return handshake_action::failed;

    error_code ec;
    refused_message refused;
    refused.proof = handshake_proof(
        key_without_seed,
        handshake_refusal_role,
        server_nonce_,
        client_nonce_,
        ids_,
        port_,
        ec
    );
    if (ec)
        return handshake_action::failed;

    reply = refused.encode();
    return handshake_action::refused;
}

handshake_action handshake_client::on_frame(const frame_view& frame, encoded_frame& reply)
{
    const state before = state_;
    state_ = state::over;
    const auto type = static_cast<message_type>(frame.type);
    if (before == state::expecting_challenge && type == message_type::challenge)
        return on_challenge(frame.body, reply);
    if (before == state::expecting_answer && type == message_type::welcome)
        return on_welcome(frame.body);
    if (before == state::expecting_answer && type == message_type::refused)
        return on_refused(frame.body);
    return handshake_action::failed;
}

handshake_action handshake_client::on_challenge(byte_view body, encoded_frame& reply)
{
    const auto challenge = challenge_message::decode(body);
    if (!challenge || challenge->version != protocol_version)
        return handshake_action::failed;

    error_code ec;
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
    state_ = state::expecting_answer;
    return handshake_action::send;
}

handshake_action handshake_client::on_welcome(byte_view body) const
{
    const auto welcome = welcome_message::decode(body);
    if (!welcome || !is_proved(key_, handshake_server_role, welcome->proof))
        return handshake_action::failed;
    return handshake_action::authenticated;
}

handshake_action handshake_client::on_refused(byte_view body) const
{
    const auto refused = refused_message::decode(body);
    if (!refused || !is_proved(key_without_seed_, handshake_refusal_role, refused->proof))
        return handshake_action::failed;
    return handshake_action::refused;
}

bool handshake_client::is_proved(const secret_key& key, std::string_view role, const digest& proof)
    const
{
    error_code ec;
    const digest wanted = handshake_proof(key, role, server_nonce_, client_nonce_, ids_, port_, ec);
    return !ec && equal_in_constant_time(wanted, proof);
}

}  // namespace socketlock::detail

#endif
