// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// Waiters are served in order, whatever happens to some of them.

#include <socketlock/detail/wire/kept_connection.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <numeric>
#include <string>
#include <vector>

#include "crowd.hpp"
#include "occupancy.hpp"

using namespace test;
using namespace std::chrono_literals;

namespace {

/// What a waiter that is stopped may cost: the time until others look by themselves, or until they
/// may pass it over, and what a busy machine takes.
constexpr std::chrono::milliseconds safety_net = 3s;
constexpr std::chrono::milliseconds reservation = 500ms;
constexpr std::chrono::milliseconds leeway = 2s;

std::vector<std::size_t> from_to(std::size_t first, std::size_t last)
{
    std::vector<std::size_t> result(last - first + 1);
    std::iota(result.begin(), result.end(), first);
    return result;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(queue)

BOOST_AUTO_TEST_CASE(fifty_waiters_of_five_processes_are_served_in_order)
{
    crowd c(50, 5);
    BOOST_TEST(c.holder.ask("unlock 1") == "ok");
    c.expect_turns(from_to(0, 49));
    c.expect_nothing_left();
}

BOOST_AUTO_TEST_CASE(waiters_of_one_process_are_served_in_order)
{
    crowd c(20, 1);
    BOOST_TEST(c.holder.ask("unlock 1") == "ok");
    c.expect_turns(from_to(0, 19));
    c.expect_nothing_left();
}

BOOST_AUTO_TEST_CASE(the_holder_may_queue_again_at_the_end)
{
    crowd c(3);
    BOOST_TEST(c.holder.ask("unlock 1") == "ok");
    c.expect_turn(0);
    BOOST_TEST(c.holder.ask("async_lock 1") == "started");
    BOOST_TEST(c.ask(0, "unlock") == "ok");
    c.expect_turns({1, 2});
    BOOST_TEST(c.holder.event(at_once) == "1 locked");
    c.expect_nothing_left();
}

BOOST_AUTO_TEST_CASE(a_try_does_not_overtake_those_who_wait)
{
    crowd c(2);
    peer hasty = peer_with_lock(c.directory.path());
    BOOST_TEST(hasty.ask("try 1") == "no");
    BOOST_TEST(c.holder.ask("unlock 1") == "ok");
    BOOST_TEST(hasty.ask("try 1") == "no");
    c.expect_turn(0);
    BOOST_TEST(hasty.ask("try 1") == "no");
    BOOST_TEST(c.ask(0, "unlock") == "ok");
    BOOST_TEST(hasty.ask("try 1") == "no");
    c.expect_turns({1});
    BOOST_TEST(hasty.ask("try 1") == "yes");
}

BOOST_AUTO_TEST_CASE(a_holder_that_is_killed_is_followed_by_the_first_waiter)
{
    crowd c(5);
    c.holder.kill();
    c.expect_turns(from_to(0, 4));
    c.expect_nothing_left();
}

BOOST_AUTO_TEST_CASE(a_holder_that_exits_without_unlocking_is_followed_by_the_first_waiter)
{
    crowd c(3);
    c.holder.send("exit");
    c.holder.wait();
    c.expect_turns(from_to(0, 2));
    c.expect_nothing_left();
}

BOOST_AUTO_TEST_CASE(a_holder_that_is_destroyed_is_followed_by_the_first_waiter)
{
    crowd c(3);
    BOOST_TEST(c.holder.ask("close 1") == "ok");
    c.expect_turn(0);
    // The process ends, in good order.
    c.peers.front().quit();
    c.expect_turns({1, 2});
    c.expect_nothing_left();
}

BOOST_AUTO_TEST_CASE(holders_that_are_killed_one_after_the_other_are_followed_in_order)
{
    crowd c(6);
    c.holder.kill();
    for (std::size_t i = 0; i < 6; ++i)
    {
        c.expect_turn(i);
        c.of(i).kill();
    }
    c.expect_nothing_left();
}

BOOST_AUTO_TEST_CASE(a_waiter_that_is_killed_in_the_middle_hurts_nobody)
{
    crowd c(6);
    c.of(2).kill();
    BOOST_TEST(c.holder.ask("unlock 1") == "ok");
    c.expect_turns({0, 1, 3, 4, 5});
    c.expect_nothing_left();
}

BOOST_AUTO_TEST_CASE(holder_and_next_waiter_may_be_killed_together)
{
    for (const bool holder_first : {true, false})
    {
        crowd c(4);
        (holder_first ? c.holder : c.of(0)).kill();
        (holder_first ? c.of(0) : c.holder).kill();
        // The first may have had its turn before it was killed.
        c.expect_turns({1, 2, 3});
        c.expect_nothing_left();
    }
}

BOOST_AUTO_TEST_CASE(all_but_the_last_may_be_killed_at_the_same_time)
{
    crowd c(8);
    for (std::size_t i = 0; i < 7; ++i)
        c.of(i).stop();
    c.holder.stop();
    for (std::size_t i = 0; i < 7; ++i)
        c.of(i).kill();
    c.holder.kill();
    c.expect_turns({7});
    c.expect_nothing_left();
}

BOOST_AUTO_TEST_CASE(the_tail_may_be_killed)
{
    crowd c(3);
    c.of(2).kill();
    c.peers.back() = peer();
    BOOST_TEST(c.peers.back().ask("open 1 x " + c.directory.path()) == "ok");
    BOOST_TEST(c.peers.back().ask("async_lock 1") == "started");
    BOOST_TEST(c.holder.ask("unlock 1") == "ok");
    c.expect_turns({0, 1, 2});
    c.expect_nothing_left();
}

BOOST_AUTO_TEST_CASE(a_stopped_waiter_that_goes_on_in_time_has_its_turn)
{
    crowd c(3);
    c.of(0).stop();
    BOOST_TEST(c.holder.ask("unlock 1") == "ok");
    c.of(0).resume();
    c.expect_turns({0, 1, 2});
    c.expect_nothing_left();
}

BOOST_AUTO_TEST_CASE(a_stopped_waiter_is_passed_over_and_gets_its_place_back_when_it_goes_on)
{
    crowd c(2, 4);
    c.of(0).stop();
    BOOST_TEST(c.holder.ask("unlock 1") == "ok");
    // Nobody tells the second that the first, to which it is attached, does not take its turn: the
    // safety net does. (That of a third could do it first, and it would have the lock.)
    c.expect_turn(1, safety_net + reservation + leeway);
    c.of(0).resume();
    // It has looked, and waits for who holds now.
    BOOST_TEST(c.of(1).ask("async_wait_contended " + c.lock(1)) == "started");
    BOOST_TEST(c.of(1).event(at_once) == c.lock(1) + " contended");
    BOOST_TEST_REQUIRE(eventually([&] { return c.ask(0, "ahead") == "0"; }));
    c.add();
    c.add();
    BOOST_TEST(c.ask(1, "unlock") == "ok");
    c.expect_turns({0, 2, 3});
    c.expect_nothing_left();
}

BOOST_AUTO_TEST_CASE(a_stopped_waiter_costs_a_newcomer_no_more_than_its_reservation)
{
    crowd c(1);
    peer newcomer = peer_with_lock(c.directory.path());
    c.of(0).stop();
    BOOST_TEST(c.holder.ask("unlock 1") == "ok");
    BOOST_TEST(newcomer.ask("async_lock 1") == "started");
    BOOST_TEST(newcomer.event(reservation + leeway) == "1 locked");
    BOOST_TEST(newcomer.ask("unlock 1") == "ok");
    BOOST_TEST(newcomer.ask("try 1") == "yes");
    c.of(0).resume();
    BOOST_TEST(!c.of(0).has_event(50ms));
    BOOST_TEST(newcomer.ask("unlock 1") == "ok");
    c.expect_turns({0});
    newcomer.quit();
    c.expect_nothing_left();
}

BOOST_AUTO_TEST_CASE(a_stopped_process_that_has_given_up_keeps_nobody_waiting)
{
    crowd c(0, 0);
    peer gone = peer_with_lock(c.directory.path());
    BOOST_TEST(c.holder.ask("async_wait_contended 1") == "started");
    BOOST_TEST(gone.ask("async_lock 1") == "started");
    BOOST_TEST(c.holder.event(at_once) == "1 contended");
    BOOST_TEST(gone.ask("cancel 1") == "started");
    gone.event(at_once);
    // It has said its last word.
    BOOST_TEST(eventually([&] { return our_part(c.directory.lock_file("x")).at("tail").is_null(); })
    );
    gone.stop();
    BOOST_TEST(c.holder.ask("unlock 1") == "ok");
    // Without waiting for a turn of the stopped one.
    peer newcomer = peer_with_lock(c.directory.path());
    BOOST_TEST(newcomer.ask("lock_for 1 40") == "yes");
    gone.resume();
}

BOOST_AUTO_TEST_CASE(a_stopped_waiter_that_is_killed_is_passed_over)
{
    crowd c(3);
    c.of(0).stop();
    BOOST_TEST(c.holder.ask("unlock 1") == "ok");
    c.of(0).kill();
    c.expect_turns({1, 2});
    c.expect_nothing_left();
}

BOOST_AUTO_TEST_CASE(a_waiter_is_told_that_it_is_the_next_and_nothing_that_is_not_known)
{
    crowd c(5);
    const auto is_known_to_be_next = [&](std::size_t i) {
        const std::string ahead = c.ask(i, "ahead");
        BOOST_TEST((ahead == "0" || ahead == "unknown"), ahead);
        return ahead == "0";
    };
    BOOST_TEST_REQUIRE(eventually([&] { return is_known_to_be_next(0); }));
    for (std::size_t i = 1; i < 5; ++i)
        BOOST_TEST(!is_known_to_be_next(i));
    // The first ones leave one after the other, and then the last.
    for (const std::size_t i : {0u, 1u, 4u})
    {
        BOOST_TEST(c.ask(i, "cancel") == "started");
        BOOST_TEST(c.of(i).event() == "1 error Operation canceled");
        const std::size_t next = i == 0 ? 1 : 2;
        BOOST_TEST_REQUIRE(eventually([&] { return is_known_to_be_next(next); }));
        BOOST_TEST(!is_known_to_be_next(3));
    }
    BOOST_TEST(c.ask(2, "cancel") == "started");
    BOOST_TEST(c.of(2).event() == "1 error Operation canceled");
    // The only one that is left.
    BOOST_TEST_REQUIRE(eventually([&] { return is_known_to_be_next(3); }));
    BOOST_TEST(c.holder.ask("unlock 1") == "ok");
    c.expect_turns({3});
    c.expect_nothing_left();
}

BOOST_AUTO_TEST_CASE(
    of_two_that_are_attached_to_the_holder_the_first_alone_is_told_that_it_is_the_next
)
{
    for (const bool first_leaves : {false, true})
    {
        crowd c(3);
        BOOST_TEST_REQUIRE(eventually([&] { return c.ask(0, "ahead") == "0"; }));
        // The last one comes to the holder, to which the first one is attached.
        const std::size_t before = descriptors_of(c.holder);
        BOOST_TEST(c.ask(1, "cancel") == "started");
        BOOST_TEST(c.of(1).event() == "1 error Operation canceled");
        BOOST_TEST_REQUIRE(eventually([&] { return descriptors_of(c.holder) > before; }));
        for (int i = 0; i < 20; ++i)
        {
            BOOST_TEST(c.ask(0, "ahead") == "0");
            BOOST_TEST(c.ask(2, "ahead") == "unknown");
        }
        if (first_leaves)
        {
            BOOST_TEST(c.ask(0, "cancel") == "started");
            BOOST_TEST(c.of(0).event() == "1 error Operation canceled");
            BOOST_TEST_REQUIRE(eventually([&] { return c.ask(2, "ahead") == "0"; }));
        }
        BOOST_TEST(c.holder.ask("unlock 1") == "ok");
        c.expect_turns(first_leaves ? std::vector<std::size_t>{2} : std::vector<std::size_t>{0, 2});
        c.expect_nothing_left();
    }
}

BOOST_AUTO_TEST_CASE(a_newcomer_behind_a_stopped_waiter_gets_its_turn)
{
    crowd c(1);
    c.of(0).stop();
    // It cannot attach to the stopped one, and turns to the holder.
    peer newcomer = peer_with_lock(c.directory.path());
    BOOST_TEST(newcomer.ask("async_lock 1") == "started");
    BOOST_TEST(!newcomer.has_event(100ms));
    BOOST_TEST(c.holder.ask("unlock 1") == "ok");
    BOOST_TEST(newcomer.event(reservation + leeway) == "1 locked");
    c.of(0).resume();
    BOOST_TEST(newcomer.ask("unlock 1") == "ok");
    c.expect_turns({0});
    newcomer.quit();
    c.expect_nothing_left();
}

BOOST_AUTO_TEST_CASE(contenders_that_come_and_go_all_get_their_turns)
{
    static constexpr int cycles = 150;
    const lock_directory directory;
    const std::string room = directory / "room";
    std::vector<peer> all;
    for (int i = 0; i < 6; ++i)
    {
        all.push_back(peer_with_lock(directory.path()));
        all.back().send("cycle_waiting 1 " + std::to_string(cycles) + ' ' + room);
    }
    for (peer& p : all)
        BOOST_TEST(p.answer() == "0");
    BOOST_TEST(occupancy(room).visits() == 6 * cycles);
}

BOOST_AUTO_TEST_CASE(two_locks_are_taken_together_in_any_order_without_deadlock)
{
    static constexpr int cycles = 100;
    const lock_directory directory;
    const std::string room = directory / "room";
    std::vector<peer> all(4);
    for (std::size_t i = 0; i < all.size(); ++i)
    {
        BOOST_TEST(all[i].ask("open 1 x " + directory.path()) == "ok");
        BOOST_TEST(all[i].ask("open 2 y " + directory.path()) == "ok");
        const std::string order = i % 2 == 0 ? "1 2 " : "2 1 ";
        all[i].send("lock_two " + order + std::to_string(cycles) + ' ' + room);
    }
    for (peer& p : all)
        BOOST_TEST(p.answer() == "0");
    BOOST_TEST(occupancy(room).visits() == 4 * cycles);
}

BOOST_AUTO_TEST_CASE(a_thousand_waiters_of_ten_processes_are_served_in_order)
{
    crowd c(1000, 10);
    BOOST_TEST(c.holder.ask("unlock 1") == "ok");
    c.expect_turns(from_to(0, 999));
    for (peer& p : c.peers)
    {
        // Connections come with the waiting, and few are kept.
        const auto most = 20 + 2 * socketlock::detail::connection_pool::most_idle;
        BOOST_TEST(eventually([&] { return descriptors_of(p) <= most; }));
    }
    c.expect_nothing_left();
}

BOOST_AUTO_TEST_SUITE_END()
