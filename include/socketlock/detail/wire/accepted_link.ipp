// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#ifndef SOCKETLOCK_DETAIL_WIRE_ACCEPTED_LINK_IPP
#define SOCKETLOCK_DETAIL_WIRE_ACCEPTED_LINK_IPP

#include <socketlock/detail/wire/accepted_link.hpp>

#include <utility>

namespace socketlock::detail {

SOCKETLOCK_DECL void accepted_link::start(owned_descriptor descriptor, bool v6)
{
    error_code ec;
    assign(std::move(descriptor), v6, ec);
    if (ec)
    {
        end();
        return;
    }
    start_limit(limits_.handshake);
    send(handshake_.challenge());
    start_reading();
}

SOCKETLOCK_DECL bool accepted_link::on_frame(const frame_view& frame)
{
    if (is_authenticated_)
        return on_message(frame);
    return handshake_.on_frame(frame) == handshake_action::look_up_key && on_hello();
}

SOCKETLOCK_DECL bool accepted_link::on_hello()
{
    const auto key = find_key(handshake_.ids());
    if (!key)
        return false;
    encoded_frame reply;
    if (handshake_.accept(*key, reply) != handshake_action::authenticated)
        return refuse();
    is_authenticated_ = true;
    start_limit(limits_.first_attachment);
    reader().set_limit(max_frame_payload);
    send(reply);
    return true;
}

SOCKETLOCK_DECL bool accepted_link::send_last_word(std::uint64_t number, const encoded_frame& frame)
{
    // In this order: the peer may answer with the next `attach` before `send` returns.
    if (!attachments_.end(number))
        return false;
    send(frame);
    return true;
}

// One timer that comes back, so that no message has to set it.
SOCKETLOCK_DECL std::chrono::steady_clock::duration accepted_link::on_limit()
{
    return !is_authenticated_ || attachments_.was_idle() ? limits_.idle.zero() : limits_.idle;
}

// The connection lives on, within its time limit, until the peer has taken the answer and closes
// its side, or says another word.
SOCKETLOCK_DECL bool accepted_link::refuse()
{
    const auto key = find_refusal_key(handshake_.ids());
    encoded_frame reply;
    if (!key || handshake_.refuse(*key, reply) != handshake_action::refused)
        return false;
    send_last(reply);
    return true;
}

}  // namespace socketlock::detail

#endif
