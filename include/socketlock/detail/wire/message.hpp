// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#ifndef SOCKETLOCK_DETAIL_WIRE_MESSAGE_HPP
#define SOCKETLOCK_DETAIL_WIRE_MESSAGE_HPP

#include <socketlock/config.hpp>
#include <socketlock/detail/common/byte_view.hpp>
#include <socketlock/detail/common/id.hpp>
#include <socketlock/detail/platform/hmac.hpp>
#include <socketlock/detail/wire/frame.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace socketlock::detail {

// Each message has `type`, `encode()`, which makes the frame, and `decode(body)`, which returns
// nothing if the body is too short or a value is not allowed. Fields are in the order in which
// they are declared, integers big-endian. Bytes behind the last field are ignored, so that later
// versions can append fields.

constexpr std::uint8_t protocol_version = 2;
constexpr std::size_t max_lock_name_size = 200;

enum class message_type : unsigned char
{
    challenge = 1,
    hello = 2,
    welcome = 3,
    refused = 4,
    attach = 16,
    attached = 17,
    look = 18,
    detach = 19,
    detached = 20,
    ping = 22,
    pong = 23,
    error = 24
};

/// The eight bytes that a body begins with.
SOCKETLOCK_DECL std::optional<std::uint64_t> decode_number(byte_view body) noexcept;

/// A message without fields.
template <message_type Type>
struct empty_message
{
    static constexpr message_type type = Type;

    encoded_frame encode() const { return encoded_frame(static_cast<unsigned char>(type)); }
    static std::optional<empty_message> decode(byte_view) { return empty_message(); }
};

/// A message whose only field is the number of the attachment that it belongs to.
template <message_type Type>
struct numbered_message
{
    static constexpr message_type type = Type;

    std::uint64_t number = 0;

    encoded_frame encode() const
    {
        encoded_frame frame(static_cast<unsigned char>(type));
        frame.put_u64(number);
        return frame;
    }
    static std::optional<numbered_message> decode(byte_view body)
    {
        const auto number = decode_number(body);
        if (!number)
            return std::nullopt;
        return numbered_message{*number};
    }
};

/// Server's first frame.
struct challenge_message
{
    static constexpr message_type type = message_type::challenge;

    std::uint8_t version = protocol_version;
    nonce server_nonce{};

    SOCKETLOCK_DECL encoded_frame encode() const;
    SOCKETLOCK_DECL static std::optional<challenge_message> decode(byte_view body);
};

/// Client's answer to the challenge.
struct hello_message
{
    static constexpr message_type type = message_type::hello;

    std::uint8_t version = protocol_version;
    id128 presence;      // whose key makes the proof: the one that the target claim belongs to
    id128 own_claim;     // the client's; nil if it only asks
    id128 target_claim;  // the claim the client wants to talk to
    nonce client_nonce{};
    digest proof{};

    SOCKETLOCK_DECL encoded_frame encode() const;
    SOCKETLOCK_DECL static std::optional<hello_message> decode(byte_view body);
};

/// Server's answer to a proved hello.
struct welcome_message
{
    static constexpr message_type type = message_type::welcome;

    digest proof{};

    SOCKETLOCK_DECL encoded_frame encode() const;
    SOCKETLOCK_DECL static std::optional<welcome_message> decode(byte_view body);
};

/// Server's answer to a hello that its target, a claim that lives, has another signature seed than.
struct refused_message
{
    static constexpr message_type type = message_type::refused;

    digest proof{};

    SOCKETLOCK_DECL encoded_frame encode() const;
    SOCKETLOCK_DECL static std::optional<refused_message> decode(byte_view body);
};

// A connection carries one attachment after the other. The side that connected numbers its own,
// rising from 1, and each message of one repeats the number, so that nobody takes what was said of
// an earlier one for the present one's.

/// A waiter, `own_claim`, queues behind the target claim. `presence`, `pid` and `port` are the
/// waiter's.
struct attach_message
{
    static constexpr message_type type = message_type::attach;

    std::uint64_t number = 0;
    std::uint64_t ticket = 0;
    id128 target_claim;
    id128 own_claim;
    id128 presence;
    std::uint64_t pid = 0;
    std::uint16_t port = 0;
    std::string lock_name;  // two bytes of length, 1 to max_lock_name_size bytes

    /// Throws std::length_error if the name is empty or too long.
    SOCKETLOCK_DECL encoded_frame encode() const;
    SOCKETLOCK_DECL static std::optional<attach_message> decode(byte_view body);
};

/// Answers `attach`: the waiter is remembered. Said again whenever `is_first` changes.
struct attached_message
{
    static constexpr message_type type = message_type::attached;

    std::uint64_t number = 0;
    /// Of those that are attached to the target claim, the waiter has the lowest ticket.
    bool is_first = false;

    SOCKETLOCK_DECL encoded_frame encode() const;
    SOCKETLOCK_DECL static std::optional<attached_message> decode(byte_view body);
};

/// The waiter's turn may have come, or the target claim is over: the waiter has to look at the
/// record. The attachment's last message.
using look_message = numbered_message<message_type::look>;

/// The waiter gives up.
using detach_message = numbered_message<message_type::detach>;

/// Answers `detach`. The attachment's last message.
using detached_message = numbered_message<message_type::detached>;

/// Asks what the target claim is doing.
using ping_message = empty_message<message_type::ping>;

/// What a claim is doing, as `pong` reports it.
enum class reported_state : std::uint8_t
{
    over = 0,
    waiting = 1,
    holding = 2
};

/// Answers `ping`. Other states than the three are not allowed.
struct pong_message
{
    static constexpr message_type type = message_type::pong;

    reported_state state = reported_state::over;
    std::uint64_t fencing_token = 0;

    SOCKETLOCK_DECL encoded_frame encode() const;
    SOCKETLOCK_DECL static std::optional<pong_message> decode(byte_view body);
};

/// Why a frame was not understood.
enum class protocol_fault : std::uint8_t
{
    unknown_type = 1,
    malformed = 2
};

/// Answers a frame that was not understood; never answered itself. Other codes are allowed.
struct error_message
{
    static constexpr message_type type = message_type::error;

    protocol_fault code = protocol_fault::unknown_type;
    std::uint8_t offending_type = 0;

    SOCKETLOCK_DECL encoded_frame encode() const;
    SOCKETLOCK_DECL static std::optional<error_message> decode(byte_view body);
};

}  // namespace socketlock::detail

#endif
