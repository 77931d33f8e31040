// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// A lock whose holder lives is not taken away, whatever the holder does or does not do.

#include <socketlock/status.hpp>

#include <boost/json/value.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>
#include <vector>

#include "lock_directory.hpp"
#include "occupancy.hpp"
#include "peer.hpp"

using namespace test;
using socketlock::errc;

BOOST_AUTO_TEST_SUITE(holder_lives)

BOOST_AUTO_TEST_CASE(row_01_a_stopped_holder_is_not_robbed)
{
    const lock_directory directory;
    peer holder = peer_with_lock(directory.path());
    peer other = peer_with_lock(directory.path());
    BOOST_TEST(holder.ask("try 1") == "yes");
    const std::string token = holder.ask("token 1");
    const std::string who = std::to_string(holder.pid()) + ' ' + holder.ask("port 1");

    holder.stop();
    for (int i = 0; i < 10; ++i)
        BOOST_TEST(other.ask("try 1") == "no");
    BOOST_TEST(other.ask("blocker 1") == who);
    // It cannot answer, and holds even so.
    BOOST_TEST(other.ask("holder 1") == who + " unverified");
    BOOST_TEST(other.ask("lock_for 1 300") == "no");
    holder.resume();

    BOOST_TEST(holder.ask("owns 1") == "yes");
    BOOST_TEST(holder.ask("token 1") == token);
    BOOST_TEST(other.ask("holder 1") == who + " verified");
    BOOST_TEST(holder.ask("unlock 1") == "ok");
    BOOST_TEST(other.ask("try 1") == "yes");
}

BOOST_AUTO_TEST_CASE(row_01_a_holder_whose_io_context_is_blocked_is_not_robbed)
{
    const lock_directory directory;
    peer holder = peer_with_lock(directory.path());
    peer other = peer_with_lock(directory.path());
    BOOST_TEST(holder.ask("async_lock 1") == "started");
    BOOST_TEST(holder.event() == "1 locked");
    const std::string who = std::to_string(holder.pid()) + ' ' + holder.ask("port 1");
    BOOST_TEST(holder.ask("block") == "blocked");

    for (int i = 0; i < 10; ++i)
        BOOST_TEST(other.ask("try 1") == "no");
    // The answer does not depend on the program's io_context.
    BOOST_TEST(other.ask("holder 1") == who + " verified");
    BOOST_TEST(other.ask("async_lock 1") == "started");
    BOOST_TEST(!other.has_event(std::chrono::milliseconds(300)));
    // Nor does unlocking, nor the waiter's turn.
    BOOST_TEST(holder.ask("unlock 1") == "ok");
    BOOST_TEST(other.event() == "1 locked");
    holder.kill();
}

BOOST_AUTO_TEST_CASE(row_02_unlocking_leaves_the_next_owners_record_alone)
{
    const lock_directory directory;
    peer first = peer_with_lock(directory.path());
    peer second = peer_with_lock(directory.path());
    occupancy room(directory / "room");
    const std::string file = directory.lock_file("x");
    for (int round = 0; round < 100; ++round)
    {
        BOOST_TEST(first.ask("try 1") == "yes");
        // The other takes the lock in the very moment when it is free.
        second.send("take 1");
        BOOST_TEST(first.ask("unlock 1") == "ok");
        BOOST_TEST(second.answer() == "yes");
        BOOST_TEST(our_part(file).contains("holder"));
        BOOST_TEST(read_record(file).at("pid").as_int64() == second.pid());
        BOOST_TEST(first.ask("try 1") == "no");
        BOOST_TEST(second.ask("unlock 1") == "ok");
    }
}

BOOST_AUTO_TEST_CASE(row_03_of_many_contenders_for_a_dead_holders_lock_one_gets_it)
{
    static constexpr int rounds = 15;
    const lock_directory directory;
    const std::string open = "open 1 x " + directory.path();
    std::vector<peer> contenders(4);
    for (int round = 0; round < rounds; ++round)
    {
        peer holder = peer_with_lock(directory.path());
        BOOST_TEST(holder.ask("try 1") == "yes");
        occupancy race(directory / ("race" + std::to_string(round)));
        for (peer& contender : contenders)
        {
            BOOST_TEST(contender.ask(open) == "ok");
            contender.send("race 1 " + directory / ("race" + std::to_string(round)));
        }
        holder.kill();
        race.start();
        int winners = 0;
        for (peer& contender : contenders)
            winners += contender.answer() == "yes";
        BOOST_TEST(winners == 1);
        for (peer& contender : contenders)
            contender.ask("close 1");
    }
}

BOOST_AUTO_TEST_CASE(row_03_cycles_of_many_processes_exclude_each_other)
{
    static constexpr int cycles = 400;
    const lock_directory directory;
    std::vector<peer> all;
    for (int i = 0; i < 4; ++i)
    {
        all.push_back(peer_with_lock(directory.path()));
        all.back().send("cycle 1 " + std::to_string(cycles) + ' ' + directory / "room");
    }
    for (peer& p : all)
        BOOST_TEST(p.answer() == "0");
    BOOST_TEST(occupancy(directory / "room").visits() == 4 * cycles);
}

BOOST_AUTO_TEST_CASE(row_04_age_does_not_free_a_lock)
{
    const lock_directory directory;
    peer holder = peer_with_lock(directory.path());
    peer other = peer_with_lock(directory.path());
    BOOST_TEST(holder.ask("try 1") == "yes");
    const std::string file = directory.lock_file("x");
    // As if the clock had been set, one way or the other.
    for (const double timestamp : {1.0, 0.0, 4e9})
    {
        auto record = read_record(file);
        record["timestamp"] = timestamp;
        write_record(file, record);
        BOOST_TEST(other.ask("run touch -d 1990-01-01 " + directory.path() + "/.*") == "");
        BOOST_TEST(other.ask("try 1") == "no");
        BOOST_TEST(other.ask("open 2 x " + directory.path()) == "ok");
        BOOST_TEST(other.ask("try 2") == "no");
    }
    BOOST_TEST(holder.ask("owns 1") == "yes");
    BOOST_TEST(holder.ask("unlock 1") == "ok");
}

BOOST_AUTO_TEST_CASE(row_15_the_lock_file_is_neither_removed_nor_replaced)
{
    const lock_directory directory;
    const std::string file = directory.lock_file("x");
    {
        peer first = peer_with_lock(directory.path());
        BOOST_TEST(first.ask("try 1") == "yes");
        const auto original = inode(file);
        BOOST_TEST(first.ask("unlock 1") == "ok");
        BOOST_TEST(inode(file) == original);
        peer second = peer_with_lock(directory.path());
        BOOST_TEST(second.ask("try 1") == "yes");
        second.kill();
        BOOST_TEST(first.ask("try 1") == "yes");
        BOOST_TEST(first.ask("close 1") == "ok");
        BOOST_TEST(inode(file) == original);
    }
    BOOST_TEST((directory.names() == std::vector<std::string>{".x.lock"}));
}

BOOST_AUTO_TEST_CASE(a_guard_that_is_never_given_back_gives_guard_timeout)
{
    const lock_directory directory;
    peer holder = peer_with_lock(directory.path());
    peer other = peer_with_lock(directory.path());
    peer asker = peer_with_lock(directory.path());
    peer waiter = peer_with_lock(directory.path());
    peer quitter = peer_with_lock(directory.path(), "y");
    BOOST_TEST(holder.ask("try 1") == "yes");
    BOOST_TEST(quitter.ask("try 1") == "yes");
    const std::string before = contents_of(directory.lock_file("x"));
    {
        // As if a process had been stopped in the middle of a transaction.
        peer stopped = peer_with_lock(directory.path());
        BOOST_TEST(stopped.ask("keep_guard " + directory.lock_file("x")) == "ok");
        BOOST_TEST(stopped.ask("keep_guard " + directory.lock_file("y")) == "ok");
        stopped.stop();
        BOOST_TEST(quitter.ask("async_unlock 1") == "started");
        BOOST_TEST(quitter.ask("close 1") == "ok");
        holder.send("unlock 1");
        other.send("try 1");
        asker.send("holder 1");
        BOOST_TEST(waiter.ask("lock_for 1 300") == "no");
        socketlock::lock_options options;
        options.lock_dir = directory.path();
        socketlock::error_code ec;
        const auto found = socketlock::status("x", options, ec);
        BOOST_TEST(ec == make_error_code(errc::guard_timeout));
        BOOST_TEST((found.state == socketlock::lock_state::unknown));
        BOOST_TEST(holder.answer() == failure(errc::guard_timeout));
        BOOST_TEST(other.answer() == failure(errc::guard_timeout));
        BOOST_TEST(asker.answer() == failure(errc::guard_timeout));
        BOOST_TEST(quitter.event() == "1 " + failure(errc::guard_timeout));
        BOOST_TEST(contents_of(directory.lock_file("x")) == before);
        BOOST_TEST(holder.ask("owns 1") == "yes");
        // A destructor does not wait; it leaves its unlock to the runtime.
        BOOST_TEST(holder.ask("close 1") == "ok");
        BOOST_TEST(contents_of(directory.lock_file("x")) == before);
        stopped.kill();
    }
    BOOST_TEST(other.ask("lock 1") == "yes");
    BOOST_TEST(other.ask("open 2 y " + directory.path()) == "ok");
    BOOST_TEST(other.ask("lock 2") == "yes");
    BOOST_TEST(
        asker.ask("holder 1") ==
        std::to_string(other.pid()) + ' ' + other.ask("port 1") + " verified"
    );
}

BOOST_AUTO_TEST_CASE(row_22_no_event_loop_waits_for_the_guard)
{
    const lock_directory directory;
    peer keeper = peer_with_lock(directory.path());
    peer p = peer_with_lock(directory.path());
    BOOST_TEST(p.ask("open 2 x " + directory.path()) == "ok");
    BOOST_TEST(p.ask("try 1") == "yes");
    BOOST_TEST(keeper.ask("keep_guard " + directory.lock_file("x")) == "ok");
    BOOST_TEST(p.ask("async_try 2") == "started");
    BOOST_TEST(p.ask("async_unlock 1") == "started");
    BOOST_TEST(p.ask("loop") == "ok");
    // Far more transactions than that would fit into it.
    BOOST_TEST(!p.has_event(std::chrono::milliseconds(100)));
    BOOST_TEST(p.ask("loop") == "ok");
    keeper.kill();
    BOOST_TEST(p.has_event(patience));
    while (p.event() != "1 unlocked")
    {
    }
    BOOST_TEST(p.ask("loop") == "ok");
}

BOOST_AUTO_TEST_SUITE_END()
