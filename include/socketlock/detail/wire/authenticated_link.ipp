// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#ifndef SOCKETLOCK_DETAIL_WIRE_AUTHENTICATED_LINK_IPP
#define SOCKETLOCK_DETAIL_WIRE_AUTHENTICATED_LINK_IPP

#include <socketlock/detail/platform/random.hpp>
#include <socketlock/detail/platform/socket.hpp>
#include <socketlock/detail/wire/authenticated_link.hpp>

#include <boost/asio/ip/address.hpp>

#include <utility>

namespace socketlock::detail {

SOCKETLOCK_DECL error_code authenticated_link::open(
    const peer_address& to,
    const handshake_ids& ids,
    std::string_view signature_seed,
    std::chrono::steady_clock::duration limit
)
{
    error_code ec;
    const secret_key key = derive_handshake_key(to.key, signature_seed, ec);
    secret_key key_without_seed{};
    if (!ec)
        key_without_seed = derive_handshake_key(to.key, {}, ec);
    const nonce own_nonce = ec ? nonce() : random_nonce(ec);
    asio::ip::address address;
    if (!ec)
        address = asio::ip::make_address(to.address, ec);
    // It comes from a file that others can write: it must not send us anywhere else.
    if (!ec && (!address.is_loopback() || to.port == 0))
        ec = boost::system::errc::make_error_code(boost::system::errc::address_not_available);
    if (ec)
    {
        end();
        return ec;
    }
    handshake_.emplace(key, key_without_seed, ids, to.port, own_nonce);
    owned_descriptor descriptor = open_loopback_socket(address.is_v6(), ec);
    if (!ec)
        assign(std::move(descriptor), address.is_v6(), ec);
    if (ec)
    {
        end();
        return ec;
    }
    start_limit(limit);
    async_connect({address, to.port});
    return {};
}

SOCKETLOCK_DECL void authenticated_link::on_connected()
{
    start_reading();
}

SOCKETLOCK_DECL bool authenticated_link::on_frame(const frame_view& frame)
{
    if (is_authenticated_)
        return on_message(frame);
    encoded_frame reply;
    switch (handshake_->on_frame(frame, reply))
    {
    case handshake_action::send:
        send(reply);
        return true;
    case handshake_action::authenticated:
        is_authenticated_ = true;
        reader().set_limit(max_frame_payload);
        stop_limit();
        on_authenticated();
        return true;
    case handshake_action::refused:
        on_refused();
        return false;
    default:
        return false;
    }
}

}  // namespace socketlock::detail

#endif
