// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// What strangers may do to a holder's port: nothing that takes its lock away, or keeps it from
// answering clients that may ask.

#include <boost/json/value.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <deque>
#include <random>
#include <string>
#include <sys/resource.h>
#include <thread>
#include <vector>

#include "held_lock.hpp"

using namespace test;
using namespace std::chrono_literals;
using socketlock::errc;
namespace sl = socketlock::detail;

namespace {

std::vector<std::string> garbage()
{
    std::vector<std::string> result = {
        std::string("\0\0", 2),
        std::string("\0\1\377", 3),
        std::string("\377\377", 2),
        std::string("\20\1", 2) + std::string(4097, 'x'),
        std::string("\0\5\2", 3),
        "GET / HTTP/1.1\r\n\r\n",
        "SOCKETLOCK_CHECK",
        std::string(100000, '\0'),
        std::string(100000, 'x'),
    };
    // A hello of the right length, full of nonsense.
    const auto hello_frame = sl::hello_message().encode();
    const auto hello = hello_frame.bytes();
    result.emplace_back(reinterpret_cast<const char*>(hello.data()), hello.size());
    std::mt19937 random(1);
    for (int i = 0; i < 50; ++i)
    {
        std::string text(std::uniform_int_distribution<std::size_t>(1, 300)(random), '\0');
        for (char& c : text)
            c = static_cast<char>(random());
        result.push_back(text);
    }
    return result;
}

void allow_many_descriptors()
{
    ::rlimit limit;
    ::getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
}

std::size_t descriptors(peer& p)
{
    const std::string list = p.ask("descriptors");
    return static_cast<std::size_t>(std::count(list.begin(), list.end(), '='));
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(strangers, held_lock)

BOOST_AUTO_TEST_CASE(row_07_a_flood_of_silent_connections_takes_nothing_away)
{
    allow_many_descriptors();
    peer other = peer_with_lock(directory.path());
    peer waiter = peer_with_lock(directory.path());
    const std::size_t before = descriptors(holder);
    BOOST_TEST(holder.ask("async_wait_contended 1") == "started");

    std::vector<wire> flood;
    for (int i = 0; i < 500; ++i)
        flood.emplace_back(port);
    BOOST_TEST(other.ask("try 1") == "no");
    // Its turn comes when the holder has looked at all of them.
    BOOST_TEST(eventually([&] { return other.ask("holder 1") == verified(); }));
    BOOST_TEST(waiter.ask("async_lock 1") == "started");
    BOOST_TEST(holder.event() == "1 contended");
    BOOST_TEST(descriptors(holder) <= before + 66);
    BOOST_TEST(holder.ask("owns 1") == "yes");
    BOOST_TEST(holder.ask("unlock 1") == "ok");
    BOOST_TEST(waiter.event() == "1 locked");

    // None of them learns anything but a random number, and all are dropped.
    for (wire& connection : flood)
        BOOST_TEST(
            connection.read_to_end().size() <= sl::challenge_message().encode().bytes().size()
        );
    // That of the waiter is kept.
    BOOST_TEST(eventually([&] { return descriptors(holder) <= before + 1; }));
}

BOOST_AUTO_TEST_CASE(row_07_a_flood_that_goes_on_does_not_keep_a_waiter_out)
{
    peer waiter = peer_with_lock(directory.path());
    BOOST_TEST(holder.ask("async_wait_contended 1") == "started");
    std::atomic<bool> stop{false};
    std::atomic<int> connections{0};
    std::thread flood([&] {
        std::deque<wire> open;
        while (!stop)
        {
            open.emplace_back(port);
            open.back().send("SOCKETLOCK_CHECK");
            if (open.size() == 200)
                open.pop_front();
            ++connections;
        }
    });
    while (connections < 200)
        std::this_thread::yield();
    BOOST_TEST(waiter.ask("async_lock 1") == "started");
    BOOST_TEST(holder.event() == "1 contended");
    BOOST_TEST(holder.ask("unlock 1") == "ok");
    BOOST_TEST(waiter.event() == "1 locked");
    stop = true;
    flood.join();
}

BOOST_AUTO_TEST_CASE(row_07_a_flood_that_takes_all_descriptors_takes_no_lock)
{
    peer other = peer_with_lock(directory.path());
    BOOST_TEST(holder.ask("exhaust 20") == "ok");
    std::vector<wire> flood;
    for (int i = 0; i < 200; ++i)
        flood.emplace_back(port);
    for (int i = 0; i < 5; ++i)
        BOOST_TEST(other.ask("try 1") == "no");
    BOOST_TEST(holder.ask("owns 1") == "yes");
    BOOST_TEST(holder.ask("unlock 1") == "ok");
    BOOST_TEST(other.ask("try 1") == "yes");
    BOOST_TEST(other.ask("unlock 1") == "ok");
    BOOST_TEST(holder.ask("relax") == "ok");
    BOOST_TEST(holder.ask("try 1") == "yes");
    // It goes on accepting, too.
    BOOST_TEST(other.ask("holder 1") == verified());
}

BOOST_AUTO_TEST_CASE(garbage_gets_no_answer_and_does_no_harm)
{
    peer other = peer_with_lock(directory.path());
    const std::size_t before = descriptors(holder);
    const std::size_t challenge = sl::challenge_message().encode().bytes().size();
    std::vector<wire> connections;
    for (const std::string& text : garbage())
    {
        connections.emplace_back(port);
        connections.back().send(text);
    }
    for (wire& connection : connections)
        BOOST_TEST(connection.read_to_end().size() <= challenge);
    BOOST_TEST(other.ask("try 1") == "no");
    BOOST_TEST(other.ask("holder 1") == verified());
    BOOST_TEST(eventually([&] { return descriptors(holder) <= before; }));
}

BOOST_AUTO_TEST_CASE(row_16_frames_may_come_in_pieces_of_any_size)
{
    for (const std::size_t piece : {1u, 2u, 3u, 7u, 64u})
    {
        wire connection(port);
        BOOST_TEST(shake_hands(connection, address(), address().ids(), "", piece));
        BOOST_TEST(connection.send(sl::ping_message().encode(), piece));
        const auto frame = connection.read();
        BOOST_TEST_REQUIRE(frame.has_value());
        const auto pong = sl::pong_message::decode(frame->body);
        BOOST_TEST_REQUIRE(pong.has_value());
        BOOST_TEST((pong->state == sl::reported_state::holding));
        BOOST_TEST(std::to_string(pong->fencing_token) == holder.ask("token 1"));
    }
}

BOOST_AUTO_TEST_CASE(row_13_the_key_of_one_directory_opens_no_lock_of_another)
{
    const lock_directory elsewhere;
    BOOST_TEST(holder.ask("open 2 x " + elsewhere.path()) == "ok");
    BOOST_TEST(holder.ask("try 2") == "yes");
    const auto state_of = [&](const sl::claim_ref& who) {
        sl::handshake_ids ids = address().ids();
        ids.target_claim = who.claim;
        wire connection(port);
        BOOST_TEST(shake_hands(connection, address(), ids));
        BOOST_TEST(connection.send(sl::ping_message().encode()));
        const auto frame = connection.read();
        BOOST_TEST_REQUIRE(frame.has_value());
        return sl::pong_message::decode(frame->body).value().state;
    };
    BOOST_TEST((state_of(address().who) == sl::reported_state::holding));
    const sl::claim_ref other = find_holder(elsewhere.path(), "x").who;
    BOOST_TEST((state_of(other) == sl::reported_state::over));
}

BOOST_AUTO_TEST_CASE(row_12_a_relayed_or_constant_proof_proves_nothing)
{
    peer other = peer_with_lock(directory.path());
    const std::string presence = directory / directory.names(".presence").front();
    const auto divert_to = [&](std::uint16_t to) {
        auto info = read_record(presence);
        info["port"] = to;
        write_record(presence, info);
    };
    BOOST_TEST(other.ask("holder 1") == verified());

    const impostor constant([](wire& client) {
        // What version 1 calls a proof for a lock named x.
        client.send("SOCKETLOCK_ACTIVE:61d736caf2e1470d");
        client.read_to_end();
    });
    divert_to(constant.port());
    BOOST_TEST(other.ask("holder 1") == who() + " unverified");
    BOOST_TEST(other.ask("try 1") == "no");

    const impostor relay([this](wire& client) {
        wire server(port);
        std::string bytes = server.read_some();
        client.send(bytes);
        server.send(client.read_some());
        client.send(server.read_some());
    });
    divert_to(relay.port());
    BOOST_TEST(other.ask("holder 1") == who() + " unverified");
    divert_to(port);
    BOOST_TEST(other.ask("holder 1") == verified());
}

BOOST_AUTO_TEST_CASE(row_13_a_dead_record_whose_port_is_another_locks_reads_as_free)
{
    const lock_directory elsewhere;
    peer dead = peer_with_lock(elsewhere.path());
    BOOST_TEST(dead.ask("try 1") == "yes");
    dead.kill();
    // As if the system had given its port to the lock of the same name here.
    auto record = read_record(elsewhere.lock_file("x"));
    record["port"] = port;
    write_record(elsewhere.lock_file("x"), record);
    const std::string presence = elsewhere / elsewhere.names(".presence").front();
    auto info = read_record(presence);
    info["port"] = port;
    write_record(presence, info);
    peer next = peer_with_lock(elsewhere.path());
    BOOST_TEST(next.ask("holder 1") == "none");
    BOOST_TEST(next.ask("try 1") == "yes");
    BOOST_TEST(holder.ask("owns 1") == "yes");
}

BOOST_AUTO_TEST_CASE(a_port_that_a_stranger_got_after_the_holders_death_does_not_hold_the_lock)
{
    peer next = peer_with_lock(directory.path());
    const impostor stranger([](wire& client) { client.read_to_end(); });
    auto record = read_record(directory.lock_file("x"));
    record["port"] = stranger.port();
    write_record(directory.lock_file("x"), record);
    const std::string presence = directory / directory.names(".presence").front();
    auto info = read_record(presence);
    info["port"] = stranger.port();
    holder.kill();
    write_record(presence, info);
    BOOST_TEST(next.ask("holder 1") == "none");
    BOOST_TEST(next.ask("try 1") == "yes");
}

BOOST_AUTO_TEST_CASE(a_waiter_with_another_seed_is_told_so_and_gets_the_lock_when_it_is_free)
{
    peer other = peer_with_lock(directory.path() + " another-seed");
    BOOST_TEST(other.ask("try 1") == "no");
    BOOST_TEST(other.ask("holder 1") == who() + " unverified");
    for (int i = 0; i < 3; ++i)
    {
        BOOST_TEST(other.ask("lock 1") == failure(errc::handshake_failed));
        BOOST_TEST(other.ask("lock_for 1 30000") == failure(errc::handshake_failed));
        BOOST_TEST(other.ask("async_lock 1") == "started");
        BOOST_TEST(other.event() == "1 " + failure(errc::handshake_failed));
        BOOST_TEST(other.ask("owns 1") == "no");
    }
    BOOST_TEST(holder.ask("owns 1") == "yes");
    // Nothing of it stays behind: the next one waits as ever.
    peer friendly = peer_with_lock(directory.path());
    BOOST_TEST(friendly.ask("async_lock 1") == "started");
    BOOST_TEST(!friendly.has_event(50ms));
    BOOST_TEST(holder.ask("unlock 1") == "ok");
    BOOST_TEST(friendly.event() == "1 locked");
    BOOST_TEST(friendly.ask("unlock 1") == "ok");
    BOOST_TEST(other.ask("lock 1") == "yes");
    // And the other way round.
    BOOST_TEST(holder.ask("lock 1") == failure(errc::handshake_failed));
    BOOST_TEST(other.ask("unlock 1") == "ok");
    BOOST_TEST(holder.ask("lock 1") == "yes");
}

BOOST_AUTO_TEST_CASE(a_waiter_with_another_seed_gets_the_lock_of_a_holder_that_is_dead)
{
    peer other = peer_with_lock(directory.path() + " another-seed");
    holder.kill();
    BOOST_TEST(other.ask("lock 1") == "yes");
}

BOOST_AUTO_TEST_SUITE_END()
