// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// Many that wait for the lock "x" of one directory.

#ifndef SOCKETLOCK_TEST_PROCESS_CROWD_HPP
#define SOCKETLOCK_TEST_PROCESS_CROWD_HPP

#include <boost/json/value.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "lock_directory.hpp"
#include "peer.hpp"

namespace test {

/// Less than the safety net of a waiter, far more than anything else takes: what comes in time came
/// because a message said so.
inline constexpr std::chrono::seconds at_once{2};

/// A holder, and waiters behind it in a known order. The waiters are locks of `processes`
/// processes, by turns.
class crowd
{
public:
    explicit crowd(std::size_t waiters, std::size_t processes)
        : holder(peer_with_lock(directory.path())), peers(processes)
    {
        BOOST_TEST_REQUIRE(holder.ask("try 1") == "yes");
        if (waiters != 0)
            add_first();
        while (next_ < waiters)
            add();
    }
    explicit crowd(std::size_t waiters) : crowd(waiters, waiters) {}

    /// Adds a waiter at the end of the queue.
    void add(const std::string& command = "async_lock", const std::string& arguments = {})
    {
        const std::size_t i = next_++;
        BOOST_TEST(of(i).ask("open " + lock(i) + " x " + directory.path()) == "ok");
        const std::uint64_t tickets = tickets_given();
        BOOST_TEST(of(i).ask(command + ' ' + lock(i) + ' ' + arguments) == "started");
        // A waiter with a ticket is in the queue.
        BOOST_TEST_REQUIRE(eventually([&] { return tickets_given() > tickets; }));
    }

    /// The process of waiter `i`, and the number of the waiter's lock there.
    peer& of(std::size_t i) { return peers[i % peers.size()]; }
    std::string lock(std::size_t i) const { return std::to_string(1 + i / peers.size()); }

    /// Has the waiter do something with its lock.
    std::string ask(std::size_t i, const std::string& command)
    {
        return of(i).ask(command + ' ' + lock(i));
    }

    /// Waits until the waiter has its turn, and looks at the fencing token.
    void expect_turn(std::size_t i, std::chrono::milliseconds limit = at_once)
    {
        BOOST_TEST(of(i).event(limit) == lock(i) + " locked");
        const std::uint64_t token = std::stoull(ask(i, "token"));
        BOOST_TEST(token > last_token_);
        last_token_ = token;
    }

    /// All these have their turns, in this order.
    void expect_turns(const std::vector<std::size_t>& waiters)
    {
        for (const std::size_t i : waiters)
        {
            expect_turn(i);
            BOOST_TEST(ask(i, "unlock") == "ok");
        }
    }

    /// Nothing is open that a process does not have that has waited for nobody. Ends them all;
    /// nothing may stay.
    void expect_nothing_left()
    {
        const std::size_t usual = descriptors_without_locks(directory.path());
        peers.push_back(std::move(holder));
        for (peer& p : peers)
            BOOST_TEST((!p.is_running() || closes_all(p, usual)));
        peers.clear();
        peer last = peer_with_lock(directory.path());
        BOOST_TEST(last.ask("try 1") == "yes");
        last.quit();
        BOOST_TEST(directory.has_only_lock_files());
    }

    const lock_directory directory;
    peer holder;
    std::vector<peer> peers;

private:
    /// Returns when the holder knows of the waiter, which keeps its place from then on if stopped.
    void add_first()
    {
        BOOST_TEST(holder.ask("async_wait_contended 1") == "started");
        add();
        BOOST_TEST_REQUIRE(holder.event() == "1 contended");
    }

    std::uint64_t tickets_given() const
    {
        const auto ours = our_part(directory.lock_file("x"));
        const auto* const tickets = ours.if_contains("next_ticket");
        return tickets != nullptr ? tickets->to_number<std::uint64_t>() : 0;
    }

    std::size_t next_ = 0;
    std::uint64_t last_token_ = 0;
};

}  // namespace test

#endif
