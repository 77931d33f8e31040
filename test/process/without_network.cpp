// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// Processes that have no network at all: they lock, try, wait and hand over like all others, only
// not as fast.

#include <boost/test/unit_test.hpp>

#include <cerrno>
#include <cstdlib>
#include <functional>
#include <memory>
#include <string>

#include "crowd.hpp"
#include "occupancy.hpp"

using namespace test;
using namespace std::chrono_literals;
using socketlock::errc;

namespace {

using peer_maker = std::function<peer(const std::string& directory)>;

peer without_ip_sockets(const std::string& directory, int error)
{
    peer result = peer_with_lock(directory);
    BOOST_TEST(result.ask("forbid_ip_sockets " + std::to_string(error)) == "ok");
    return result;
}

peer without_loopback(const std::string& directory)
{
    const std::string script = "ip link set lo up && ip address flush dev lo && exec \"$@\"";
    return peer_with_lock(
        directory,
        "x",
        {"unshare", "--map-root-user", "--net", "sh", "-c", script, "sh"}
    );
}

/// Has descriptors for files, but whenever it wants a socket there is none left.
peer without_descriptors_for_sockets(const std::string& directory)
{
    peer result = peer_with_lock(directory);
    const std::string error = std::to_string(EMFILE);
    BOOST_TEST(result.ask("fault socket 1 " + error + " 100000000") == "ok");
    return result;
}

/// May have so many descriptors at a time.
peer peer_with_descriptors(const std::string& directory, int limit)
{
    const std::string script = "ulimit -n " + std::to_string(limit) + " && exec \"$@\"";
    return peer_with_lock(directory, "x", {"sh", "-c", script, "sh"});
}

boost::test_tools::assertion_result has_network_namespaces(boost::unit_test::test_unit_id)
{
    static const bool works = std::system("unshare --map-root-user --net true 2>&1") == 0;
    boost::test_tools::assertion_result result(works);
    result.message() << "this user may not make namespaces";
    return result;
}

struct stage
{
    void expect_known_places() const
    {
        for (peer* const p : {outsider.get(), fellow.get(), other.get()})
        {
            const std::string ahead = p->ask("ahead 1");
            BOOST_TEST((ahead == "0" || ahead == "unknown"), ahead);
        }
    }

    /// One holds, and the other waits and gets it, if need be from a holder that is killed.
    void hand_over(peer& from, peer& to)
    {
        BOOST_TEST(from.ask("try 1") == "yes");
        BOOST_TEST(to.ask("try 1") == "no");
        BOOST_TEST(to.ask("lock_for 1 50") == "no");
        BOOST_TEST(to.ask("async_lock 1") == "started");
        BOOST_TEST(!to.has_event(100ms));
        expect_known_places();
        BOOST_TEST(from.ask("unlock 1") == "ok");
        BOOST_TEST(to.event(at_once) == "1 locked");
        BOOST_TEST(from.ask("try 1") == "no");
        BOOST_TEST(to.ask("unlock 1") == "ok");
    }

    /// All that can be done with a lock.
    void use(const peer_maker& make)
    {
        outsider = std::make_unique<peer>(make(directory.path()));
        fellow = std::make_unique<peer>(make(directory.path()));
        other = std::make_unique<peer>(peer_with_lock(directory.path()));

        BOOST_TEST(outsider->ask("lock 1") == "yes");
        BOOST_TEST(outsider->ask("port 1") == "0");
        BOOST_TEST(other->ask("holder 1") == std::to_string(outsider->pid()) + " 0 unverified");
        BOOST_TEST(outsider->ask("unlock 1") == "ok");
        hand_over(*outsider, *other);
        hand_over(*other, *outsider);
        hand_over(*outsider, *fellow);
        hand_over(*fellow, *outsider);

        // One that gives up leaves nothing behind.
        BOOST_TEST(other->ask("try 1") == "yes");
        BOOST_TEST(outsider->ask("async_lock 1") == "started");
        BOOST_TEST(outsider->ask("cancel 1") == "started");
        BOOST_TEST(outsider->event(at_once) == "1 error Operation canceled");
        BOOST_TEST(fellow->ask("async_lock 1") == "started");
        BOOST_TEST(other->ask("unlock 1") == "ok");
        BOOST_TEST(fellow->event(at_once) == "1 locked");
        BOOST_TEST(fellow->ask("unlock 1") == "ok");

        take_turns();

        BOOST_TEST(outsider->ask("try 1") == "yes");
        BOOST_TEST(other->ask("async_lock 1") == "started");
        BOOST_TEST(fellow->ask("async_lock 1") == "started");
        outsider->kill();
        BOOST_TEST_REQUIRE(eventually([&] { return other->has_event() || fellow->has_event(); }));
        peer& first = other->has_event() ? *other : *fellow;
        peer& second = &first == other.get() ? *fellow : *other;
        BOOST_TEST(first.event() == "1 locked");
        BOOST_TEST(!second.has_event());
        first.kill();
        BOOST_TEST(second.event(at_once) == "1 locked");
        BOOST_TEST(second.ask("unlock 1") == "ok");
    }

    /// All of them at the same time.
    void take_turns() const
    {
        static constexpr int cycles = 30;
        const std::string room = directory / "room";
        for (peer* const p : {outsider.get(), fellow.get(), other.get()})
            p->send("cycle_waiting 1 " + std::to_string(cycles) + ' ' + room);
        for (peer* const p : {outsider.get(), fellow.get(), other.get()})
            BOOST_TEST(p->answer() == "0");
        BOOST_TEST(occupancy(room).visits() == 3 * cycles);
    }

    const lock_directory directory;
    std::unique_ptr<peer> outsider;
    std::unique_ptr<peer> fellow;
    std::unique_ptr<peer> other;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(without_network, stage)

BOOST_AUTO_TEST_CASE(where_no_ip_sockets_are_allowed_locks_work)
{
    use([](const std::string& path) { return without_ip_sockets(path, EAFNOSUPPORT); });
}

BOOST_AUTO_TEST_CASE(where_ip_sockets_are_denied_locks_work)
{
    use([](const std::string& path) { return without_ip_sockets(path, EPERM); });
}

BOOST_AUTO_TEST_CASE(
    where_there_is_no_loopback_interface_locks_work,
    *boost::unit_test::precondition(has_network_namespaces)
)
{
    use(without_loopback);
}

BOOST_AUTO_TEST_CASE(where_there_are_no_descriptors_for_sockets_locks_work)
{
    use(without_descriptors_for_sockets);
}

// Whatever the limit is: if a process can lock at all, and see who holds, it can also wait and hand
// over.
BOOST_AUTO_TEST_CASE(with_a_low_limit_of_descriptors_locks_work)
{
    int without_socket = 0;
    int with_socket = 0;
    for (int limit = 7; limit < 22; ++limit)
    {
        BOOST_TEST_CONTEXT("RLIMIT_NOFILE " << limit)
        {
            const lock_directory in;
            const auto make = [&] {
                return std::make_unique<peer>(peer_with_descriptors(in.path(), limit));
            };
            other = std::make_unique<peer>(peer_with_lock(in.path()));
            BOOST_TEST_REQUIRE(other->ask("try 1") == "yes");
            outsider = make();
            const std::string answer = outsider->ask("try 1");
            BOOST_TEST(other->ask("unlock 1") == "ok");
            if (answer != "no")
            {
                BOOST_TEST(answer == failure(errc::too_many_open_files));
                continue;
            }
            fellow = make();
            BOOST_TEST(outsider->ask("lock 1") == "yes");
            (outsider->ask("port 1") == "0" ? without_socket : with_socket) += 1;
            BOOST_TEST(outsider->ask("unlock 1") == "ok");
            hand_over(*outsider, *other);
            hand_over(*other, *outsider);
            hand_over(*outsider, *fellow);
            // All at the same time. They have no descriptor for anything that they could share.
            for (peer* const p : {outsider.get(), fellow.get(), other.get()})
                p->send("cycle_cancelling 1 50");
            for (peer* const p : {outsider.get(), fellow.get(), other.get()})
            {
                const std::string longest = p->answer();
                BOOST_TEST((longest.find_first_not_of("0123456789") == std::string::npos), longest);
            }
        }
    }
    BOOST_TEST(without_socket > 0);
    BOOST_TEST(with_socket > 0);
}

BOOST_AUTO_TEST_SUITE_END()
