// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// A stream of bytes from an unknown peer: the frames in it are the same however it comes in pieces.

#include <socketlock/detail/wire/frame.hpp>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <fuzzer/FuzzedDataProvider.h>
#include <optional>
#include <utility>
#include <vector>

#include "require.hpp"

using namespace socketlock::detail;
using fuzz::require;

namespace {

using bytes = std::vector<unsigned char>;

struct limits
{
    std::size_t first = 1;
    std::size_t later = 1;
    std::size_t change_after = 0;  // frames

    std::size_t at(std::size_t frame) const { return frame < change_after ? first : later; }
};

struct frames
{
    std::vector<std::pair<unsigned char, bytes>> all;
    bool failed = false;

    friend bool operator==(const frames& a, const frames& b)
    {
        return a.all == b.all && a.failed == b.failed;
    }
};

// What the format says.
frames expected(const bytes& stream, const limits& l)
{
    frames result;
    std::size_t i = 0;
    while (stream.size() - i >= frame_header_size)
    {
        const std::size_t length = stream[i] * std::size_t(256) + stream[i + 1];
        result.failed = length == 0 || length > l.at(result.all.size());
        if (result.failed || stream.size() - i - frame_header_size < length)
            break;
        i += frame_header_size + length;
        const auto* const end = stream.data() + i;
        result.all.emplace_back(*(end - length), bytes(end - length + 1, end));
    }
    return result;
}

// What the reader makes of pieces of these sizes, and of the rest in one.
frames read(const bytes& stream, const limits& l, const bytes& pieces)
{
    frames result;
    frame_reader reader(l.at(0));
    std::size_t i = 0;
    std::size_t piece = 0;
    for (;;)
    {
        while (const auto frame = reader.next())
        {
            result.all.emplace_back(frame->type, bytes(frame->body.begin(), frame->body.end()));
            reader.set_limit(l.at(result.all.size()));
        }
        result.failed = reader.failed();
        if (result.failed || i == stream.size())
            return result;
        const mutable_byte_view room = reader.prepare();
        require(room.size != 0, "there is room for more");
        require(
            room.size <= frame_header_size + std::max({l.first, l.later, max_small_frame_payload}),
            "there is no more room than one frame needs"
        );
        std::size_t count = std::min(room.size, stream.size() - i);
        if (piece < pieces.size())
            count = std::min<std::size_t>(count, std::max<std::size_t>(1, pieces[piece++]));
        std::memcpy(room.data, stream.data() + i, count);
        reader.commit(count);
        i += count;
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size)
{
    // It takes numbers off the end: what is left is a stream as the wire has it.
    FuzzedDataProvider input(data, size);
    limits l;
    l.first = input.ConsumeIntegralInRange<std::size_t>(1, max_frame_payload);
    l.later = input.ConsumeIntegralInRange<std::size_t>(l.first, max_frame_payload);
    l.change_after = input.ConsumeIntegralInRange<std::size_t>(0, 3);
    bytes pieces(input.ConsumeIntegralInRange<std::size_t>(0, 15));
    for (unsigned char& piece : pieces)
        piece = input.ConsumeIntegral<unsigned char>();
    const bytes stream = input.ConsumeRemainingBytes<unsigned char>();

    const frames right = expected(stream, l);
    require(read(stream, l, {}) == right, "a whole stream is read as the format says");
    require(read(stream, l, pieces) == right, "pieces are read as the whole");
    require(
        read(stream, l, bytes(stream.size(), 1)) == right,
        "single bytes are read as the whole"
    );
    return 0;
}
