// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// Other code of a holder's process opens and closes the library's files, or copies the process:
// that neither takes the lock away nor keeps it for ever.

#include <boost/json/value.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <string>

#include "lock_directory.hpp"
#include "peer.hpp"

using namespace test;
using socketlock::errc;

namespace {

struct meddling_fixture
{
    const lock_directory directory;
    peer holder = peer_with_lock(directory.path());
    peer other = peer_with_lock(directory.path());

    meddling_fixture() { BOOST_TEST(holder.ask("try 1") == "yes"); }

    bool names_holder(const std::string& file) const
    {
        return std::filesystem::exists(file) && our_part(file).contains("holder") &&
               read_record(file).at("pid").as_int64() == holder.pid();
    }

    void read_all_files() { BOOST_TEST(holder.ask("read_files " + directory.path()) == "ok"); }

    std::string holders_identity()
    {
        return std::to_string(holder.pid()) + ' ' + holder.ask("port 1");
    }

    void kill(::pid_t copy) { BOOST_TEST(::kill(copy, SIGKILL) == 0); }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(meddling, meddling_fixture)

BOOST_AUTO_TEST_CASE(a_holder_that_reads_all_files_of_its_lock_directory_keeps_its_lock)
{
    const std::string token = holder.ask("token 1");
    for (int i = 0; i < 2; ++i)
    {
        read_all_files();
        BOOST_TEST(other.ask("try 1") == "no");
        BOOST_TEST(other.ask("holder 1") == holders_identity() + " verified");
        // One that looks through the directory when it begins, too.
        peer newcomer = peer_with_lock(directory.path());
        BOOST_TEST(newcomer.ask("try 1") == "no");
    }
    read_all_files();
    holder.stop();
    BOOST_TEST(other.ask("try 1") == "no");
    holder.resume();
    BOOST_TEST(holder.ask("owns 1") == "yes");
    BOOST_TEST(holder.ask("token 1") == token);
    read_all_files();
    BOOST_TEST(other.ask("async_lock 1") == "started");
    BOOST_TEST(!other.has_event(std::chrono::milliseconds(100)));
    read_all_files();
    BOOST_TEST(holder.ask("unlock 1") == "ok");
    BOOST_TEST(other.event() == "1 locked");
}

BOOST_AUTO_TEST_CASE(a_holder_that_reads_its_files_all_the_time_keeps_its_lock)
{
    // Answers how often it was refused and knew no holder, or fails once it is not refused.
    other.send("pester 1 500");
    for (int i = 0; i < 500; ++i)
        read_all_files();
    BOOST_TEST(other.answer() == "0");
    BOOST_TEST(holder.ask("unlock 1") == "ok");
    BOOST_TEST(other.ask("try 1") == "yes");
}

BOOST_AUTO_TEST_CASE(a_holder_that_reads_its_files_is_told_whatever_it_would_be_told_otherwise)
{
    const std::string file = directory.lock_file("x");
    BOOST_TEST(holder.ask("async_wait_lost 1") == "started");
    BOOST_TEST(holder.ask("async_wait_contended 1") == "started");
    read_all_files();
    BOOST_TEST(other.ask("async_lock 1") == "started");
    BOOST_TEST(holder.event() == "1 contended");
    BOOST_TEST(other.ask("cancel 1") == "started");
    BOOST_TEST(other.event() == "1 error Operation canceled");

    // What is removed it puts back.
    read_all_files();
    std::filesystem::remove(file);
    BOOST_TEST(eventually([&] { return names_holder(file); }));
    read_all_files();
    std::filesystem::remove(directory / directory.names(".presence").front());
    std::filesystem::remove(directory / directory.names(".presence").back());
    BOOST_TEST(eventually([&] { return directory.names(".presence").size() == 2; }));
    BOOST_TEST(other.ask("try 1") == "no");
    BOOST_TEST(!holder.has_event());

    read_all_files();
    holder.stop();
    std::filesystem::remove(file);
    BOOST_TEST(other.ask("try 1") == "yes");
    holder.resume();
    BOOST_TEST(holder.event() == "1 " + failure(errc::lost));
}

BOOST_AUTO_TEST_CASE(a_waiter_that_reads_its_files_has_its_turn)
{
    BOOST_TEST(holder.ask("async_wait_contended 1") == "started");
    BOOST_TEST(other.ask("async_lock 1") == "started");
    BOOST_TEST(holder.event() == "1 contended");
    peer last = peer_with_lock(directory.path());
    BOOST_TEST(last.ask("async_lock 1") == "started");
    BOOST_TEST(other.ask("read_files " + directory.path()) == "ok");
    // Another one that waits does not take it for dead.
    peer newcomer = peer_with_lock(directory.path());
    BOOST_TEST(newcomer.ask("async_lock 1") == "started");
    BOOST_TEST(newcomer.ask("cancel 1") == "started");
    BOOST_TEST(newcomer.event() == "1 error Operation canceled");
    BOOST_TEST(holder.ask("unlock 1") == "ok");
    BOOST_TEST(other.event() == "1 locked");
    BOOST_TEST(newcomer.ask("try 1") == "no");
    BOOST_TEST(other.ask("unlock 1") == "ok");
    BOOST_TEST(last.event() == "1 locked");
}

BOOST_AUTO_TEST_CASE(a_holder_that_has_read_its_files_is_dead_when_it_is_killed)
{
    read_all_files();
    BOOST_TEST(other.ask("async_lock 1") == "started");
    holder.kill();
    BOOST_TEST(other.event() == "1 locked");
}

BOOST_AUTO_TEST_CASE(a_copy_of_a_holder_that_outlives_it_does_not_keep_the_lock)
{
    const ::pid_t copy = std::stoi(holder.ask("copy"));
    BOOST_TEST_REQUIRE(copy > 0);
    BOOST_TEST(other.ask("try 1") == "no");
    holder.kill();
    BOOST_TEST(other.ask("try 1") == "yes");
    BOOST_TEST(other.ask("unlock 1") == "ok");
    kill(copy);
    BOOST_TEST(other.ask("try 1") == "yes");
}

BOOST_AUTO_TEST_CASE(the_end_of_a_holders_copy_does_not_take_the_lock_away)
{
    kill(std::stoi(holder.ask("copy")));
    BOOST_TEST(other.ask("try 1") == "no");
    read_all_files();
    kill(std::stoi(holder.ask("copy")));
    BOOST_TEST(other.ask("try 1") == "no");
    BOOST_TEST(holder.ask("owns 1") == "yes");
    BOOST_TEST(holder.ask("unlock 1") == "ok");
    BOOST_TEST(other.ask("try 1") == "yes");
}

BOOST_AUTO_TEST_SUITE_END()
