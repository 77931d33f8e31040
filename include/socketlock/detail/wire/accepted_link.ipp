// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#ifndef SOCKETLOCK_DETAIL_WIRE_ACCEPTED_LINK_IPP
#define SOCKETLOCK_DETAIL_WIRE_ACCEPTED_LINK_IPP

#include <socketlock/detail/wire/accepted_link.hpp>

#include <chrono>
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
    start_limit(std::chrono::seconds(1));
    send(handshake_.challenge());
    start_reading();
}

SOCKETLOCK_DECL bool accepted_link::on_frame(const frame_view& frame)
{
    if (is_authenticated_)
        return on_message(frame);
    if (handshake_.on_frame(frame) != handshake_action::look_up_key)
        return false;
    const auto key = find_key(handshake_.ids());
    encoded_frame reply;
    if (!key || handshake_.accept(*key, reply) != handshake_action::authenticated)
        return false;
    is_authenticated_ = true;
    // To say what it came for.
    start_limit(std::chrono::seconds(10));
    reader().set_limit(max_frame_payload);
    send(reply);
    return true;
}

}  // namespace socketlock::detail

#endif
