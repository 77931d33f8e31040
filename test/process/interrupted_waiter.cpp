// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// A process that waits or asks, and whose connection to the claim before it breaks, or is slow, at
// each byte of what is said on it. It gets the lock when it is its turn, no earlier and no later.

#include <socketlock/detail/queue/claim_machine.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <unistd.h>

#include "crowd.hpp"
#include "interrupted.hpp"

using namespace test;
using namespace std::chrono_literals;
namespace sl = socketlock::detail;

namespace {

/// What becomes of the holder when the waiter has attached.
enum class ending
{
    /// It unlocks, and reserves the lock for the waiter.
    turn,
    /// It unlocks, and does not.
    no_turn,
    /// It dies.
    death,
};

std::ostream& operator<<(std::ostream& out, ending e)
{
    return out << (e == ending::turn ? "turn" : e == ending::no_turn ? "no turn" : "death");
}

/// The lock "x", whose holder the test plays, and a process that wants it.
struct stage
{
    static constexpr std::size_t nowhere = 100000;

    void begin()
    {
        if (!holder)
            holder = std::make_unique<actor>(directory.path());
        self = holder->new_claim();
        make_holder(path, self);
    }

    /// The holder unlocks.
    void conclude(ending e, const waiter& w)
    {
        is_concluded = true;
        if (e == ending::turn)
            reserve(path, self, w.place());
        else if (e == ending::no_turn)
            make_free(path);
    }

    void let_it_wait()
    {
        begin();
        is_concluded = false;
        asked = std::chrono::steady_clock::now();
        BOOST_TEST(wanting.ask("async_lock 1") == "started");
    }

    /// The waiter's next connection, up to its attachment; makes `c`. A waiter does not wait long
    /// for that: if we were held up it ends the connection, and comes again.
    std::optional<waiter> meet(
        std::optional<interrupted_connection>& c,
        fault f,
        std::size_t at,
        const std::function<void()>& meanwhile = nullptr
    )
    {
        for (;;)
        {
            c.emplace(holder->accept(), f, at, meanwhile);
            auto w = let_attach(*c, *holder, self);
            const auto taken = std::chrono::steady_clock::now() - asked;
            const bool was_slow = taken >= sl::claim_timing().first_connect_limit;
            if (w || c->is_over() || !was_slow || taken > patience)
                return w;
        }
    }

    /// The whole exchange; makes the connection and returns its length.
    std::size_t talk(std::optional<interrupted_connection>& made, ending e, fault f, std::size_t at)
    {
        const auto w = meet(made, f, at);
        interrupted_connection& c = *made;
        if (w)
        {
            BOOST_TEST(!wanting.has_event());
            conclude(e, *w);
            if (e != ending::death)
                c.say(sl::look_message{w->number}.encode());
        }
        return c.position();
    }

    void die(interrupted_connection& c)
    {
        holder->stop_listening();
        c.cut();
        holder.reset();
        is_concluded = true;
    }

    /// The waiter waits, its first connection breaks at `at`, and the holder unlocks or dies.
    /// Returns how much was said and heard.
    std::size_t play(ending e, fault f, std::size_t at)
    {
        let_it_wait();
        const std::uint64_t before = record_of(path).fencing_token;
        std::size_t length = 0;
        {
            std::optional<interrupted_connection> first;
            length = talk(first, e, f, at);
            if (e == ending::death)
                die(*first);
            else
                first->cut();
        }
        if (!is_concluded)
        {
            BOOST_TEST(is_held_by(path, self));
            BOOST_TEST(wanting.ask("owns 1") == "no");
            // It comes again.
            std::optional<interrupted_connection> second;
            talk(second, e, fault::end, nowhere);
            BOOST_TEST(is_concluded);
        }
        BOOST_TEST_REQUIRE(wanting.event(at_once) == "1 locked");
        const sl::record now = record_of(path);
        BOOST_TEST(std::to_string(now.fencing_token) == wanting.ask("token 1"));
        BOOST_TEST(now.fencing_token > before);
        BOOST_TEST((now.holder && now.holder->pid == wanting.pid()));
        BOOST_TEST(wanting.ask("unlock 1") == "ok");
        BOOST_TEST(is_free(path));
        return length;
    }

    void expect_cancelled()
    {
        BOOST_TEST(wanting.ask("cancel 1") == "started");
        BOOST_TEST(wanting.event(at_once) == "1 error Operation canceled");
    }

    /// The waiter gives up when the conversation is at `at`, but the lock may change hands before
    /// that is heard. Returns how much was said and heard.
    std::size_t give_up(ending e, std::size_t at)
    {
        let_it_wait();
        bool is_cancelled = false;
        const auto cancel = [&] {
            expect_cancelled();
            is_cancelled = true;
        };
        std::optional<interrupted_connection> c;
        const auto w = meet(c, fault::split, at, cancel);
        const std::size_t length = c->position();
        if (!is_cancelled)
            cancel();
        if (w)
            finish(*c, e, *w);
        expect_it_never_wanted(c);
        return length;
    }

    /// The waiter gives up when it has attached, and the connection breaks at `at`.
    std::size_t give_up_and_break(ending e, fault f, std::size_t at)
    {
        let_it_wait();
        std::optional<interrupted_connection> c;
        const auto w = meet(c, f, at);
        BOOST_TEST_REQUIRE(w.has_value());
        expect_cancelled();
        finish(*c, e, *w);
        const std::size_t length = c->position();
        c->cut();
        expect_it_never_wanted(c);
        return length;
    }

    /// The last words between a waiter that gives up and the holder.
    void finish(interrupted_connection& c, ending e, const waiter& w)
    {
        if (e != ending::death)
            conclude(e, w);
        if (e != ending::death)
            c.say(sl::look_message{w.number}.encode());
        else if (c.hear(sl::message_type::detach))
            c.say(sl::detached_message{w.number}.encode());
    }

    void expect_it_never_wanted(std::optional<interrupted_connection>& c)
    {
        const auto is_well = [&] {
            const sl::record r = record_of(path);
            return (is_concluded ? is_free(path) : is_held_by(path, self)) && !r.parked && !r.tail;
        };
        BOOST_TEST_REQUIRE(eventually(is_well));
        // Until then it may keep the connection for the next time.
        c.reset();
        expect_nothing_open();
        BOOST_TEST(is_well());
        BOOST_TEST(wanting.ask("owns 1") == "no");
        BOOST_TEST(!wanting.has_event());
    }

    /// It asks who holds the lock.
    std::size_t inquire(fault f, std::size_t at)
    {
        begin();
        wanting.send("holder 1");
        std::size_t length = 0;
        bool is_answered = false;
        {
            interrupted_connection c(holder->accept(), f, at);
            if (let_in(c, *holder, self) && c.hear(sl::message_type::ping))
            {
                const std::uint64_t now = record_of(path).fencing_token;
                is_answered = c.say(sl::pong_message{sl::reported_state::holding, now}.encode());
            }
            length = c.position();
            c.cut();
        }
        const std::string who = std::to_string(::getpid()) + ' ' + std::to_string(holder->port());
        BOOST_TEST(wanting.answer() == who + (is_answered ? " verified" : " unverified"));
        BOOST_TEST(is_held_by(path, self));
        expect_nothing_open();
        return length;
    }

    void inquire_all(fault f)
    {
        const std::size_t length = inquire(f, nowhere);
        for (std::size_t at = 0; at <= length; at += byte_step())
        {
            BOOST_TEST_CONTEXT(f << " at byte " << at)
            {
                inquire(f, at);
            }
        }
    }

    /// It has given up, or is told that it is free: nothing of it stays behind.
    void expect_nothing_open()
    {
        BOOST_TEST_REQUIRE(eventually([&] { return descriptors_of(wanting) <= descriptors; }));
    }

    void play_all(ending e, fault f)
    {
        const std::size_t length = play(e, f, nowhere);
        BOOST_TEST(length > 200);
        for (std::size_t at = 0; at <= length; at += byte_step())
        {
            BOOST_TEST_CONTEXT(e << ", " << f << " at byte " << at)
            {
                play(e, f, at);
                expect_nothing_open();
            }
        }
    }

    const lock_directory directory;
    const std::string path = directory.lock_file("x");
    std::unique_ptr<actor> holder;
    sl::claim_contact self;
    peer wanting = peer_with_lock(directory.path());
    std::chrono::steady_clock::time_point asked;
    bool is_concluded = false;
    const std::size_t descriptors = usual_descriptors_of(wanting);
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(interrupted_waiter, stage)

BOOST_AUTO_TEST_CASE(a_connection_that_ends_costs_no_turn)
{
    for (const ending e : {ending::turn, ending::no_turn, ending::death})
        play_all(e, fault::end);
}

BOOST_AUTO_TEST_CASE(
    a_connection_that_is_reset_costs_no_turn,
    *boost::unit_test::precondition(can_see_what_is_read)
)
{
    for (const ending e : {ending::turn, ending::no_turn})
        play_all(e, fault::reset);
}

BOOST_AUTO_TEST_CASE(
    row_16_what_is_said_may_come_in_two_pieces,
    *boost::unit_test::precondition(can_see_what_is_read)
)
{
    for (const ending e : {ending::turn, ending::no_turn})
        play_all(e, fault::split);
}

BOOST_AUTO_TEST_CASE(a_holder_that_falls_silent_before_the_attachment_costs_no_turn)
{
    // Before its first byte, in the middle of its challenge, and in the middle of its proof.
    for (const std::size_t at : {0u, 20u, 160u})
    {
        BOOST_TEST_CONTEXT("at byte " << at)
        {
            play(ending::turn, fault::silence, at);
            expect_nothing_open();
        }
    }
}

BOOST_AUTO_TEST_CASE(
    one_that_gives_up_at_any_moment_does_not_end_up_holding,
    *boost::unit_test::precondition(can_see_what_is_read)
)
{
    // With `death` the holder goes on holding.
    for (const ending e : {ending::death, ending::turn, ending::no_turn})
    {
        const std::size_t length = give_up(e, nowhere);
        for (std::size_t at = 0; at < length; at += byte_step())
        {
            BOOST_TEST_CONTEXT(e << ", at byte " << at)
            {
                give_up(e, at);
            }
        }
    }
    play(ending::turn, fault::end, nowhere);
}

BOOST_AUTO_TEST_CASE(
    one_that_gives_up_does_not_end_up_holding_wherever_its_connection_breaks,
    *boost::unit_test::precondition(can_see_what_is_read)
)
{
    for (const fault f : {fault::end, fault::reset, fault::split})
    {
        for (const ending e : {ending::death, ending::turn, ending::no_turn})
        {
            const std::size_t begin = give_up(e, nowhere);
            const std::size_t end = give_up_and_break(e, f, nowhere);
            BOOST_TEST(end > begin);
            for (std::size_t at = begin; at <= end; ++at)
            {
                BOOST_TEST_CONTEXT(e << ", " << f << " at byte " << at)
                {
                    give_up_and_break(e, f, at);
                }
            }
        }
    }
    play(ending::turn, fault::end, nowhere);
}

BOOST_AUTO_TEST_CASE(
    a_query_is_answered_wherever_its_connection_breaks,
    *boost::unit_test::precondition(can_see_what_is_read)
)
{
    for (const fault f : {fault::end, fault::reset, fault::split})
        inquire_all(f);
    inquire(fault::silence, 200);
}

BOOST_AUTO_TEST_SUITE_END()
