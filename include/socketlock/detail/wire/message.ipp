// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#ifndef SOCKETLOCK_DETAIL_WIRE_MESSAGE_IPP
#define SOCKETLOCK_DETAIL_WIRE_MESSAGE_IPP

#include <socketlock/detail/wire/message.hpp>

#include <algorithm>
#include <cstdint>
#include <stdexcept>

namespace socketlock::detail {

/// Takes fields off the front of a body. Once there was too little, `ok()` is false for good and
/// every further field is zero.
class body_reader
{
public:
    explicit body_reader(byte_view body) noexcept : rest_(body) {}

    bool ok() const noexcept { return ok_; }

    byte_view bytes(std::size_t size) noexcept
    {
        if (!ok_ || size > rest_.size())
        {
            ok_ = false;
            return {};
        }
        const byte_view result = rest_.first(size);
        rest_ = rest_.without_first(size);
        return result;
    }

    template <std::size_t N>
    std::array<unsigned char, N> array() noexcept
    {
        std::array<unsigned char, N> result{};
        const byte_view from = bytes(N);
        std::copy(from.begin(), from.end(), result.begin());
        return result;
    }

    std::uint8_t u8() noexcept { return static_cast<std::uint8_t>(integer(1)); }
    std::uint16_t u16() noexcept { return static_cast<std::uint16_t>(integer(2)); }
    std::uint64_t u64() noexcept { return integer(8); }
    id128 id() noexcept { return id128{array<16>()}; }

private:
    std::uint64_t integer(std::size_t size) noexcept
    {
        std::uint64_t result = 0;
        for (unsigned char byte : bytes(size))
            result = result << 8 | byte;
        return result;
    }

    byte_view rest_;
    bool ok_ = true;
};

template <class Message>
encoded_frame begin_frame(const Message&)
{
    return encoded_frame(static_cast<unsigned char>(Message::type));
}

template <class Message>
std::optional<Message> decoded(const body_reader& reader, Message message)
{
    if (!reader.ok())
        return std::nullopt;
    return message;
}

std::optional<std::uint64_t> decode_number(byte_view body) noexcept
{
    body_reader reader(body);
    const std::uint64_t result = reader.u64();
    return reader.ok() ? std::optional<std::uint64_t>(result) : std::nullopt;
}

encoded_frame challenge_message::encode() const
{
    encoded_frame frame = begin_frame(*this);
    frame.put_u8(version);
    frame.put_bytes(server_nonce);
    return frame;
}

std::optional<challenge_message> challenge_message::decode(byte_view body)
{
    body_reader reader(body);
    challenge_message result;
    result.version = reader.u8();
    result.server_nonce = reader.array<32>();
    return decoded(reader, result);
}

encoded_frame hello_message::encode() const
{
    encoded_frame frame = begin_frame(*this);
    frame.put_u8(version);
    frame.put_bytes(presence.value);
    frame.put_bytes(own_claim.value);
    frame.put_bytes(target_claim.value);
    frame.put_bytes(client_nonce);
    frame.put_bytes(proof);
    return frame;
}

std::optional<hello_message> hello_message::decode(byte_view body)
{
    body_reader reader(body);
    hello_message result;
    result.version = reader.u8();
    result.presence = reader.id();
    result.own_claim = reader.id();
    result.target_claim = reader.id();
    result.client_nonce = reader.array<32>();
    result.proof = reader.array<32>();
    return decoded(reader, result);
}

encoded_frame welcome_message::encode() const
{
    encoded_frame frame = begin_frame(*this);
    frame.put_bytes(proof);
    return frame;
}

std::optional<welcome_message> welcome_message::decode(byte_view body)
{
    body_reader reader(body);
    welcome_message result;
    result.proof = reader.array<32>();
    return decoded(reader, result);
}

encoded_frame refused_message::encode() const
{
    encoded_frame frame = begin_frame(*this);
    frame.put_bytes(proof);
    return frame;
}

std::optional<refused_message> refused_message::decode(byte_view body)
{
    body_reader reader(body);
    refused_message result;
    result.proof = reader.array<32>();
    return decoded(reader, result);
}

encoded_frame attach_message::encode() const
{
    if (lock_name.empty() || lock_name.size() > max_lock_name_size)
        throw std::length_error("socketlock: lock name of no allowed length");
    encoded_frame frame = begin_frame(*this);
    frame.put_u64(number);
    frame.put_u64(ticket);
    frame.put_bytes(target_claim.value);
    frame.put_bytes(own_claim.value);
    frame.put_bytes(presence.value);
    frame.put_u64(pid);
    frame.put_u16(port);
    frame.put_u16(static_cast<std::uint16_t>(lock_name.size()));
    frame.put_bytes(std::string_view(lock_name));
    return frame;
}

std::optional<attach_message> attach_message::decode(byte_view body)
{
    body_reader reader(body);
    attach_message result;
    result.number = reader.u64();
    result.ticket = reader.u64();
    result.target_claim = reader.id();
    result.own_claim = reader.id();
    result.presence = reader.id();
    result.pid = reader.u64();
    result.port = reader.u16();
    const std::size_t size = reader.u16();
    // A record has no room for a greater pid.
    if (size == 0 || size > max_lock_name_size || result.pid > std::uint64_t(INT64_MAX))
        return std::nullopt;
    const byte_view name = reader.bytes(size);
    result.lock_name.assign(name.begin(), name.end());
    return decoded(reader, std::move(result));
}

encoded_frame attached_message::encode() const
{
    encoded_frame frame = begin_frame(*this);
    frame.put_u64(number);
    frame.put_u8(is_first ? 1 : 0);
    return frame;
}

std::optional<attached_message> attached_message::decode(byte_view body)
{
    body_reader reader(body);
    attached_message result;
    result.number = reader.u64();
    const std::uint8_t is_first = reader.u8();
    if (is_first > 1)
        return std::nullopt;
    result.is_first = is_first != 0;
    return decoded(reader, result);
}

encoded_frame pong_message::encode() const
{
    encoded_frame frame = begin_frame(*this);
    frame.put_u8(static_cast<std::uint8_t>(state));
    frame.put_u64(fencing_token);
    return frame;
}

std::optional<pong_message> pong_message::decode(byte_view body)
{
    body_reader reader(body);
    pong_message result;
    const std::uint8_t state = reader.u8();
    if (state > static_cast<std::uint8_t>(reported_state::holding))
        return std::nullopt;
    result.state = static_cast<reported_state>(state);
    result.fencing_token = reader.u64();
    return decoded(reader, result);
}

encoded_frame error_message::encode() const
{
    encoded_frame frame = begin_frame(*this);
    frame.put_u8(static_cast<std::uint8_t>(code));
    frame.put_u8(offending_type);
    return frame;
}

std::optional<error_message> error_message::decode(byte_view body)
{
    body_reader reader(body);
    error_message result;
    result.code = static_cast<protocol_fault>(reader.u8());
    result.offending_type = reader.u8();
    return decoded(reader, result);
}

}  // namespace socketlock::detail

#endif
