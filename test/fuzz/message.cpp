// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// A message from a peer: its type and its body, as in a frame. What is decoded says all that the
// body says, and needs all of it.

#include <socketlock/detail/wire/frame.hpp>
#include <socketlock/detail/wire/message.hpp>

#include <algorithm>
#include <cstddef>

#include "require.hpp"

using namespace socketlock::detail;
using fuzz::require;

namespace {

// Whether a message of `type` was tried.
template <class Message>
bool check(unsigned char type, byte_view body)
{
    if (type != static_cast<unsigned char>(Message::type))
        return false;
    const auto message = Message::decode(body);
    if (!message)
        return true;
    const encoded_frame frame = message->encode();
    const byte_view payload = frame.bytes().without_first(frame_header_size);
    require(payload.size() <= max_small_frame_payload, "a message is short");
    require(payload[0] == type, "a message keeps its type");

    const byte_view fields = payload.without_first(1);
    require(fields.size() <= body.size(), "nothing is made up");
    require(
        std::equal(fields.begin(), fields.end(), body.begin()),
        "what was decoded is encoded as it was"
    );
    require(Message::decode(fields).has_value(), "what was encoded can be decoded");
    if (!fields.empty())
    {
        require(
            !Message::decode(fields.first(fields.size() - 1)).has_value(),
            "a message that is cut short is refused"
        );
    }
    return true;
}

template <class... Messages>
bool check_one_of(unsigned char type, byte_view body)
{
    return (check<Messages>(type, body) || ...);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size)
{
    if (size == 0)
        return 0;
    check_one_of<
        challenge_message,
        hello_message,
        welcome_message,
        attach_message,
        attached_message,
        look_message,
        refused_message,
        detach_message,
        detached_message,
        ping_message,
        pong_message,
        error_message>(data[0], byte_view(data + 1, size - 1));
    return 0;
}
