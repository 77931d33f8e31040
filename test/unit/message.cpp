// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#include <socketlock/detail/wire/message.hpp>

#include <boost/test/unit_test.hpp>

#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

using namespace socketlock::detail;

namespace {

using bytes = std::vector<unsigned char>;

template <class Array>
Array counting(unsigned char first)
{
    Array result{};
    for (unsigned char& byte : result)
        byte = first++;
    return result;
}

id128 an_id(unsigned char first)
{
    return id128{counting<std::array<unsigned char, 16>>(first)};
}

bytes counting_bytes(unsigned char first, std::size_t count)
{
    bytes result;
    while (count-- != 0)
        result.push_back(first++);
    return result;
}

void append(bytes& to, const bytes& more)
{
    to.insert(to.end(), more.begin(), more.end());
}

bytes wire(const encoded_frame& frame)
{
    return bytes(frame.bytes().begin(), frame.bytes().end());
}

/// Checks what the message is on the wire, that it comes back, that no shorter body is taken,
/// and that more bytes than this version knows are ignored.
template <class Message>
void check_message(const Message& message, unsigned char type, const bytes& body)
{
    const std::size_t length = body.size() + 1;
    bytes expected{
        static_cast<unsigned char>(length / 256),
        static_cast<unsigned char>(length % 256),
        type};
    append(expected, body);
    BOOST_TEST(wire(message.encode()) == expected, boost::test_tools::per_element());

    const auto same = Message::decode(byte_view(body.data(), body.size()));
    BOOST_REQUIRE(same.has_value());
    BOOST_TEST((wire(same->encode()) == expected));

    for (std::size_t size = 0; size < body.size(); ++size)
    {
        // A copy of exactly that size, so that a sanitizer sees a read beyond it.
        const bytes shorter(body.begin(), body.begin() + static_cast<std::ptrdiff_t>(size));
        BOOST_TEST(!Message::decode(byte_view(shorter.data(), shorter.size())).has_value());
    }

    bytes longer = body;
    append(longer, {1, 2, 3});
    const auto known_part = Message::decode(byte_view(longer.data(), longer.size()));
    BOOST_REQUIRE(known_part.has_value());
    BOOST_TEST((wire(known_part->encode()) == expected));
}

attach_message an_attach()
{
    attach_message message;
    message.number = 0x8182838485868788;
    message.ticket = 0x0102030405060708;
    message.target_claim = an_id(0x60);
    message.own_claim = an_id(0x90);
    message.presence = an_id(0x40);
    message.pid = 0x1112131415161718;
    message.port = 0x2122;
    message.lock_name = "myapp";
    return message;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(message)

BOOST_AUTO_TEST_CASE(challenge_is_version_and_nonce)
{
    challenge_message message;
    message.server_nonce = counting<nonce>(0x10);
    bytes body{2};
    append(body, counting_bytes(0x10, 32));
    check_message(message, 1, body);

    const auto decoded = challenge_message::decode(byte_view(body.data(), body.size()));
    BOOST_TEST(decoded->version == 2);
    BOOST_TEST((decoded->server_nonce == message.server_nonce));
}

BOOST_AUTO_TEST_CASE(hello_is_version_ids_nonce_and_proof)
{
    hello_message message;
    message.presence = an_id(0x10);
    message.own_claim = an_id(0x30);
    message.target_claim = an_id(0x50);
    message.client_nonce = counting<nonce>(0x70);
    message.proof = counting<digest>(0xa0);
    bytes body{2};
    append(body, counting_bytes(0x10, 16));
    append(body, counting_bytes(0x30, 16));
    append(body, counting_bytes(0x50, 16));
    append(body, counting_bytes(0x70, 32));
    append(body, counting_bytes(0xa0, 32));
    check_message(message, 2, body);

    const auto decoded = hello_message::decode(byte_view(body.data(), body.size()));
    BOOST_TEST(decoded->version == 2);
    BOOST_TEST((decoded->presence == message.presence));
    BOOST_TEST((decoded->own_claim == message.own_claim));
    BOOST_TEST((decoded->target_claim == message.target_claim));
    BOOST_TEST((decoded->client_nonce == message.client_nonce));
    BOOST_TEST((decoded->proof == message.proof));
}

BOOST_AUTO_TEST_CASE(welcome_is_a_proof)
{
    welcome_message message;
    message.proof = counting<digest>(1);
    check_message(message, 3, counting_bytes(1, 32));
    const bytes body = counting_bytes(1, 32);
    BOOST_TEST(
        (welcome_message::decode(byte_view(body.data(), body.size()))->proof == message.proof)
    );
}

BOOST_AUTO_TEST_CASE(refused_is_a_proof)
{
    refused_message message;
    message.proof = counting<digest>(1);
    const bytes body = counting_bytes(1, 32);
    check_message(message, 4, body);
    BOOST_TEST(
        (refused_message::decode(byte_view(body.data(), body.size()))->proof == message.proof)
    );
}

BOOST_AUTO_TEST_CASE(attach_is_number_ticket_claims_presence_pid_port_and_name)
{
    bytes body = counting_bytes(0x81, 8);
    append(body, counting_bytes(1, 8));
    append(body, counting_bytes(0x60, 16));
    append(body, counting_bytes(0x90, 16));
    append(body, counting_bytes(0x40, 16));
    append(body, counting_bytes(0x11, 8));
    append(body, {0x21, 0x22, 0, 5, 'm', 'y', 'a', 'p', 'p'});
    check_message(an_attach(), 16, body);

    const auto decoded = attach_message::decode(byte_view(body.data(), body.size()));
    BOOST_TEST(decoded->number == 0x8182838485868788u);
    BOOST_TEST(decoded->ticket == 0x0102030405060708u);
    BOOST_TEST((decoded->target_claim == an_id(0x60)));
    BOOST_TEST((decoded->own_claim == an_id(0x90)));
    BOOST_TEST((decoded->presence == an_id(0x40)));
    BOOST_TEST(decoded->pid == 0x1112131415161718u);
    BOOST_TEST(decoded->port == 0x2122);
    BOOST_TEST(decoded->lock_name == "myapp");
}

BOOST_AUTO_TEST_CASE(attach_takes_names_of_1_to_200_bytes)
{
    attach_message message = an_attach();
    message.lock_name.clear();
    BOOST_CHECK_THROW(message.encode(), std::length_error);
    message.lock_name.assign(201, 'n');
    BOOST_CHECK_THROW(message.encode(), std::length_error);

    message.lock_name.assign(200, 'n');
    bytes longest = wire(message.encode());
    longest.erase(longest.begin(), longest.begin() + 3);
    const auto decoded = attach_message::decode(byte_view(longest.data(), longest.size()));
    BOOST_REQUIRE(decoded.has_value());
    BOOST_TEST(decoded->lock_name == message.lock_name);

    // A name longer than that, all of it there, and an empty one.
    const std::size_t length_at = 8 + 8 + 3 * 16 + 8 + 2;
    bytes too_long = longest;
    too_long.push_back('n');
    too_long[length_at + 1] = 201;
    BOOST_TEST(!attach_message::decode(byte_view(too_long.data(), too_long.size())).has_value());
    bytes empty = longest;
    empty[length_at + 1] = 0;
    BOOST_TEST(!attach_message::decode(byte_view(empty.data(), empty.size())).has_value());
}

BOOST_AUTO_TEST_CASE(attach_refuses_a_pid_that_no_record_has_room_for)
{
    attach_message message = an_attach();
    for (const auto& [pid, is_taken] :
         {std::pair(0x7fffffffffffffffu, true),
          std::pair(0x8000000000000000u, false),
          std::pair(0xffffffffffffffffu, false)})
    {
        message.pid = pid;
        bytes body = wire(message.encode());
        body.erase(body.begin(), body.begin() + 3);
        const auto decoded = attach_message::decode(byte_view(body.data(), body.size()));
        BOOST_TEST(decoded.has_value() == is_taken);
    }
}

BOOST_AUTO_TEST_CASE(what_is_said_on_an_attachment_is_its_number)
{
    const bytes body = counting_bytes(0xf1, 8);
    constexpr std::uint64_t number = 0xf1f2f3f4f5f6f7f8;
    check_message(look_message{number}, 18, body);
    check_message(detach_message{number}, 19, body);
    check_message(detached_message{number}, 20, body);
    BOOST_TEST(look_message::decode(byte_view(body.data(), body.size()))->number == number);
}

BOOST_AUTO_TEST_CASE(attached_is_a_number_and_whether_the_waiter_is_the_first)
{
    for (unsigned char is_first = 0; is_first < 2; ++is_first)
    {
        bytes body = counting_bytes(0xf1, 8);
        body.push_back(is_first);
        check_message(attached_message{0xf1f2f3f4f5f6f7f8, is_first != 0}, 17, body);
        const auto decoded = attached_message::decode(byte_view(body.data(), body.size()));
        BOOST_TEST_REQUIRE(decoded.has_value());
        BOOST_TEST(decoded->is_first == (is_first != 0));
        body.back() = static_cast<unsigned char>(2 + is_first);
        BOOST_TEST(!attached_message::decode(byte_view(body.data(), body.size())).has_value());
    }
}

BOOST_AUTO_TEST_CASE(ping_is_a_type_only)
{
    check_message(ping_message(), 22, {});
}

BOOST_AUTO_TEST_CASE(pong_is_a_state_and_a_fencing_token)
{
    for (unsigned char state = 0; state < 3; ++state)
    {
        pong_message message;
        message.state = static_cast<reported_state>(state);
        message.fencing_token = 0x0102030405060708;
        bytes body{state};
        append(body, counting_bytes(1, 8));
        check_message(message, 23, body);
        const auto decoded = pong_message::decode(byte_view(body.data(), body.size()));
        BOOST_TEST((decoded->state == message.state));
        BOOST_TEST(decoded->fencing_token == message.fencing_token);
    }
}

BOOST_AUTO_TEST_CASE(pong_refuses_a_state_that_there_is_not)
{
    for (unsigned state = 3; state < 256; ++state)
    {
        bytes body{static_cast<unsigned char>(state)};
        append(body, counting_bytes(1, 8));
        BOOST_TEST(!pong_message::decode(byte_view(body.data(), body.size())).has_value());
    }
}

BOOST_AUTO_TEST_CASE(error_is_a_code_and_the_type_that_was_not_understood)
{
    error_message message;
    message.code = protocol_fault::malformed;
    message.offending_type = 99;
    check_message(message, 24, {2, 99});

    // Codes of later versions are no reason to complain about a complaint.
    const bytes later{200, 7};
    const auto decoded = error_message::decode(byte_view(later.data(), later.size()));
    BOOST_REQUIRE(decoded.has_value());
    BOOST_TEST(static_cast<int>(decoded->code) == 200);
    BOOST_TEST(decoded->offending_type == 7);
}

BOOST_AUTO_TEST_SUITE_END()
