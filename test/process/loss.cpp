// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// What somebody removes or replaces in the lock directory is put back, unless another process was
// faster; then the owner is told that it has lost the lock.

#include <boost/json/value.hpp>
#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <string>

#include "crowd.hpp"

using namespace test;
using namespace std::chrono_literals;
using socketlock::errc;
namespace fs = std::filesystem;

namespace {

struct loss_fixture
{
    loss_fixture()
    {
        BOOST_TEST_REQUIRE(holder.ask("try 1") == "yes");
        BOOST_TEST_REQUIRE(holder.ask("async_wait_lost 1") == "started");
        presence = directory / directory.names(".presence").front();
    }

    bool names_holder() const
    {
        return fs::exists(file) && our_part(file).contains("holder") &&
               read_record(file).at("pid").as_int64() == holder.pid();
    }

    void expect_still_held(const std::string& token)
    {
        BOOST_TEST(!holder.has_event());
        BOOST_TEST(holder.ask("owns 1") == "yes");
        BOOST_TEST(holder.ask("token 1") == token);
        peer other = peer_with_lock(directory.path());
        BOOST_TEST(other.ask("try 1") == "no");
        BOOST_TEST(other.ask("holder 1").find(" verified") != std::string::npos);
        BOOST_TEST(holder.ask("unlock 1") == "ok");
        BOOST_TEST(holder.event() == "1 error Operation canceled");
        BOOST_TEST(other.ask("try 1") == "yes");
    }

    void expect_lost()
    {
        BOOST_TEST(holder.event(at_once) == "1 " + failure(errc::lost));
        BOOST_TEST(holder.ask("owns 1") == "no");
        BOOST_TEST(holder.ask("unlock 1") == failure(errc::lost));
    }

    lock_directory directory;
    const std::string file = directory.lock_file("x");
    peer holder = peer_with_lock(directory.path());
    std::string presence;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(loss, loss_fixture)

BOOST_AUTO_TEST_CASE(a_lock_file_that_is_removed_is_put_back)
{
    const std::string token = holder.ask("token 1");
    for (int i = 0; i < 3; ++i)
    {
        fs::remove(file);
        BOOST_TEST(eventually([&] { return names_holder(); }));
    }
    expect_still_held(token);
}

BOOST_AUTO_TEST_CASE(a_presence_that_is_removed_is_put_back)
{
    const std::string token = holder.ask("token 1");
    for (int i = 0; i < 3; ++i)
    {
        fs::remove(presence);
        BOOST_TEST(eventually([&] { return fs::exists(presence); }));
    }
    expect_still_held(token);
}

BOOST_AUTO_TEST_CASE(a_directory_that_is_removed_is_put_back)
{
    const std::string token = holder.ask("token 1");
    fs::rename(directory.path(), directory.path() + ".old");
    BOOST_TEST(eventually([&] { return fs::exists(presence) && names_holder(); }));
    fs::remove_all(directory.path() + ".old");
    expect_still_held(token);
}

BOOST_AUTO_TEST_CASE(a_lock_file_that_is_replaced_by_an_empty_one_is_put_right)
{
    const std::string token = holder.ask("token 1");
    write_file(directory / "new", "");
    fs::rename(directory / "new", file);
    BOOST_TEST(eventually([&] { return names_holder(); }));
    expect_still_held(token);
}

BOOST_AUTO_TEST_CASE(who_was_faster_than_the_owner_of_a_removed_file_has_the_lock)
{
    peer faster = peer_with_lock(directory.path());
    holder.stop();
    fs::remove(file);
    BOOST_TEST(faster.ask("try 1") == "yes");
    const std::string before = contents_of(file);
    holder.resume();
    expect_lost();
    BOOST_TEST(contents_of(file) == before);
    BOOST_TEST(holder.ask("try 1") == "no");
    BOOST_TEST(faster.ask("unlock 1") == "ok");
    BOOST_TEST(holder.ask("try 1") == "yes");
}

BOOST_AUTO_TEST_CASE(who_was_faster_than_the_owner_of_a_removed_presence_has_the_lock)
{
    peer faster = peer_with_lock(directory.path());
    holder.stop();
    fs::remove(presence);
    BOOST_TEST(faster.ask("try 1") == "yes");
    holder.resume();
    // Nobody touches the lock file for it to see: it is told at the latest when it unlocks.
    BOOST_TEST(holder.ask("unlock 1") == failure(errc::lost));
    BOOST_TEST(faster.ask("owns 1") == "yes");
    BOOST_TEST(faster.ask("unlock 1") == "ok");
}

BOOST_AUTO_TEST_CASE(those_who_wait_for_a_lock_that_was_lost_wait_for_the_new_owner)
{
    peer waiter = peer_with_lock(directory.path());
    BOOST_TEST(holder.ask("async_wait_contended 1") == "started");
    BOOST_TEST(waiter.ask("async_lock 1") == "started");
    BOOST_TEST(holder.event() == "1 contended");
    peer faster = peer_with_lock(directory.path());
    holder.stop();
    fs::remove(file);
    BOOST_TEST(faster.ask("try 1") == "yes");
    holder.resume();
    expect_lost();
    BOOST_TEST(!waiter.has_event(100ms));
    BOOST_TEST(faster.ask("unlock 1") == "ok");
    BOOST_TEST(waiter.event() == "1 locked");
}

BOOST_AUTO_TEST_SUITE_END()
