// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// Waiters that give up, and things that happen at the same time.

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "crowd.hpp"

using namespace test;
using namespace std::chrono_literals;

namespace {

/// One that holds, one that waits and gives up, and one that waits behind it.
struct three_peers
{
    /// The holder holds, and the others wait; the first of them is attached.
    void line_up()
    {
        BOOST_TEST_REQUIRE(holder.ask("lock 1") == "yes");
        queue(holder, waiter, "async_lock 1");
        BOOST_TEST_REQUIRE(last.ask("async_lock 1") == "started");
    }

    /// The waiter queues behind the holder, which is told.
    void queue(peer& behind, peer& who, const std::string& command)
    {
        BOOST_TEST_REQUIRE(behind.ask("async_wait_contended 1") == "started");
        BOOST_TEST_REQUIRE(who.ask(command) == "started");
        BOOST_TEST_REQUIRE(behind.event(at_once) == "1 contended");
    }

    /// The waiter is done, one way or the other, and then the last has its turn. True if the waiter
    /// had one, too.
    bool finish()
    {
        const std::string outcome = waiter.event(at_once);
        const bool had_turn = outcome == "1 locked";
        if (had_turn)
            BOOST_TEST(waiter.ask("unlock 1") == "ok");
        else
            BOOST_TEST((outcome == "1 error Operation canceled" || outcome == "1 gave up"));
        BOOST_TEST(waiter.ask("owns 1") == "no");
        BOOST_TEST_REQUIRE(last.event(at_once) == "1 locked");
        BOOST_TEST(last.ask("unlock 1") == "ok");
        return had_turn;
    }

    lock_directory directory;
    peer holder = peer_with_lock(directory.path());
    peer waiter = peer_with_lock(directory.path());
    peer last = peer_with_lock(directory.path());
};

}  // namespace

BOOST_AUTO_TEST_SUITE(queue_races)

BOOST_AUTO_TEST_CASE(a_waiter_that_is_cancelled_hurts_nobody)
{
    crowd c(5);
    // One at a time has to find a new place: the order is that of the attached waiters.
    for (const std::size_t i : {2u, 4u})
    {
        BOOST_TEST(c.ask(i, "cancel") == "started");
        BOOST_TEST(c.of(i).event() == "1 error Operation canceled");
        BOOST_TEST(c.ask(i, "owns") == "no");
    }
    BOOST_TEST(c.holder.ask("unlock 1") == "ok");
    c.expect_turns({0, 1, 3});
    // They may try again.
    BOOST_TEST(c.ask(2, "lock") == "yes");
    c.expect_nothing_left();
}

BOOST_AUTO_TEST_CASE(a_waiter_that_is_destroyed_hurts_nobody)
{
    crowd c(5);
    for (const std::size_t i : {1u, 4u})
    {
        BOOST_TEST(c.ask(i, "close") == "ok");
        BOOST_TEST(c.of(i).event() == "1 error Operation canceled");
    }
    BOOST_TEST(c.holder.ask("unlock 1") == "ok");
    c.expect_turns({0, 2, 3});
    c.expect_nothing_left();
}

BOOST_AUTO_TEST_CASE(a_waiter_that_runs_out_of_time_hurts_nobody)
{
    crowd c(0, 4);
    c.add();
    c.add("async_lock_for", "500");
    c.add();
    c.add("async_lock_for", "250");
    for (const std::size_t i : {1u, 3u})
        BOOST_TEST(c.of(i).event() == "1 gave up");
    BOOST_TEST(c.holder.ask("unlock 1") == "ok");
    c.expect_turns({0, 2});
    c.expect_nothing_left();
}

BOOST_AUTO_TEST_CASE(a_wait_for_no_time_is_a_try)
{
    crowd c(0);
    peer p = peer_with_lock(c.directory.path());
    for (const char* const time : {"0", "-1"})
    {
        BOOST_TEST(p.ask(std::string("lock_for 1 ") + time) == "no");
        BOOST_TEST(p.ask(std::string("async_lock_for 1 ") + time) == "started");
        BOOST_TEST(p.event() == "1 gave up");
    }
    BOOST_TEST(c.holder.ask("unlock 1") == "ok");
    BOOST_TEST(p.ask("lock_for 1 0") == "yes");
}

BOOST_FIXTURE_TEST_CASE(grant_and_cancel_at_the_same_time_lose_nothing, three_peers)
{
    int turns = 0;
    for (int i = 0; i < 60; ++i)
    {
        line_up();
        if (i % 2 == 0)
        {
            holder.send("unlock 1");
            waiter.send("cancel 1");
        }
        else
        {
            waiter.send("cancel 1");
            holder.send("unlock 1");
        }
        BOOST_TEST(holder.answer() == "ok");
        BOOST_TEST(waiter.answer() == "started");
        turns += finish();
    }
    BOOST_TEST_MESSAGE("the waiter was granted the lock " << turns << " times");
}

BOOST_FIXTURE_TEST_CASE(grant_and_timeout_at_the_same_time_lose_nothing, three_peers)
{
    for (int i = 0; i < 40; ++i)
    {
        BOOST_TEST_REQUIRE(holder.ask("lock 1") == "yes");
        const std::string limit = std::to_string(3 + i % 5);
        BOOST_TEST(waiter.ask("async_lock_for 1 " + limit) == "started");
        BOOST_TEST(last.ask("async_lock 1") == "started");
        // About when the time is over; it need not be exact.
        std::this_thread::sleep_for(std::chrono::milliseconds(1 + i % 6));
        BOOST_TEST(holder.ask("unlock 1") == "ok");
        finish();
    }
}

BOOST_FIXTURE_TEST_CASE(grant_and_destruction_at_the_same_time_lose_nothing, three_peers)
{
    for (int i = 0; i < 60; ++i)
    {
        line_up();
        holder.send("unlock 1");
        waiter.send("close 1");
        BOOST_TEST(holder.answer() == "ok");
        BOOST_TEST(waiter.answer() == "ok");
        waiter.event(at_once);
        BOOST_TEST_REQUIRE(last.event(at_once) == "1 locked");
        BOOST_TEST(last.ask("unlock 1") == "ok");
        BOOST_TEST(waiter.ask("open 1 x " + directory.path()) == "ok");
    }
}

BOOST_FIXTURE_TEST_CASE(grant_and_kill_at_the_same_time_lose_nothing, three_peers)
{
    for (int i = 0; i < 30; ++i)
    {
        line_up();
        holder.send("unlock 1");
        waiter.kill();
        BOOST_TEST(holder.answer() == "ok");
        BOOST_TEST_REQUIRE(last.event(at_once) == "1 locked");
        BOOST_TEST(last.ask("unlock 1") == "ok");
        waiter = peer_with_lock(directory.path());
    }
}

BOOST_FIXTURE_TEST_CASE(unlock_and_attach_at_the_same_time_lose_no_wake_up, three_peers)
{
    for (int i = 0; i < 150; ++i)
    {
        BOOST_TEST_REQUIRE(holder.ask("lock 1") == "yes");
        waiter.send("async_lock 1");
        if (i % 3 == 0)
            last.send("async_lock 1");
        holder.send("unlock 1");
        BOOST_TEST(holder.answer() == "ok");
        BOOST_TEST(waiter.answer() == "started");
        if (i % 3 != 0)
        {
            BOOST_TEST_REQUIRE(waiter.event(at_once) == "1 locked");
            BOOST_TEST(waiter.ask("unlock 1") == "ok");
            continue;
        }
        BOOST_TEST(last.answer() == "started");
        // Either may be first.
        BOOST_TEST_REQUIRE(eventually([&] { return waiter.has_event() || last.has_event(); }));
        peer& first = waiter.has_event() ? waiter : last;
        peer& second = &first == &waiter ? last : waiter;
        BOOST_TEST_REQUIRE(first.event(at_once) == "1 locked");
        BOOST_TEST(first.ask("unlock 1") == "ok");
        BOOST_TEST_REQUIRE(second.event(at_once) == "1 locked");
        BOOST_TEST(second.ask("unlock 1") == "ok");
    }
}

BOOST_FIXTURE_TEST_CASE(kill_and_attach_at_the_same_time_lose_no_wake_up, three_peers)
{
    for (int i = 0; i < 40; ++i)
    {
        BOOST_TEST_REQUIRE(holder.ask("lock 1") == "yes");
        waiter.send("async_lock 1");
        holder.kill();
        BOOST_TEST(waiter.answer() == "started");
        BOOST_TEST_REQUIRE(waiter.event(at_once) == "1 locked");
        BOOST_TEST(waiter.ask("unlock 1") == "ok");
        holder = peer_with_lock(directory.path());
    }
}

BOOST_FIXTURE_TEST_CASE(a_lock_that_is_unlocked_while_it_is_wanted_is_never_left_alone, three_peers)
{
    // A waiter that gives up again and again, and one that is patient.
    BOOST_TEST_REQUIRE(holder.ask("lock 1") == "yes");
    queue(holder, last, "async_lock 1");
    for (int i = 0; i < 50; ++i)
    {
        BOOST_TEST(waiter.ask("async_lock 1") == "started");
        BOOST_TEST(waiter.ask("cancel 1") == "started");
        BOOST_TEST(waiter.event(at_once) == "1 error Operation canceled");
    }
    BOOST_TEST(holder.ask("unlock 1") == "ok");
    BOOST_TEST(last.event(at_once) == "1 locked");
}

BOOST_AUTO_TEST_CASE(a_waiter_that_gives_up_behind_a_stopped_one_leaves_no_lock_that_nobody_can_get)
{
    // Of as many locks at the same time.
    static constexpr std::size_t count = 100;
    const lock_directory directory;
    const std::string all = "1 " + std::to_string(count);
    const std::string open = "many " + all + ' ' + directory.path();
    peer holder;
    peer waiter;
    peer last;
    BOOST_TEST_REQUIRE(holder.ask(open) == std::to_string(count));
    BOOST_TEST_REQUIRE(waiter.ask(open) == "0");
    BOOST_TEST_REQUIRE(last.ask(open) == "0");
    const std::size_t descriptors = descriptors_of(last);
    const auto ask_all = [](peer& p, const std::string& command) {
        for (std::size_t i = 1; i <= count; ++i)
            BOOST_TEST_REQUIRE(p.ask(command + ' ' + std::to_string(i)) == "started");
    };
    const auto expect_events = [](peer& p) {
        for (std::size_t i = 1; i <= count; ++i)
            p.event();
    };
    ask_all(holder, "async_wait_contended");
    ask_all(waiter, "async_lock_and_unlock");
    expect_events(holder);
    for (std::size_t i = 1; i <= count; ++i)
    {
        BOOST_TEST_REQUIRE(last.ask("async_lock " + std::to_string(i)) == "started");
        // Each has its connection.
        BOOST_TEST_REQUIRE(eventually([&] { return descriptors_of(last) >= descriptors + i; }));
    }

    waiter.stop();
    holder.kill();
    ask_all(last, "cancel");
    for (std::size_t i = 1; i <= count; ++i)
    {
        // On a slow machine its safety net may have found the lock free before.
        const std::string told = last.event();
        if (const auto end = told.find(" locked"); end != told.npos)
            BOOST_TEST(last.ask("unlock " + told.substr(0, end)) == "ok");
    }
    // They are over, but the stopped one does not know.
    for (std::size_t i = 1; i <= count; ++i)
    {
        const std::string file = directory.lock_file("many" + std::to_string(i));
        BOOST_TEST_REQUIRE(eventually([&] { return our_part(file).at("tail").is_null(); }));
    }
    waiter.resume();
    for (std::size_t i = 1; i <= count; ++i)
        BOOST_TEST(waiter.event().find(" unlocked") != std::string::npos);

    peer newcomer;
    const auto begin = std::chrono::steady_clock::now();
    const std::string last_ones = " 1 " + directory.path();
    int refused = 0;
    for (std::size_t i = 1; i <= count; ++i)
    {
        const std::string command = "many " + std::to_string(i) + last_ones;
        while (newcomer.ask(command) != "1" && std::chrono::steady_clock::now() - begin < 5s)
            pause_briefly();
        refused += newcomer.ask("owns " + std::to_string(i)) != "yes";
    }
    BOOST_TEST(refused == 0);
}

BOOST_AUTO_TEST_CASE(those_who_give_up_and_wait_again_are_not_forgotten)
{
    const lock_directory directory;
    std::vector<peer> all;
    for (int i = 0; i < 4; ++i)
        all.push_back(peer_with_lock(directory.path()));
    for (peer& p : all)
        p.send("cycle_cancelling 1 2000");
    for (peer& p : all)
        BOOST_TEST(std::stoi(p.answer(5min)) < std::chrono::milliseconds(at_once).count());
}

BOOST_AUTO_TEST_SUITE_END()
