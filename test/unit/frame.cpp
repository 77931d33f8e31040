// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#include <socketlock/detail/wire/frame.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <stdexcept>
#include <string>
#include <vector>

using namespace socketlock::detail;

namespace {

using bytes = std::vector<unsigned char>;

/// A frame of `length` bytes of payload, of which the first is `type`.
bytes make_frame(std::size_t length, unsigned char type)
{
    bytes result{
        static_cast<unsigned char>(length / 256),
        static_cast<unsigned char>(length % 256)};
    for (std::size_t i = 0; i < length; ++i)
        result.push_back(static_cast<unsigned char>(type + i * 7));
    return result;
}

/// What a reader returns, each frame as its payload.
class receiver
{
public:
    explicit receiver(std::size_t limit) : reader(limit) {}

    /// One arrival of `size` bytes, read in as many steps as the reader's room asks for.
    void receive(const unsigned char* data, std::size_t size)
    {
        take_frames();
        while (size != 0 && !reader.failed())
        {
            const mutable_byte_view room = reader.prepare();
            BOOST_TEST_REQUIRE(room.size > 0u);
            largest_room = std::max(largest_room, room.size);
            const std::size_t count = std::min(size, room.size);
            std::copy(data, data + count, room.data);
            reader.commit(count);
            data += count;
            size -= count;
            take_frames();
        }
    }

    void receive(const bytes& data) { receive(data.data(), data.size()); }

    frame_reader reader;
    std::vector<bytes> payloads;
    std::size_t largest_room = 0;

private:
    void take_frames()
    {
        while (const auto frame = reader.next())
        {
            bytes payload{frame->type};
            payload.insert(payload.end(), frame->body.begin(), frame->body.end());
            payloads.push_back(payload);
        }
    }
};

bytes payload_of(const bytes& frame)
{
    return bytes(frame.begin() + 2, frame.end());
}

void append(bytes& to, const bytes& more)
{
    to.insert(to.end(), more.begin(), more.end());
}

}  // namespace

BOOST_AUTO_TEST_SUITE(frame)

BOOST_AUTO_TEST_CASE(a_frame_of_a_type_only_has_an_empty_body)
{
    frame_reader reader;
    const mutable_byte_view room = reader.prepare();
    const bytes raw{0, 1, 19};
    std::copy(raw.begin(), raw.end(), room.data);
    reader.commit(raw.size());
    const auto frame = reader.next();
    BOOST_REQUIRE(frame.has_value());
    BOOST_TEST(frame->type == 19);
    BOOST_TEST(frame->body.empty());
    BOOST_TEST(!reader.next().has_value());
    BOOST_TEST(!reader.failed());
}

BOOST_AUTO_TEST_CASE(frames_may_be_split_at_every_byte)
{
    const std::vector<bytes> frames{make_frame(1, 5), make_frame(300, 6), make_frame(17, 7)};
    bytes stream;
    for (const bytes& frame : frames)
        append(stream, frame);

    for (std::size_t first = 0; first <= stream.size(); ++first)
    {
        receiver peer(max_frame_payload);
        peer.receive(stream.data(), first);
        peer.receive(stream.data() + first, stream.size() - first);
        BOOST_TEST_REQUIRE(peer.payloads.size() == frames.size());
        for (std::size_t i = 0; i < frames.size(); ++i)
            BOOST_TEST_REQUIRE((peer.payloads[i] == payload_of(frames[i])));
        BOOST_TEST(!peer.reader.failed());
    }
}

BOOST_AUTO_TEST_CASE(frames_may_come_in_segments_of_every_size)
{
    std::vector<bytes> frames;
    for (std::size_t length : {1u, 2u, 255u, 256u, 257u, 1000u, 4095u, 4096u, 1u, 4096u, 3u})
        frames.push_back(make_frame(length, static_cast<unsigned char>(length)));
    bytes stream;
    for (const bytes& frame : frames)
        append(stream, frame);

    std::vector<std::size_t> sizes{1, 2, 3, 5, 7, 254, 257, 258, 259, 1001, 4097, 4098, 4099};
    sizes.push_back(stream.size());
    for (std::size_t size : sizes)
    {
        receiver peer(max_frame_payload);
        for (std::size_t at = 0; at < stream.size(); at += size)
            peer.receive(stream.data() + at, std::min(size, stream.size() - at));
        BOOST_TEST_REQUIRE(peer.payloads.size() == frames.size());
        for (std::size_t i = 0; i < frames.size(); ++i)
            BOOST_TEST_REQUIRE((peer.payloads[i] == payload_of(frames[i])));
        BOOST_TEST(peer.largest_room <= frame_header_size + max_frame_payload);
    }
}

BOOST_AUTO_TEST_CASE(a_length_of_zero_is_an_error_for_good)
{
    receiver peer(max_frame_payload);
    bytes stream = make_frame(3, 1);
    append(stream, {0, 0});
    append(stream, make_frame(3, 1));
    peer.receive(stream);
    BOOST_TEST(peer.payloads.size() == 1u);
    BOOST_TEST(peer.reader.failed());

    BOOST_TEST(peer.reader.prepare().size == 0u);
    BOOST_TEST(!peer.reader.next().has_value());
    BOOST_TEST(peer.reader.failed());
}

BOOST_AUTO_TEST_CASE(a_length_over_the_limit_is_an_error_for_good)
{
    for (std::size_t limit : {1u, 2u, 256u, 1000u, 4096u})
    {
        receiver good(limit);
        good.receive(make_frame(limit, 9));
        BOOST_TEST(good.payloads.size() == 1u);
        BOOST_TEST(!good.reader.failed());

        for (std::size_t length : {limit + 1, std::size_t(65535)})
        {
            // The length alone must do: nothing is kept for a frame that will be refused.
            receiver peer(limit);
            const bytes header = make_frame(length, 9);
            peer.receive(header.data(), 2);
            BOOST_TEST(peer.reader.failed());
            BOOST_TEST(peer.payloads.empty());
            BOOST_TEST(peer.reader.prepare().size == 0u);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_raised_limit_does_not_mend_a_stream_that_has_failed)
{
    receiver peer(10);
    peer.receive(make_frame(20, 9));  // all of it is there
    BOOST_TEST(peer.reader.failed());
    peer.reader.set_limit(max_frame_payload);
    BOOST_TEST(!peer.reader.next().has_value());
    BOOST_TEST(peer.reader.prepare().size == 0u);
    BOOST_TEST(peer.reader.failed());
}

BOOST_AUTO_TEST_CASE(the_limit_can_be_raised_between_frames)
{
    bytes stream = make_frame(100, 1);
    append(stream, make_frame(4096, 2));
    frame_reader reader(max_small_frame_payload);
    const mutable_byte_view room = reader.prepare();
    std::copy_n(stream.begin(), room.size, room.data);
    reader.commit(room.size);
    BOOST_TEST(reader.next().has_value());
    reader.set_limit(max_frame_payload);
    BOOST_TEST(!reader.next().has_value());
    BOOST_TEST(!reader.failed());

    const std::size_t rest = stream.size() - room.size;
    const mutable_byte_view more = reader.prepare();
    BOOST_TEST_REQUIRE(more.size >= rest);
    std::copy(stream.end() - static_cast<std::ptrdiff_t>(rest), stream.end(), more.data);
    reader.commit(rest);
    const auto frame = reader.next();
    BOOST_REQUIRE(frame.has_value());
    BOOST_TEST(frame->body.size() == 4095u);
}

BOOST_AUTO_TEST_CASE(a_peer_that_has_not_proved_itself_gets_room_for_a_small_frame_only)
{
    receiver peer(max_small_frame_payload);
    bytes stream;
    for (int i = 0; i < 100; ++i)
        append(stream, make_frame(max_small_frame_payload, 3));
    peer.receive(stream);
    BOOST_TEST(peer.payloads.size() == 100u);
    BOOST_TEST(peer.largest_room == frame_header_size + max_small_frame_payload);
}

BOOST_AUTO_TEST_CASE(an_encoded_frame_has_its_length_its_type_and_big_endian_fields)
{
    encoded_frame frame(18);
    const bytes type_only{0, 1, 18};
    BOOST_TEST((bytes(frame.bytes().begin(), frame.bytes().end()) == type_only));

    frame.put_u8(0xfe);
    frame.put_u16(0x0102);
    frame.put_u64(0x030405060708090a);
    frame.put_bytes(std::string_view("xy"));
    frame.put_bytes(byte_view());
    const bytes expected{0, 14, 18, 0xfe, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 'x', 'y'};
    BOOST_TEST((bytes(frame.bytes().begin(), frame.bytes().end()) == expected));
}

BOOST_AUTO_TEST_CASE(an_empty_encoded_frame_sends_nothing)
{
    BOOST_TEST(encoded_frame().bytes().empty());
}

BOOST_AUTO_TEST_CASE(an_encoded_frame_does_not_grow_beyond_its_room)
{
    encoded_frame frame(1);
    const std::string text(319, 'a');
    frame.put_bytes(std::string_view(text));
    BOOST_TEST(frame.bytes().size() == 322u);
    BOOST_TEST(frame.bytes()[0] == 1);
    BOOST_TEST(frame.bytes()[1] == 64);
    BOOST_CHECK_THROW(frame.put_u8(0), std::length_error);

    // An encoded frame is what a reader takes.
    receiver peer(max_small_frame_payload);
    peer.receive(frame.bytes().data(), frame.bytes().size());
    BOOST_TEST_REQUIRE(peer.payloads.size() == 1u);
    BOOST_TEST(peer.payloads[0].size() == 320u);
}

BOOST_AUTO_TEST_SUITE_END()
