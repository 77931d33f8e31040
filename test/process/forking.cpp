// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// Row 14 of version 1's failures: after fork, the child took and kept what was the parent's.

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstdlib>
#include <string>
#include <vector>

#include "lock_directory.hpp"
#include "peer.hpp"

using namespace test;
using namespace std::chrono_literals;
using socketlock::errc;

namespace {

// Less than the safety net of a waiter, more than anything else takes.
constexpr auto at_once = 2s;

std::size_t count(const std::string& text, const std::string& word)
{
    std::size_t result = 0;
    for (auto i = text.find(word); i != text.npos; i = text.find(word, i + 1))
        ++result;
    return result;
}

// g++'s ThreadSanitizer takes a thread of a child for one of its parent's whose stack it has got,
// and ends the process ("dup thread").
boost::test_tools::assertion_result children_may_have_threads(boost::unit_test::test_unit_id)
{
#if defined(__SANITIZE_THREAD__) && !defined(__clang__)
    return false;
#else
    return true;
#endif
}

// What sanitizers put in the place of malloc does not: it may be locked in the child forever, if
// another thread of the parent was within (g++ 12, clang 14).
bool malloc_survives_fork()
{
    const char* const sanitizers = std::getenv("SOCKETLOCK_SANITIZE");
    return sanitizers == nullptr || *sanitizers == '\0';
}

}  // namespace

BOOST_AUTO_TEST_SUITE(forking)

BOOST_AUTO_TEST_CASE(row_14_the_childs_copy_does_not_own)
{
    const lock_directory directory;
    peer parent = peer_with_lock(directory.path());
    peer other = peer_with_lock(directory.path());
    BOOST_TEST(parent.ask("try 1") == "yes");
    const std::string token = parent.ask("token 1");
    const std::string before = contents_of(directory.lock_file("x"));

    peer child = parent.fork();
    BOOST_TEST(child.ask("owns 1") == "no");
    BOOST_TEST(child.ask("token 1") == "0");
    BOOST_TEST(child.ask("port 1") == "0");
    BOOST_TEST(child.ask("blocker 1") == "none");
    BOOST_TEST(child.ask("unlock 1") == failure(errc::not_owner));
    BOOST_TEST(child.ask("async_unlock 1") == "started");
    BOOST_TEST(child.event() == "1 " + failure(errc::not_owner));
    BOOST_TEST(child.ask("async_wait_lost 1") == "started");
    BOOST_TEST(child.event() == "1 " + failure(errc::not_owner));
    BOOST_TEST(child.ask("close 1") == "ok");
    child.quit();

    BOOST_TEST(contents_of(directory.lock_file("x")) == before);
    BOOST_TEST(other.ask("try 1") == "no");
    BOOST_TEST(parent.ask("owns 1") == "yes");
    BOOST_TEST(parent.ask("token 1") == token);
    BOOST_TEST(other.ask("holder 1").find(" verified") != std::string::npos);
    BOOST_TEST(parent.ask("unlock 1") == "ok");
    BOOST_TEST(other.ask("try 1") == "yes");
}

BOOST_AUTO_TEST_CASE(row_14_the_end_of_the_child_destroys_nothing_of_the_parents)
{
    const lock_directory directory;
    peer parent = peer_with_lock(directory.path());
    peer other = peer_with_lock(directory.path());
    BOOST_TEST(parent.ask("try 1") == "yes");
    const std::string before = contents_of(directory.lock_file("x"));
    const auto presences = directory.names(".presence");
    parent.fork().quit();
    parent.fork().kill();
    BOOST_TEST(contents_of(directory.lock_file("x")) == before);
    BOOST_TEST((directory.names(".presence") == presences));
    BOOST_TEST(other.ask("try 1") == "no");
    BOOST_TEST(parent.ask("unlock 1") == "ok");
}

BOOST_AUTO_TEST_CASE(row_14_the_child_contends_as_any_other_process)
{
    const lock_directory directory;
    peer parent = peer_with_lock(directory.path());
    BOOST_TEST(parent.ask("try 1") == "yes");
    const std::string parent_is_holder = parent.ask("holder 1");
    peer child = parent.fork();
    BOOST_TEST(child.ask("try 1") == "no");
    BOOST_TEST(child.ask("holder 1") == parent_is_holder);
    BOOST_TEST(child.ask("async_lock 1") == "started");
    BOOST_TEST(!child.has_event(100ms));
    BOOST_TEST(parent.ask("unlock 1") == "ok");
    BOOST_TEST(child.event(at_once) == "1 locked");
    BOOST_TEST(parent.ask("try 1") == "no");
    BOOST_TEST(child.ask("unlock 1") == "ok");
    BOOST_TEST(parent.ask("try 1") == "yes");
}

BOOST_AUTO_TEST_CASE(
    row_14_the_child_locks_other_locks_with_a_runtime_of_its_own,
    *boost::unit_test::precondition(children_may_have_threads)
)
{
    const lock_directory directory;
    peer other = peer_with_lock(directory.path(), "y");
    {
        peer parent = peer_with_lock(directory.path());
        BOOST_TEST(parent.ask("try 1") == "yes");
        peer child = parent.fork();
        BOOST_TEST(child.ask("open 2 y " + directory.path()) == "ok");
        BOOST_TEST(child.ask("try 2") == "yes");
        BOOST_TEST(child.ask("port 2") != parent.ask("port 1"));
        BOOST_TEST(other.ask("try 1") == "no");
        BOOST_TEST(
            other.ask("holder 1") ==
            std::to_string(child.pid()) + ' ' + child.ask("port 2") + " verified"
        );
        // It outlives the parent's death.
        parent.kill();
        BOOST_TEST(other.ask("try 1") == "no");
        BOOST_TEST(child.ask("try 1") == "yes");
        peer grandchild = child.fork();
        BOOST_TEST(grandchild.ask("owns 1") == "no");
        BOOST_TEST(grandchild.ask("owns 2") == "no");
        BOOST_TEST(grandchild.ask("try 2") == "no");
        child.kill();
        BOOST_TEST(grandchild.ask("try 2") == "yes");
        BOOST_TEST(grandchild.ask("unlock 2") == "ok");
        BOOST_TEST(other.ask("try 1") == "yes");
    }
    other.quit();
    BOOST_TEST(directory.has_only_lock_files());
}

BOOST_AUTO_TEST_CASE(row_14_the_parents_death_frees_its_lock_though_the_child_lives)
{
    const lock_directory directory;
    peer parent = peer_with_lock(directory.path());
    peer other = peer_with_lock(directory.path());
    BOOST_TEST(parent.ask("try 1") == "yes");
    peer child = parent.fork();
    parent.kill();
    BOOST_TEST(other.ask("try 1") == "yes");
}

BOOST_AUTO_TEST_CASE(row_14_a_waiter_sees_the_parents_death_at_once_though_the_child_lives)
{
    const lock_directory directory;
    peer parent = peer_with_lock(directory.path());
    peer waiter = peer_with_lock(directory.path());
    BOOST_TEST(parent.ask("try 1") == "yes");
    BOOST_TEST(parent.ask("async_wait_contended 1") == "started");
    BOOST_TEST(waiter.ask("async_lock 1") == "started");
    BOOST_TEST(parent.event() == "1 contended");
    // The child is born with copies of listener and connection.
    peer child = parent.fork();
    parent.kill();
    BOOST_TEST(waiter.event(at_once) == "1 locked");
    BOOST_TEST(child.ask("owns 1") == "no");
}

BOOST_AUTO_TEST_CASE(row_14_the_child_has_neither_sockets_nor_files_of_the_parent)
{
    const lock_directory directory;
    peer parent = peer_with_lock(directory.path());
    peer waiter = peer_with_lock(directory.path());
    BOOST_TEST(parent.ask("open 2 y " + directory.path()) == "ok");
    BOOST_TEST(parent.ask("try 1") == "yes");
    BOOST_TEST(parent.ask("async_wait_contended 1") == "started");
    BOOST_TEST(waiter.ask("async_lock 1") == "started");
    BOOST_TEST(parent.event() == "1 contended");
    // A connection to another process, too.
    BOOST_TEST(waiter.ask("open 2 y " + directory.path()) == "ok");
    BOOST_TEST(waiter.ask("try 2") == "yes");
    BOOST_TEST(waiter.ask("async_wait_contended 2") == "started");
    BOOST_TEST(parent.ask("async_lock 2") == "started");
    BOOST_TEST(waiter.event() == "2 contended");

    // Standard input and output are a socket; also: listener, connection in, connection out.
    // (And a connection that was given up for another, if this machine is slow.)
    const auto sockets = [&] { return count(parent.ask("descriptors"), "=socket:"); };
    BOOST_TEST(eventually([&] { return sockets() == 5u; }));
    BOOST_TEST(count(parent.ask("descriptors"), directory.path()) >= 2u);

    // The shell is started without the hooks that fork has.
    const std::string list = parent.ask("run for d in /proc/self/fd/*; do readlink $d; done");
    BOOST_TEST(count(list, "socket:") == 1u);
    BOOST_TEST(count(list, directory.path()) == 0u);
    BOOST_TEST(count(list, "anon_inode") == 0u);

    peer child = parent.fork();
    const std::string childs = child.ask("descriptors");
    BOOST_TEST(count(childs, "=socket:") == 2u);
    BOOST_TEST(count(childs, directory.path()) == 0u);

    BOOST_TEST(parent.ask("unlock 1") == "ok");
    BOOST_TEST(waiter.event() == "1 locked");
    BOOST_TEST(waiter.ask("unlock 2") == "ok");
    BOOST_TEST(parent.event() == "2 locked");
}

BOOST_AUTO_TEST_CASE(row_14_what_was_under_way_at_the_fork_goes_on_in_the_parent_alone)
{
    const lock_directory directory;
    peer holder = peer_with_lock(directory.path());
    peer parent = peer_with_lock(directory.path());
    BOOST_TEST(holder.ask("try 1") == "yes");
    BOOST_TEST(holder.ask("async_wait_contended 1") == "started");
    BOOST_TEST(parent.ask("async_lock 1") == "started");
    BOOST_TEST(holder.event() == "1 contended");
    peer child = parent.fork();
    BOOST_TEST(child.event() == "1 error Operation canceled");
    BOOST_TEST(child.ask("try 1") == "no");
    BOOST_TEST(!parent.has_event(100ms));
    BOOST_TEST(holder.ask("unlock 1") == "ok");
    BOOST_TEST(parent.event(at_once) == "1 locked");
    BOOST_TEST(!child.has_event());
    BOOST_TEST(child.ask("owns 1") == "no");
    BOOST_TEST(parent.ask("unlock 1") == "ok");
}

BOOST_AUTO_TEST_CASE(row_14_a_child_that_is_forked_in_the_middle_of_anything_is_not_stuck)
{
    const lock_directory directory;
    peer parent = peer_with_lock(directory.path());
    peer other = peer_with_lock(directory.path());
    BOOST_TEST(parent.ask("try 1") == "yes");
    for (int i = 0; i < 20; ++i)
    {
        // Keeps the parent's runtime thread busy, meanwhile if it may.
        other.send("pester 1 50");
        if (!malloc_survives_fork())
            BOOST_TEST(other.answer() == "0");
        peer child = parent.fork();
        BOOST_TEST(child.ask("open 2 y " + directory.path()) == "ok");
        BOOST_TEST(child.ask("lock 2") == "yes");
        BOOST_TEST(child.ask("unlock 2") == "ok");
        BOOST_TEST(child.ask("try 1") == "no");
        child.quit();
        if (malloc_survives_fork())
            BOOST_TEST(other.answer() == "0");
    }
    BOOST_TEST(parent.ask("unlock 1") == "ok");
}

BOOST_AUTO_TEST_SUITE_END()
