// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// A process that holds, and a client that proves itself, attaches or asks, whose connection breaks,
// or is slow, at each byte. Nobody loses the lock, nothing stays open, and others are served.

#include <boost/test/unit_test.hpp>

#include <string>

#include "crowd.hpp"
#include "interrupted.hpp"

using namespace test;
using namespace std::chrono_literals;
namespace sl = socketlock::detail;

namespace {

/// The lock "x", its holder, a waiter behind it, and a client that the test plays.
struct stage
{
    static constexpr std::size_t nowhere = 100000;

    /// The holder holds and the other one waits.
    void line_up()
    {
        BOOST_TEST_REQUIRE(holder.ask("try 1") == "yes");
        const sl::record r = record_of(path);
        owner = {*r.holder, r.port};
        token = r.fencing_token;
        BOOST_TEST(holder.ask("async_wait_contended 1") == "started");
        BOOST_TEST(behaving.ask("async_lock 1") == "started");
        BOOST_TEST_REQUIRE(holder.event(at_once) == "1 contended");
    }

    /// Whatever strangers do: the holder unlocks, and the waiter has its turn.
    void take_turns()
    {
        BOOST_TEST(is_held_by(path, owner));
        BOOST_TEST(holder.ask("owns 1") == "yes");
        BOOST_TEST(holder.ask("unlock 1") == "ok");
        BOOST_TEST_REQUIRE(behaving.event(at_once) == "1 locked");
        BOOST_TEST(behaving.ask("unlock 1") == "ok");
        BOOST_TEST(is_free(path));
    }

    /// Of the stranger's connections: that of the waiter stays.
    void expect_nothing_open()
    {
        BOOST_TEST_REQUIRE(eventually([&] { return descriptors_of(holder) <= descriptors + 1; }));
    }

    bool shake_hands(interrupted_connection& c, const sl::id128& claim)
    {
        const sl::presence_info presence = presence_of(owner);
        socketlock::error_code ec;
        const sl::secret_key key = sl::derive_handshake_key(presence.key, "", ec);
        sl::handshake_client client(
            key,
            key,
            {owner.who.presence, claim, owner.who.claim},
            owner.port,
            sl::random_nonce(ec)
        );
        sl::encoded_frame hello;
        sl::encoded_frame none;
        const auto challenge = c.hear(sl::message_type::challenge);
        if (!challenge || client.on_frame(*challenge, hello) != sl::handshake_action::send ||
            !c.say(hello))
            return false;
        const auto welcome = c.hear(sl::message_type::welcome);
        return welcome && client.on_frame(*welcome, none) == sl::handshake_action::authenticated;
    }

    sl::presence_info presence_of(const sl::claim_contact& c) const
    {
        socketlock::error_code ec;
        auto result = sl::read_presence(directory.path(), c.who, ec);
        if (ec)
            throw boost::system::system_error(ec);
        return result;
    }

    /// A waiter in front of all others.
    bool attach(interrupted_connection& c)
    {
        if (!shake_hands(c, self.who.claim))
            return false;
        sl::attach_message attach;
        attach.number = 1;
        attach.ticket = 0;
        attach.target_claim = owner.who.claim;
        attach.own_claim = self.who.claim;
        attach.presence = self.who.presence;
        attach.pid = static_cast<std::uint64_t>(self.who.pid);
        attach.port = self.port;
        attach.lock_name = "x";
        return c.say(attach.encode()) && c.hear(sl::message_type::attached);
    }

    /// Attaches and gives up. Returns how much was said and heard.
    std::size_t come_and_go(fault f, std::size_t at)
    {
        self = stranger.new_claim();
        line_up();
        std::size_t length = 0;
        {
            interrupted_connection c(interrupted_connection::open(owner.port), f, at);
            if (attach(c) && c.say(sl::detach_message{1}.encode()))
                c.hear(sl::message_type::detached);
            length = c.position();
            c.cut();
        }
        expect_nothing_open();
        take_turns();
        return length;
    }

    /// Attaches, and the holder unlocks. Returns how much was said and heard.
    std::size_t be_told(fault f, std::size_t at, std::size_t begin)
    {
        self = stranger.new_claim();
        BOOST_TEST_REQUIRE(holder.ask("try 1") == "yes");
        owner = {*record_of(path).holder, record_of(path).port};
        std::size_t length = 0;
        {
            interrupted_connection c(interrupted_connection::open(owner.port), f, at);
            BOOST_TEST(attach(c) == (at >= begin));
            if (at < begin)
            {
                // At the same time as it is noticed that the connection of the next one has ended.
                BOOST_TEST(holder.ask("unlock 1") == "ok");
                leave();
                return c.position();
            }
            BOOST_TEST(holder.ask("unlock 1") == "ok");
            BOOST_TEST(is_reserved_for(path, self));
            if (const auto frame = c.hear(sl::message_type::look))
            {
                const auto look = sl::look_message::decode(frame->body);
                BOOST_TEST_REQUIRE(look.has_value());
                BOOST_TEST(look->number == 1u);
            }
            length = c.position();
            c.cut();
        }
        // What was not heard is in the record, and nobody else has the lock.
        BOOST_TEST(is_reserved_for(path, self));
        make_holder(path, self);
        BOOST_TEST(behaving.ask("try 1") == "no");
        leave();
        BOOST_TEST(behaving.ask("try 1") == "yes");
        BOOST_TEST(behaving.ask("unlock 1") == "ok");
        return length;
    }

    /// The stranger gives up the lock, and its turn.
    void leave()
    {
        const sl::record r = record_of(path);
        BOOST_TEST((!r.holder || r.holder == self.who));
        BOOST_TEST((!r.next || r.next->who == self.who));
        make_free(path);
        expect_nothing_open();
    }

    std::size_t inquire(fault f, std::size_t at)
    {
        line_up();
        std::size_t length = 0;
        {
            interrupted_connection c(interrupted_connection::open(owner.port), f, at);
            if (shake_hands(c, {}) && c.say(sl::ping_message().encode()))
            {
                if (const auto frame = c.hear(sl::message_type::pong))
                {
                    const auto pong = sl::pong_message::decode(frame->body);
                    BOOST_TEST_REQUIRE(pong.has_value());
                    BOOST_TEST((pong->state == sl::reported_state::holding));
                    BOOST_TEST(pong->fencing_token == token);
                }
            }
            length = c.position();
            c.cut();
        }
        expect_nothing_open();
        // It goes on answering.
        BOOST_TEST(
            behaving.ask("holder 1") ==
            std::to_string(owner.who.pid) + ' ' + std::to_string(owner.port) + " verified"
        );
        take_turns();
        return length;
    }

    template <class Play>
    void play_all(Play play, std::initializer_list<fault> faults, std::size_t first = 0)
    {
        for (const fault f : faults)
        {
            const std::size_t length = play(f, nowhere);
            BOOST_TEST(length > 200);
            for (std::size_t at = first; at <= length; at += byte_step())
            {
                BOOST_TEST_CONTEXT(f << " at byte " << at)
                {
                    const std::size_t done = play(f, at);
                    BOOST_TEST(done == (f == fault::split ? length : at));
                }
            }
        }
    }

    const lock_directory directory;
    const std::string path = directory.lock_file("x");
    peer holder = peer_with_lock(directory.path());
    peer behaving = peer_with_lock(directory.path());
    actor stranger{directory.path()};
    sl::claim_contact self;
    sl::claim_contact owner;
    std::uint64_t token = 0;
    const std::size_t descriptors = usual_descriptors_of(holder);
    const std::size_t behaving_descriptors = usual_descriptors_of(behaving);
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(
    interrupted_holder,
    stage,
    *boost::unit_test::precondition(can_see_what_is_read)
)

BOOST_AUTO_TEST_CASE(a_client_that_attaches_may_break_off_or_be_slow_at_any_byte)
{
    const auto play = [&](fault f, std::size_t at) { return come_and_go(f, at); };
    play_all(play, {fault::end, fault::reset, fault::split});
    // Its connection to the holder is kept.
    BOOST_TEST_REQUIRE(eventually([&] {
        return descriptors_of(behaving) <= behaving_descriptors + 1;
    }));
}

BOOST_AUTO_TEST_CASE(a_client_whose_turn_comes_may_break_off_at_any_byte)
{
    std::size_t length = 0;
    {
        self = stranger.new_claim();
        line_up();
        interrupted_connection c(interrupted_connection::open(owner.port), fault::end, nowhere);
        BOOST_TEST(attach(c));
        length = c.position();
        c.cut();
        expect_nothing_open();
        take_turns();
    }
    for (const fault f : {fault::end, fault::reset})
    {
        const std::size_t end = be_told(f, nowhere, length);
        BOOST_TEST(end > length);
        for (std::size_t at = length - 3; at <= end; ++at)
        {
            BOOST_TEST_CONTEXT(f << " at byte " << at)
            {
                be_told(f, at, length);
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(a_client_that_asks_may_break_off_or_be_slow_at_any_byte)
{
    const auto play = [&](fault f, std::size_t at) { return inquire(f, at); };
    play_all(play, {fault::end, fault::reset, fault::split});
}

BOOST_AUTO_TEST_CASE(a_client_that_falls_silent_is_dropped)
{
    for (const std::size_t at : {0u, 40u, 150u})
    {
        BOOST_TEST_CONTEXT("at byte " << at)
        {
            inquire(fault::silence, at);
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
