// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// Processes that share a lock directory, but neither the network nor process ids.

#include <boost/json/value.hpp>
#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "executables.hpp"
#include "lock_directory.hpp"
#include "occupancy.hpp"
#include "peer.hpp"

using namespace test;
using socketlock::errc;

namespace {

// A network namespace after `setup`. It begins with a loopback interface that is down.
std::vector<std::string> in_network_namespace(const std::string& setup = ":")
{
    const std::string script = setup + " && exec \"$@\"";
    return {"unshare", "--map-root-user", "--net", "sh", "-c", script, "sh"};
}

std::vector<std::string> with_loopback_of_its_own()
{
    return in_network_namespace("ip link set lo up");
}

std::vector<std::string> without_loopback_addresses()
{
    return in_network_namespace("ip link set lo up && ip address flush dev lo");
}

std::vector<std::string> in_pid_namespace()
{
    return {"unshare", "--map-root-user", "--pid", "--fork", "--kill-child", "--mount-proc"};
}

std::string identity(peer& p)
{
    return p.ask("pid") + ' ' + p.ask("port 1");
}

// The same as it is told in another PID namespace.
std::string foreign_identity(peer& p)
{
    return p.ask("pid") + "* " + p.ask("port 1");
}

std::string quoted_tool()
{
    return '\'' + tool_path() + '\'';
}

boost::test_tools::assertion_result has_namespaces(boost::unit_test::test_unit_id)
{
    static const bool
        works = std::system("unshare --map-root-user --net --pid --fork --mount-proc true 2>&1") ==
                0;
    boost::test_tools::assertion_result result(works);
    result.message() << "this user may not make namespaces";
    return result;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(namespaces, *boost::unit_test::precondition(has_namespaces))

BOOST_AUTO_TEST_CASE(row_06_a_contender_in_another_network_namespace_finds_the_lock_held)
{
    for (const auto& wrapper :
         {in_network_namespace(), with_loopback_of_its_own(), without_loopback_addresses()})
    {
        const lock_directory directory;
        peer holder = peer_with_lock(directory.path());
        peer outsider = peer_with_lock(directory.path(), "x", wrapper);
        BOOST_TEST(holder.ask("try 1") == "yes");
        const std::string before = contents_of(directory.lock_file("x"));
        const std::string descriptors = outsider.ask("descriptors");
        for (int i = 0; i < 5; ++i)
        {
            BOOST_TEST(outsider.ask("try 1") == "no");
            BOOST_TEST(outsider.ask("blocker 1") == identity(holder));
        }
        BOOST_TEST(outsider.ask("holder 1") == identity(holder) + " unverified");
        BOOST_TEST(contents_of(directory.lock_file("x")) == before);
        BOOST_TEST(holder.ask("owns 1") == "yes");
        BOOST_TEST(outsider.ask("close 1") == "ok");
        BOOST_TEST(eventually([&] { return has_no_more_than(outsider, descriptors); }));
    }
}

BOOST_AUTO_TEST_CASE(a_holder_whose_loopback_is_down_is_not_robbed)
{
    const lock_directory directory;
    // Linux lets it listen all the same; nobody will ever reach it.
    peer holder = peer_with_lock(directory.path(), "x", in_network_namespace());
    peer other = peer_with_lock(directory.path());
    BOOST_TEST(holder.ask("try 1") == "yes");
    BOOST_TEST(other.ask("try 1") == "no");
    BOOST_TEST(other.ask("holder 1") == identity(holder) + " unverified");
    BOOST_TEST(other.ask("async_lock 1") == "started");
    BOOST_TEST(!other.has_event(std::chrono::milliseconds(100)));
    holder.kill();
    BOOST_TEST(other.event() == "1 locked");
}

BOOST_AUTO_TEST_CASE(row_06_a_contender_that_cannot_reach_the_holder_waits_for_it)
{
    const lock_directory directory;
    peer holder = peer_with_lock(directory.path());
    peer outsider = peer_with_lock(directory.path(), "x", with_loopback_of_its_own());
    BOOST_TEST(holder.ask("try 1") == "yes");
    BOOST_TEST(outsider.ask("try 1") == "no");
    BOOST_TEST(outsider.ask("holder 1") == identity(holder) + " unverified");
    BOOST_TEST(outsider.ask("lock_for 1 300") == "no");
    BOOST_TEST(outsider.ask("async_lock 1") == "started");
    BOOST_TEST(!outsider.has_event(std::chrono::milliseconds(300)));
    BOOST_TEST(holder.ask("unlock 1") == "ok");
    BOOST_TEST(outsider.event() == "1 locked");

    // And the other way round.
    BOOST_TEST(holder.ask("try 1") == "no");
    BOOST_TEST(holder.ask("holder 1") == identity(outsider) + " unverified");
    BOOST_TEST(holder.ask("async_lock 1") == "started");
    BOOST_TEST(!holder.has_event(std::chrono::milliseconds(300)));
    outsider.kill();
    BOOST_TEST(holder.event() == "1 locked");
}

BOOST_AUTO_TEST_CASE(a_waiter_that_cannot_reach_those_who_are_busy_has_its_turn)
{
    // Those who queued before it, and as many again if a busy machine costs it a turn.
    static constexpr std::int64_t most_turns = 20;
    const lock_directory directory;
    const occupancy room(directory / "room");
    std::vector<peer> busy;
    for (int i = 0; i < 3; ++i)
    {
        busy.push_back(peer_with_lock(directory.path()));
        // Each has time to queue behind another before that unlocks: the lock is never at rest.
        busy.back().send("cycle_waiting 1 100000000 " + directory / "room" + " 1000");
    }
    peer outsider = peer_with_lock(directory.path(), "x", with_loopback_of_its_own());
    for (int i = 0; i < 20; ++i)
    {
        BOOST_TEST(outsider.ask("async_lock 1") == "started");
        // In the queue, or it has had its turn before that could be seen.
        const auto is_in_record = [&] {
            const auto ours = our_part(directory.lock_file("x"));
            return ours.contains("parked") && ours.at("parked").is_object();
        };
        BOOST_TEST_REQUIRE(eventually([&] { return outsider.has_event() || is_in_record(); }));
        const std::int64_t before = room.visits();
        BOOST_TEST_REQUIRE(outsider.event() == "1 locked");
        // It holds: nobody else has a turn now.
        BOOST_TEST(room.visits() - before <= most_turns);
        const std::int64_t now = room.visits();
        BOOST_TEST(outsider.ask("unlock 1") == "ok");
        BOOST_TEST_REQUIRE(eventually([&] { return room.visits() > now; }));
    }
    for (peer& p : busy)
        p.kill();
}

BOOST_AUTO_TEST_CASE(row_06_a_stranger_at_the_same_port_does_not_count_as_the_holder)
{
    const lock_directory directory;
    const lock_directory elsewhere;
    peer holder = peer_with_lock(directory.path(), "x", with_loopback_of_its_own());
    BOOST_TEST(holder.ask("try 1") == "yes");
    // Somebody here may well have the port that the holder has over there.
    peer stranger = peer_with_lock(elsewhere.path());
    BOOST_TEST(stranger.ask("try 1") == "yes");
    const std::string presence = directory / directory.names(".presence").front();
    auto info = read_record(presence);
    info["port"] = std::stoi(stranger.ask("port 1"));
    write_record(presence, info);

    peer other = peer_with_lock(directory.path());
    BOOST_TEST(other.ask("try 1") == "no");
    BOOST_TEST(other.ask("holder 1") == identity(holder) + " unverified");
    BOOST_TEST(other.ask("async_lock 1") == "started");
    BOOST_TEST(!other.has_event(std::chrono::milliseconds(300)));
    BOOST_TEST(holder.ask("unlock 1") == "ok");
    BOOST_TEST(other.event() == "1 locked");
}

BOOST_AUTO_TEST_CASE(row_10_processes_with_equal_ids_in_two_pid_namespaces_exclude_each_other)
{
    const lock_directory directory;
    peer first = peer_with_lock(directory.path(), "x", in_pid_namespace());
    peer second = peer_with_lock(directory.path(), "x", in_pid_namespace());
    peer outsider = peer_with_lock(directory.path());
    BOOST_TEST(first.ask("pid") == "1");
    BOOST_TEST(second.ask("pid") == "1");
    BOOST_TEST(first.ask("try 1") == "yes");
    // It has the very pid that the record names, and is not the holder.
    BOOST_TEST(second.ask("try 1") == "no");
    BOOST_TEST(second.ask("unlock 1") == failure(errc::not_owner));
    BOOST_TEST(outsider.ask("try 1") == "no");
    BOOST_TEST(second.ask("holder 1") == foreign_identity(first) + " verified");
    BOOST_TEST(outsider.ask("holder 1") == foreign_identity(first) + " verified");

    BOOST_TEST(second.ask("async_lock 1") == "started");
    BOOST_TEST(!second.has_event(std::chrono::milliseconds(100)));
    first.kill();
    BOOST_TEST(second.event() == "1 locked");
    BOOST_TEST(outsider.ask("try 1") == "no");
    BOOST_TEST(outsider.ask("holder 1") == foreign_identity(second) + " verified");
}

BOOST_AUTO_TEST_CASE(a_pid_of_another_namespace_is_marked_as_such)
{
    const lock_directory directory;
    peer inside = peer_with_lock(directory.path(), "x", in_pid_namespace());
    peer outside = peer_with_lock(directory.path());
    BOOST_TEST(inside.ask("try 1") == "yes");
    BOOST_TEST(outside.ask("try 1") == "no");
    BOOST_TEST(outside.ask("blocker 1") == foreign_identity(inside));
    BOOST_TEST(outside.ask("holder 1") == foreign_identity(inside) + " verified");
    BOOST_TEST(inside.ask("holder 1") == identity(inside) + " verified");
    const std::string tool = quoted_tool() + " --lock-dir " + directory.path();
    const std::string marked = " is held by PID 1 (in another PID namespace) on port ";
    BOOST_TEST(outside.ask("run " + tool + " status x").find("x" + marked) == 0u);
    BOOST_TEST(
        outside.ask("run " + tool + " run --no-wait x -- true 2>&1").find("x" + marked) !=
        std::string::npos
    );
    BOOST_TEST(
        outside.ask("run " + tool + " wait --timeout 0 x 2>&1").find("x" + marked) !=
        std::string::npos
    );
    BOOST_TEST(outside.ask("run " + tool + " list").find("held   1*  ") != std::string::npos);
    for (const char* const query : {" status --json x", " list --json"})
    {
        BOOST_TEST(
            outside.ask("run " + tool + query).find(R"("other_pid_namespace":true)") !=
            std::string::npos
        );
        BOOST_TEST(
            inside.ask("run " + tool + query).find(R"("other_pid_namespace":false)") !=
            std::string::npos
        );
    }
    BOOST_TEST(inside.ask("unlock 1") == "ok");
    BOOST_TEST(outside.ask("try 1") == "yes");
    BOOST_TEST(outside.ask("holder 1") == identity(outside) + " verified");
    BOOST_TEST(inside.ask("try 1") == "no");
    BOOST_TEST(inside.ask("blocker 1") == foreign_identity(outside));
}

BOOST_AUTO_TEST_CASE(a_contender_in_another_pid_namespace_does_not_rob)
{
    const lock_directory directory;
    peer holder = peer_with_lock(directory.path());
    peer insider = peer_with_lock(directory.path(), "x", in_pid_namespace());
    BOOST_TEST(holder.ask("try 1") == "yes");
    // The holder's pid does not exist over there.
    BOOST_TEST(insider.ask("try 1") == "no");
    holder.stop();
    BOOST_TEST(insider.ask("try 1") == "no");
    BOOST_TEST(insider.ask("holder 1").find(" unverified") != std::string::npos);
    holder.kill();
    BOOST_TEST(insider.ask("try 1") == "yes");
    BOOST_TEST(insider.ask("unlock 1") == "ok");
}

BOOST_AUTO_TEST_SUITE_END()
