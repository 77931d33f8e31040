// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// A lock whose holder is dead is free at once, however it died, and nothing of it stays.

#include <boost/test/unit_test.hpp>

#include <string>

#include "lock_directory.hpp"
#include "peer.hpp"

using namespace test;

BOOST_AUTO_TEST_SUITE(holder_dies)

BOOST_AUTO_TEST_CASE(a_killed_holders_lock_is_free_at_the_first_try)
{
    const lock_directory directory;
    std::uint64_t token = 0;
    for (int round = 0; round < 20; ++round)
    {
        peer holder = peer_with_lock(directory.path());
        peer next = peer_with_lock(directory.path());
        BOOST_TEST(holder.ask("try 1") == "yes");
        BOOST_TEST(std::stoull(holder.ask("token 1")) > token);
        BOOST_TEST(next.ask("try 1") == "no");
        holder.kill();
        BOOST_TEST(next.ask("holder 1") == "none");
        BOOST_TEST(next.ask("try 1") == "yes");
        token = std::stoull(next.ask("token 1"));
    }
    BOOST_TEST(directory.has_only_lock_files());
}

BOOST_AUTO_TEST_CASE(a_stopped_holder_that_is_killed_leaves_a_free_lock)
{
    const lock_directory directory;
    peer holder = peer_with_lock(directory.path());
    peer next = peer_with_lock(directory.path());
    BOOST_TEST(holder.ask("try 1") == "yes");
    holder.stop();
    BOOST_TEST(next.ask("try 1") == "no");
    holder.kill();
    BOOST_TEST(next.ask("try 1") == "yes");
}

BOOST_AUTO_TEST_CASE(a_holder_that_exits_without_unlocking_leaves_a_free_lock)
{
    const lock_directory directory;
    {
        peer holder = peer_with_lock(directory.path());
        peer next = peer_with_lock(directory.path());
        BOOST_TEST(holder.ask("try 1") == "yes");
        holder.send("exit");
        holder.wait();
        BOOST_TEST(next.ask("try 1") == "yes");
    }
    BOOST_TEST(directory.has_only_lock_files());
}

BOOST_AUTO_TEST_CASE(a_holder_that_ends_in_good_order_leaves_a_free_lock_and_no_presence)
{
    const lock_directory directory;
    peer holder = peer_with_lock(directory.path());
    BOOST_TEST(holder.ask("try 1") == "yes");
    BOOST_TEST(directory.names(".presence").size() == 1u);
    holder.quit();
    BOOST_TEST(directory.has_only_lock_files());
    BOOST_TEST(our_part(directory.lock_file("x")).at("holder").is_null());
    peer next = peer_with_lock(directory.path());
    BOOST_TEST(next.ask("try 1") == "yes");
}

BOOST_AUTO_TEST_CASE(all_locks_of_a_killed_process_are_free_at_once)
{
    const lock_directory directory;
    peer holder;
    peer next;
    BOOST_TEST(holder.ask("many 0 200 " + directory.path()) == "200");
    BOOST_TEST(next.ask("many 0 200 " + directory.path()) == "0");
    holder.kill();
    BOOST_TEST(next.ask("many 0 200 " + directory.path()) == "200");
}

BOOST_AUTO_TEST_CASE(presences_of_processes_that_died_without_holding_are_removed)
{
    const lock_directory directory;
    for (int i = 0; i < 5; ++i)
    {
        peer p = peer_with_lock(directory.path());
        BOOST_TEST(p.ask("try 1") == "yes");
        BOOST_TEST(p.ask("unlock 1") == "ok");
        p.kill();
    }
    write_file(directory / ".0123456789abcdef0123456789abcdef.presence.tmp", "{");
    write_file(directory / ".fedcba9876543210fedcba9876543210.presence.tmp", "{");
    peer last = peer_with_lock(directory.path());
    last.ask("run touch -d '2 minutes ago' " + directory.path() + "/.0123*");
    BOOST_TEST(last.ask("try 1") == "yes");
    // A young temporary one may be just about to be finished.
    BOOST_TEST(directory.names(".presence").size() == 1u);
    BOOST_TEST(directory.names(".tmp").size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_lock_that_was_held_and_freed_leaves_no_descriptor)
{
    const lock_directory directory;
    peer p;
    const std::string before = p.ask("descriptors");
    for (int i = 0; i < 3; ++i)
    {
        BOOST_TEST(p.ask("open 1 x " + directory.path()) == "ok");
        BOOST_TEST(p.ask("try 1") == "yes");
        BOOST_TEST(p.ask("holder 1").find("verified") != std::string::npos);
        BOOST_TEST(p.ask("unlock 1") == "ok");
        BOOST_TEST(p.ask("holder 1") == "none");
        BOOST_TEST(p.ask("close 1") == "ok");
        BOOST_TEST(eventually([&] { return has_no_more_than(p, before); }));
    }
    BOOST_TEST(directory.has_only_lock_files());
}

BOOST_AUTO_TEST_SUITE_END()
