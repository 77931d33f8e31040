// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#ifndef SOCKETLOCK_DETAIL_WIRE_FRAME_HPP
#define SOCKETLOCK_DETAIL_WIRE_FRAME_HPP

#include <socketlock/config.hpp>
#include <socketlock/detail/common/byte_view.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace socketlock::detail {

// A frame is the length of its payload (two bytes, big-endian, 1 to 4096) and the payload, whose
// first byte is the message's type and whose rest is its body.

constexpr std::size_t frame_header_size = 2;
constexpr std::size_t max_frame_payload = 4096;

/// The bound for peers that have not proved themselves; also no message of ours is longer.
constexpr std::size_t max_small_frame_payload = 320;

/// A received frame; points into the `frame_reader` it came from.
struct frame_view
{
    unsigned char type = 0;
    byte_view body;
};

/// Cuts a stream of bytes into frames, however it was split or joined on its way.
/**
 * Before each read call `next()` until it returns nothing, then read into `prepare()` and
 * `commit()` what has come. Starts with room for a small frame and takes more only while the
 * limit allows it, never beyond one frame of the limit.
 */
class frame_reader
{
public:
    /// Preconditions: `1 <= limit <= max_frame_payload`.
    SOCKETLOCK_DECL explicit frame_reader(std::size_t limit = max_small_frame_payload);

    /// Sets the longest payload that is accepted from the next frame on.
    void set_limit(std::size_t limit) noexcept { limit_ = limit; }

    /// Where to put received bytes; valid until the next call of any other function than
    /// `commit`. Not empty after `next()` has returned nothing, unless `failed()`.
    SOCKETLOCK_DECL mutable_byte_view prepare() noexcept;

    /// Says that the first `size` bytes of the prepared room have been filled.
    SOCKETLOCK_DECL void commit(std::size_t size) noexcept;

    /// The next whole frame, valid until `prepare()` or `next()` is called; nothing if more bytes
    /// are needed or the stream has failed.
    SOCKETLOCK_DECL std::optional<frame_view> next();

    /// True once a length was zero or over the limit: there is no way to find the next frame.
    bool failed() const noexcept { return failed_; }

private:
    std::vector<unsigned char> buffer_;
    std::size_t begin_ = 0;  // the received bytes that have not been returned yet:
    std::size_t end_ = 0;    // [begin_, end_)
    std::size_t limit_;
    bool failed_ = false;
};

/// A small frame to be sent, without memory of its own on the heap. Begins empty, without a type.
class encoded_frame
{
public:
    encoded_frame() noexcept = default;

    SOCKETLOCK_DECL explicit encoded_frame(unsigned char type);

    // Append to the body; integers are big-endian. Throw std::length_error if the payload would
    // become longer than max_small_frame_payload.
    SOCKETLOCK_DECL void put_u8(std::uint8_t value);
    SOCKETLOCK_DECL void put_u16(std::uint16_t value);
    SOCKETLOCK_DECL void put_u64(std::uint64_t value);
    SOCKETLOCK_DECL void put_bytes(byte_view bytes);

    /// What goes over the wire, header included.
    byte_view bytes() const noexcept { return byte_view(bytes_.data(), size_); }

private:
    std::array<unsigned char, frame_header_size + max_small_frame_payload> bytes_{};
    std::size_t size_ = 0;
};

}  // namespace socketlock::detail

#endif
