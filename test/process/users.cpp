// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// Several users and one lock: whose files are for whom.

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <string>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

#include "lock_directory.hpp"
#include "peer.hpp"

using namespace test;
using namespace std::chrono_literals;
using socketlock::errc;
namespace fs = std::filesystem;

namespace {

// Numbers do: nobody has to be known by name.
constexpr ::uid_t alice = 54321;
constexpr ::uid_t bob = 54322;
constexpr ::uid_t carol = 54324;
constexpr ::gid_t crowd = 54323;

struct users_fixture
{
    /// A process of this user, who is in the group, with a umask that keeps all others out.
    peer of(::uid_t user)
    {
        peer p;
        BOOST_TEST(p.ask("umask 077") == "ok");
        if (user != 0)
            BOOST_TEST(
                p.ask("setuid " + std::to_string(user) + ' ' + std::to_string(crowd)) == "ok"
            );
        return p;
    }

    /// The same with lock 1.
    peer with_lock(::uid_t user)
    {
        peer p = of(user);
        BOOST_TEST(p.ask("open 1 x " + directory.path()) == "ok");
        return p;
    }

    void set_directory(::gid_t group, ::mode_t mode)
    {
        BOOST_TEST(::chown(directory.path().c_str(), 0, group) == 0);
        BOOST_TEST(::chmod(directory.path().c_str(), mode) == 0);
    }

    /// Those of the presences that are there.
    std::vector<unsigned> permissions_of_presences() const
    {
        std::vector<unsigned> result;
        for (const std::string& name : directory.names(".presence"))
            result.push_back(permissions(directory / name));
        return result;
    }

    /// That the two share a lock in every way.
    void expect_shared(peer& first, peer& second)
    {
        BOOST_TEST(first.ask("try 1") == "yes");
        BOOST_TEST(second.ask("try 1") == "no");
        BOOST_TEST(second.ask("holder 1").find(" verified") != std::string::npos);
        BOOST_TEST(second.ask("async_lock 1") == "started");
        BOOST_TEST(!second.has_event(50ms));
        BOOST_TEST(first.ask("unlock 1") == "ok");
        BOOST_TEST(second.event() == "1 locked");
        BOOST_TEST(first.ask("try 1") == "no");
        second.kill();
        BOOST_TEST(first.ask("try 1") == "yes");
    }

    lock_directory directory;
    const std::string file = directory.lock_file("x");
};

boost::test_tools::assertion_result runs_as_root(boost::unit_test::test_unit_id)
{
    boost::test_tools::assertion_result result(::geteuid() == 0);
    result.message() << "only root can become somebody else";
    return result;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(users, users_fixture, *boost::unit_test::precondition(runs_as_root))

BOOST_AUTO_TEST_CASE(users_of_a_group_share_a_lock_in_its_directory_without_options)
{
    const std::vector<std::pair<::uid_t, ::uid_t>> pairs{
        {alice, bob  },
        {0,     alice},
        {bob,   0    }
    };
    for (const auto& [first_user, second_user] : pairs)
    {
        BOOST_TEST_CONTEXT("first " << first_user << ", then " << second_user)
        {
            fs::remove(file);
            set_directory(crowd, 02770);
            peer first = with_lock(first_user);
            peer second = with_lock(second_user);
            BOOST_TEST(first.ask("try 1") == "yes");
            BOOST_TEST(permissions(file) == 0660u);
            BOOST_TEST(permissions_of_presences() == std::vector<unsigned>{0660u});
            BOOST_TEST(first.ask("unlock 1") == "ok");
            expect_shared(first, second);
        }
    }
}

BOOST_AUTO_TEST_CASE(users_who_make_the_lock_file_at_the_same_time_are_not_refused)
{
    set_directory(crowd, 02770);
    peer first = of(alice);
    peer second = of(bob);
    peer third = of(carol);
    for (int i = 0; i < 300; ++i)
    {
        for (peer* const p : {&first, &second, &third})
            BOOST_TEST_REQUIRE(
                p->ask("open 1 x" + std::to_string(i) + ' ' + directory.path()) == "ok"
            );
        for (peer* const p : {&first, &second})
            p->send("try 1");
        // Nor who asks.
        third.send("holder 1");
        const std::string told = third.answer();
        BOOST_TEST_REQUIRE(told.find("error") == std::string::npos, told);
        for (peer* const p : {&first, &second})
        {
            const std::string answer = p->answer();
            BOOST_TEST_REQUIRE((answer == "yes" || answer == "no"), answer);
        }
    }
}

BOOST_AUTO_TEST_CASE(files_are_for_their_user_alone_where_the_group_is_not_meant)
{
    // Its group may not write; the file belongs to another group; so it does where all may write.
    for (const ::mode_t mode : {02750u, 0770u, 0777u, 01777u})
    {
        BOOST_TEST_CONTEXT("mode " << std::oct << mode)
        {
            const lock_directory other;
            BOOST_TEST(::chown(other.path().c_str(), alice, crowd) == 0);
            BOOST_TEST(::chmod(other.path().c_str(), mode) == 0);
            peer p = of(alice);
            BOOST_TEST(p.ask("open 1 x " + other.path()) == "ok");
            BOOST_TEST(p.ask("try 1") == "yes");
            BOOST_TEST(permissions(other.lock_file("x")) == 0600u);
            BOOST_TEST(permissions(other / other.names(".presence").front()) == 0600u);
        }
    }
}

BOOST_AUTO_TEST_CASE(permissions_that_are_given_count_whatever_the_directory)
{
    set_directory(crowd, 02770);
    for (const std::string mode : {"600", "660", "666"})
    {
        peer p = of(alice);
        BOOST_TEST(p.ask("open_mode 1 m" + mode + ' ' + directory.path() + ' ' + mode) == "ok");
        BOOST_TEST(p.ask("try 1") == "yes");
        const auto expected = static_cast<unsigned>(std::stoul(mode, nullptr, 8));
        BOOST_TEST(permissions(directory.lock_file("m" + mode)) == expected);
        BOOST_TEST(permissions_of_presences() == std::vector<unsigned>{expected});
    }
}

BOOST_AUTO_TEST_CASE(a_presence_lets_in_all_who_share_a_lock_of_its_process)
{
    set_directory(crowd, 02770);
    peer p = of(alice);
    BOOST_TEST(p.ask("open_mode 1 private " + directory.path() + " 600") == "ok");
    BOOST_TEST(p.ask("try 1") == "yes");
    BOOST_TEST(permissions_of_presences() == std::vector<unsigned>{0600u});
    BOOST_TEST(p.ask("open 1 x " + directory.path()) == "ok");
    peer second = with_lock(bob);
    expect_shared(p, second);
}

BOOST_AUTO_TEST_CASE(everybody_shares_a_lock_in_a_sticky_directory_if_it_is_made_for_everybody)
{
    set_directory(0, 01777);
    peer first = of(alice);
    peer second = of(bob);
    for (peer* const p : {&first, &second})
        BOOST_TEST(p->ask("open_mode 1 x " + directory.path() + " 666") == "ok");
    expect_shared(first, second);
}

BOOST_AUTO_TEST_CASE(a_runtime_directory_of_somebody_else_is_not_used)
{
    // As after su or sudo -E, which leave the variable.
    const lock_directory temporary;
    BOOST_TEST(::chmod(temporary.path().c_str(), 01777) == 0);
    BOOST_TEST(::chown(directory.path().c_str(), alice, alice) == 0);
    const auto path_of_default = [&](::uid_t user) {
        peer p(
            {"env",
             "--unset=SOCKETLOCK_DIR",
             "XDG_RUNTIME_DIR=" + directory.path(),
             "TMPDIR=" + temporary.path()}
        );
        if (user != 0)
            BOOST_TEST(p.ask("setuid " + std::to_string(user)) == "ok");
        BOOST_TEST(p.ask("open 1 x") == "ok");
        BOOST_TEST(p.ask("try 1") == "yes");
        return p.ask("path 1");
    };
    for (const ::uid_t user : {::uid_t(0), bob})
    {
        BOOST_TEST(
            path_of_default(user) == temporary / ("socketlock-" + std::to_string(user) + "/.x.lock")
        );
        BOOST_TEST(directory.names().empty());
    }
    BOOST_TEST(path_of_default(alice) == directory / "socketlock/.x.lock");
    fs::remove_all(directory.path());
    BOOST_TEST(
        path_of_default(alice) == temporary / ("socketlock-" + std::to_string(alice) + "/.x.lock")
    );
    BOOST_TEST(!fs::exists(directory.path()));
}

BOOST_AUTO_TEST_SUITE_END()
