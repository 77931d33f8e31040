// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// Every network call that a holder or a waiter makes fails in turn, or does less than it was asked
// for: even so, the waiters in the queue are served, and at once.

#include <boost/test/unit_test.hpp>

#include <cerrno>
#include <initializer_list>
#include <string>

#include "crowd.hpp"
#include "interrupted.hpp"

using namespace test;

namespace {

struct stage
{
    /// A fresh process, of whose calls one is going to fail.
    void begin(const std::string& call, int number, const std::string& what)
    {
        victim = peer_with_lock(directory.path());
        BOOST_TEST(victim.ask("fault " + call + ' ' + std::to_string(number) + ' ' + what) == "ok");
    }

    /// False if there were not so many calls.
    bool end(const std::string& call)
    {
        const bool was_hit = victim.ask("was_hit " + call) == "yes";
        BOOST_TEST_REQUIRE(closes_all(victim, descriptors));
        victim.quit();
        return was_hit;
    }

    bool somebody_is_parked() const
    {
        return our_part(directory.lock_file("x")).at("parked").is_object();
    }

    /// Both have their turns, whichever is first.
    static void expect_turns(peer& a, peer& b)
    {
        BOOST_TEST_REQUIRE(eventually([&] { return a.has_event() || b.has_event(); }));
        peer& first = a.has_event() ? a : b;
        peer& second = &first == &a ? b : a;
        BOOST_TEST(first.event() == "1 locked");
        BOOST_TEST(!second.has_event());
        BOOST_TEST(first.ask("unlock 1") == "ok");
        BOOST_TEST_REQUIRE(second.event(at_once) == "1 locked");
        BOOST_TEST(second.ask("unlock 1") == "ok");
    }

    /// The victim holds, and unlocks for two others.
    void hold_and_unlock()
    {
        // It may be told of what happens before it holds, and tries again then.
        if (victim.ask("try 1") != "yes")
            BOOST_TEST(victim.ask("try 1") == "yes");
        BOOST_TEST(victim.ask("async_wait_contended 1") == "started");
        BOOST_TEST(other.ask("async_lock 1") == "started");
        // Nobody can reach it if it has no port.
        if (victim.ask("port 1") != "0")
            BOOST_TEST_REQUIRE(victim.event(at_once) == "1 contended");
        else
            BOOST_TEST_REQUIRE(eventually([&] { return somebody_is_parked(); }));
        BOOST_TEST(last.ask("async_lock 1") == "started");
        BOOST_TEST(victim.ask("unlock 1") == "ok");
        expect_turns(other, last);
    }

    /// The victim waits, with another one behind it.
    void wait_and_lock()
    {
        BOOST_TEST(other.ask("try 1") == "yes");
        BOOST_TEST(other.ask("async_wait_contended 1") == "started");
        BOOST_TEST(victim.ask("async_lock 1") == "started");
        BOOST_TEST_REQUIRE(eventually([&] { return victim.has_event() || other.has_event(); }));
        if (victim.has_event())
        {
            // Told before it is in the queue.
            BOOST_TEST(victim.event().substr(0, 8) == "1 error ");
            BOOST_TEST(victim.ask("async_lock 1") == "started");
        }
        BOOST_TEST_REQUIRE(other.event(at_once) == "1 contended");
        BOOST_TEST(last.ask("async_lock 1") == "started");
        BOOST_TEST(other.ask("unlock 1") == "ok");
        expect_turns(victim, last);
    }

    /// One of each kind of call fails, then the next one. At least `least` are made.
    void fail_all(
        const std::string& call,
        std::initializer_list<std::string> faults,
        int least_of_holder,
        int least_of_waiter
    )
    {
        for (const bool waits : {false, true})
        {
            const auto play = [&] { waits ? wait_and_lock() : hold_and_unlock(); };
            for (const std::string& what : faults)
            {
                // Programs with sanitizers are slow to start.
                const int step = byte_step() == 1 ? 1 : 3;
                int number = 1 - step;
                for (bool was_hit = true; was_hit;)
                {
                    number += step;
                    const char* const role = waits ? "waiter" : "holder";
                    BOOST_TEST_CONTEXT(role << ", " << call << ' ' << number << ": " << what)
                    {
                        begin(call, number, what);
                        play();
                        was_hit = end(call);
                    }
                }
                BOOST_TEST(number > (waits ? least_of_waiter : least_of_holder));
            }
        }
    }

    static std::string error(int value) { return std::to_string(value); }

    const lock_directory directory;
    peer victim;
    peer other = peer_with_lock(directory.path());
    peer last = peer_with_lock(directory.path());
    const std::size_t descriptors = descriptors_without_locks(directory.path());
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(network_faults, stage)

BOOST_AUTO_TEST_CASE(each_read_may_fail_or_be_short)
{
    fail_all("recv", {"break", "short", error(EINTR)}, 2, 2);
}

BOOST_AUTO_TEST_CASE(each_write_may_fail_or_be_short)
{
    fail_all("send", {"break", "short", error(EAGAIN), error(EAGAIN) + " 3", error(ENOBUFS)}, 3, 2);
}

BOOST_AUTO_TEST_CASE(each_connection_may_fail)
{
    fail_all("connect", {error(ECONNREFUSED), error(EADDRNOTAVAIL), error(ETIMEDOUT)}, 0, 1);
    fail_all("accept", {error(ECONNABORTED), error(EINTR), error(EMFILE), error(ENOMEM)}, 1, 0);
}

BOOST_AUTO_TEST_CASE(there_may_be_no_room_for_each_socket)
{
    fail_all("socket", {error(EMFILE), error(ENOBUFS)}, 1, 2);
    fail_all("epoll_ctl", {error(ENOSPC)}, 1, 1);
}

BOOST_AUTO_TEST_SUITE_END()
