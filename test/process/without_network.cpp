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

BOOST_AUTO_TEST_SUITE_END()
