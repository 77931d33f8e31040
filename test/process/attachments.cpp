// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// Clients that have proved who they are and then attach as they should not: they harm nobody.

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <initializer_list>
#include <string>

#include "held_lock.hpp"

using namespace test;
namespace sl = socketlock::detail;

BOOST_FIXTURE_TEST_SUITE(attachments, held_lock)

BOOST_AUTO_TEST_CASE(a_friend_who_sends_nonsense_is_told_so_and_does_no_harm)
{
    wire connection(port);
    BOOST_TEST(shake_hands(connection, address(), address().ids()));
    BOOST_TEST(connection.send(std::string("\0\3\310xy", 5)));
    const auto frame = connection.read();
    BOOST_TEST_REQUIRE(frame.has_value());
    BOOST_TEST(frame->type == static_cast<unsigned char>(sl::message_type::error));
    BOOST_TEST(connection.send(sl::ping_message().encode()));
    BOOST_TEST(connection.read().has_value());

    // An attachment that is none, and words out of turn.
    BOOST_TEST(connection.send(sl::detach_message{7}.encode()));
    BOOST_TEST(connection.send(sl::look_message{1}.encode()));
    BOOST_TEST(connection.read().has_value());
    BOOST_TEST(connection.send(std::string("\0\4\20abc", 6)));
    BOOST_TEST(!connection.read().has_value());
    BOOST_TEST(holder.ask("owns 1") == "yes");
    peer other = peer_with_lock(directory.path());
    BOOST_TEST(other.ask("try 1") == "no");
    BOOST_TEST(other.ask("holder 1") == verified());
}

BOOST_AUTO_TEST_CASE(an_attachment_whose_number_has_been_or_that_is_one_too_many_ends_the_connection
)
{
    socketlock::error_code ec;
    sl::attach_message attach;
    attach.ticket = 1;
    attach.target_claim = address().who.claim;
    attach.own_claim = sl::random_id(ec);
    attach.presence = sl::random_id(ec);
    attach.pid = 1;
    attach.lock_name = "x";
    const auto say = [&](wire& to, std::uint64_t number) {
        attach.number = number;
        BOOST_TEST(to.send(attach.encode()));
    };
    const auto expect = [](wire& from, sl::message_type type, std::uint64_t number) {
        const auto frame = from.read();
        BOOST_TEST_REQUIRE(frame.has_value());
        BOOST_TEST(frame->type == static_cast<unsigned char>(type));
        BOOST_TEST((sl::decode_number(frame->body) == number));
    };
    for (const std::uint64_t second : std::initializer_list<std::uint64_t>{0, 4, 5, 6})
    {
        BOOST_TEST_CONTEXT("number " << second << " while 5 is under way")
        {
            wire connection(port);
            BOOST_TEST(shake_hands(connection, address(), address().ids(attach.own_claim)));
            say(connection, 5);
            expect(connection, sl::message_type::attached, 5);
            say(connection, second);
            BOOST_TEST(!connection.read().has_value());
        }
    }
    wire connection(port);
    BOOST_TEST(shake_hands(connection, address(), address().ids(attach.own_claim)));
    say(connection, 5);
    expect(connection, sl::message_type::attached, 5);
    // Of another one: ignored.
    BOOST_TEST(connection.send(sl::detach_message{4}.encode()));
    BOOST_TEST(connection.send(sl::detach_message{5}.encode()));
    expect(connection, sl::message_type::detached, 5);
    say(connection, 9);
    expect(connection, sl::message_type::attached, 9);
    BOOST_TEST(connection.send(sl::detach_message{9}.encode()));
    expect(connection, sl::message_type::detached, 9);
    say(connection, 9);
    BOOST_TEST(!connection.read().has_value());
    BOOST_TEST(holder.ask("owns 1") == "yes");
}

BOOST_AUTO_TEST_CASE(an_attachment_to_a_claim_that_is_not_there_is_told_to_look)
{
    socketlock::error_code ec;
    wire connection(port);
    BOOST_TEST(shake_hands(connection, address(), address().ids(sl::random_id(ec))));
    BOOST_TEST(holder.ask("async_wait_contended 1") == "started");
    sl::attach_message attach;
    attach.ticket = 1;
    attach.own_claim = sl::random_id(ec);
    attach.presence = sl::random_id(ec);
    attach.pid = 1;
    const auto is_told = [&](const sl::id128& target, const std::string& name) {
        ++attach.number;
        attach.target_claim = target;
        attach.lock_name = name;
        const auto frame = connection.send(attach.encode()) ? connection.read() : std::nullopt;
        return frame && frame->type == static_cast<unsigned char>(sl::message_type::look) &&
               sl::decode_number(frame->body) == attach.number;
    };
    const sl::id128 target = address().who.claim;
    BOOST_TEST(is_told(sl::random_id(ec), "x"));
    BOOST_TEST(is_told({}, "x"));
    BOOST_TEST(is_told(target, "y"));
    BOOST_TEST(!holder.has_event());
    BOOST_TEST(!is_told(target, "x"));
    BOOST_TEST(holder.event() == "1 contended");
}

BOOST_AUTO_TEST_CASE(a_successor_that_does_not_exist_costs_nobody_the_lock)
{
    peer other = peer_with_lock(directory.path());
    wire connection(port);
    BOOST_TEST(holder.ask("async_wait_contended 1") == "started");
    socketlock::error_code ec;
    BOOST_TEST(shake_hands(connection, address(), address().ids(sl::random_id(ec))));
    sl::attach_message attach;
    attach.number = 1;
    attach.ticket = 1;
    attach.target_claim = address().who.claim;
    attach.own_claim = sl::random_id(ec);
    attach.presence = sl::random_id(ec);
    attach.pid = 1;
    attach.port = 1;
    attach.lock_name = "x";
    BOOST_TEST(connection.send(attach.encode()));
    BOOST_TEST(connection.read().has_value());
    BOOST_TEST(holder.event() == "1 contended");
    BOOST_TEST(holder.ask("unlock 1") == "ok");
    const auto look = connection.read();
    BOOST_TEST_REQUIRE(look.has_value());
    BOOST_TEST(look->type == static_cast<unsigned char>(sl::message_type::look));
    // The lock is reserved for a process that never existed.
    BOOST_TEST(other.ask("try 1") == "yes");
}

BOOST_AUTO_TEST_SUITE_END()
