// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#ifndef SOCKETLOCK_DETAIL_WIRE_FRAME_IPP
#define SOCKETLOCK_DETAIL_WIRE_FRAME_IPP

#include <socketlock/detail/wire/frame.hpp>

#include <cstring>
#include <stdexcept>

namespace socketlock::detail {

frame_reader::frame_reader(std::size_t limit)
    : buffer_(frame_header_size + max_small_frame_payload), limit_(limit)
{
}

mutable_byte_view frame_reader::prepare() noexcept
{
    if (failed_)
        return {};
    if (begin_ != 0)
    {
        std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
        end_ -= begin_;
        begin_ = 0;
    }
    return {buffer_.data() + end_, buffer_.size() - end_};
}

void frame_reader::commit(std::size_t size) noexcept
{
    end_ += size;
}

std::optional<frame_view> frame_reader::next()
{
    const std::size_t received = end_ - begin_;
    if (failed_ || received < frame_header_size)
        return std::nullopt;

    const unsigned char* const frame = buffer_.data() + begin_;
    const std::size_t length = static_cast<std::size_t>(frame[0]) * 256 + frame[1];
    if (length == 0 || length > limit_)
    {
        failed_ = true;
        return std::nullopt;
    }

    const std::size_t size = frame_header_size + length;
    if (received < size)
    {
        if (buffer_.size() < size)
            buffer_.resize(size);
        return std::nullopt;
    }

    begin_ += size;
    return frame_view{
        frame[frame_header_size],
        byte_view(frame + frame_header_size + 1, length - 1)};
}

encoded_frame::encoded_frame(unsigned char type) : size_(frame_header_size)
{
    put_u8(type);
}

void encoded_frame::put_u8(std::uint8_t value)
{
    put_bytes(byte_view(&value, 1));
}

void encoded_frame::put_u16(std::uint16_t value)
{
    const std::array<unsigned char, 2> bytes{
        {static_cast<unsigned char>(value >> 8), static_cast<unsigned char>(value & 255)}
    };
    put_bytes(bytes);
}

void encoded_frame::put_u64(std::uint64_t value)
{
    std::array<unsigned char, 8> bytes{};
    for (std::size_t i = bytes.size(); i-- != 0; value >>= 8)
        bytes[i] = static_cast<unsigned char>(value & 255);
    put_bytes(bytes);
}

void encoded_frame::put_bytes(byte_view bytes)
{
    if (bytes.size() > bytes_.size() - size_)
        throw std::length_error("socketlock: frame too long");
    if (!bytes.empty())
        std::memcpy(bytes_.data() + size_, bytes.data(), bytes.size());
    size_ += bytes.size();

    const std::size_t length = size_ - frame_header_size;
    bytes_[0] = static_cast<unsigned char>(length >> 8);
    bytes_[1] = static_cast<unsigned char>(length & 255);
}

}  // namespace socketlock::detail

#endif
