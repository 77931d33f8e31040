// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// Lock files and presences that are not what they should be, or not for us.

#include <boost/json/value.hpp>
#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <string>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "lock_directory.hpp"
#include "peer.hpp"

using namespace test;
using namespace std::chrono_literals;
using socketlock::errc;
namespace fs = std::filesystem;

namespace {

constexpr int nobody = 65534;

struct lock_file_fixture
{
    lock_file_fixture() { ::chmod(directory.path().c_str(), 0755); }

    void expect_refusal(peer& p, errc why)
    {
        BOOST_TEST(p.ask("try 1") == failure(why));
        BOOST_TEST(p.ask("lock 1") == failure(why));
        BOOST_TEST(p.ask("lock_for 1 100") == failure(why));
        BOOST_TEST(p.ask("async_lock 1") == "started");
        BOOST_TEST(p.event() == "1 " + failure(why));
        BOOST_TEST(p.ask("unlock 1") == failure(errc::not_owner));
        BOOST_TEST(p.ask("owns 1") == "no");
    }

    /// The same for a process of our own user, which may not ask either, and loses no descriptor.
    void expect_refusal(errc why)
    {
        peer p;
        const std::string before = p.ask("descriptors");
        BOOST_TEST(p.ask("open 1 x " + directory.path()) == "ok");
        expect_refusal(p, why);
        BOOST_TEST(p.ask("holder 1") == failure(why));
        BOOST_TEST(p.ask("close 1") == "ok");
        BOOST_TEST(eventually([&] { return has_no_more_than(p, before); }));
    }

    peer stranger()
    {
        peer p;
        BOOST_TEST(p.ask("setuid " + std::to_string(nobody)) == "ok");
        BOOST_TEST(p.ask("open 1 x " + directory.path()) == "ok");
        return p;
    }

    /// Lets everybody in, as a directory such as /tmp does.
    void open_directory() { ::chmod(directory.path().c_str(), 01777); }

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

BOOST_FIXTURE_TEST_SUITE(bad_lock_file, lock_file_fixture)

BOOST_AUTO_TEST_CASE(a_directory_is_refused)
{
    fs::create_directory(file);
    expect_refusal(errc::not_a_regular_file);
    BOOST_TEST(fs::is_directory(file));
}

BOOST_AUTO_TEST_CASE(a_fifo_is_refused)
{
    ::mkfifo(file.c_str(), 0600);
    expect_refusal(errc::not_a_regular_file);
    BOOST_TEST(fs::is_fifo(file));
}

BOOST_AUTO_TEST_CASE(a_socket_is_refused)
{
    const int listener = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ::sockaddr_un address = {};
    address.sun_family = AF_UNIX;
    file.copy(address.sun_path, sizeof address.sun_path - 1);
    BOOST_TEST(::bind(listener, reinterpret_cast<::sockaddr*>(&address), sizeof address) == 0);
    expect_refusal(errc::not_a_regular_file);
    BOOST_TEST(fs::is_socket(file));
    ::close(listener);
}

BOOST_AUTO_TEST_CASE(row_11_a_symbolic_link_is_refused_and_its_victim_left_alone)
{
    write_file(directory / "victim", "contents");
    fs::create_symlink(directory / "victim", file);
    expect_refusal(errc::not_a_regular_file);
    BOOST_TEST(contents_of(directory / "victim") == "contents");
    BOOST_TEST(fs::is_symlink(file));
    fs::remove(file);
    fs::create_symlink(directory / "nowhere", file);
    expect_refusal(errc::not_a_regular_file);
    BOOST_TEST(!fs::exists(directory / "nowhere"));
}

BOOST_AUTO_TEST_CASE(a_presence_that_is_no_file_is_unknown_and_thus_alive)
{
    peer holder = peer_with_lock(directory.path());
    peer other = peer_with_lock(directory.path());
    BOOST_TEST(holder.ask("try 1") == "yes");
    const std::string presence = directory / directory.names(".presence").front();
    holder.stop();
    fs::remove(presence);
    fs::create_directory(presence);
    const std::string before = contents_of(file);
    BOOST_TEST(other.ask("try 1") == failure(errc::not_a_regular_file));
    BOOST_TEST(contents_of(file) == before);
    BOOST_TEST(fs::is_directory(presence));
    fs::remove(presence);
    holder.kill();
    BOOST_TEST(other.ask("try 1") == "yes");
}

BOOST_AUTO_TEST_CASE(a_lock_file_that_is_removed_while_nobody_holds_is_made_anew)
{
    peer p = peer_with_lock(directory.path());
    peer other = peer_with_lock(directory.path());
    std::uint64_t token = 0;
    for (int i = 0; i < 3; ++i)
    {
        BOOST_TEST(p.ask("try 1") == "yes");
        BOOST_TEST(other.ask("try 1") == "no");
        BOOST_TEST(std::stoull(p.ask("token 1")) > token);
        token = std::stoull(p.ask("token 1"));
        BOOST_TEST(p.ask("unlock 1") == "ok");
        fs::remove(file);
    }
    // Replaced, as by a program that writes files by renaming.
    BOOST_TEST(p.ask("try 1") == "yes");
    BOOST_TEST(p.ask("unlock 1") == "ok");
    write_file(directory / "new", contents_of(file));
    fs::rename(directory / "new", file);
    BOOST_TEST(other.ask("try 1") == "yes");
    BOOST_TEST(p.ask("try 1") == "no");
}

BOOST_AUTO_TEST_CASE(
    row_09_a_file_that_may_not_be_read_is_told_once_and_left,
    *boost::unit_test::precondition(runs_as_root)
)
{
    open_directory();
    peer owner = peer_with_lock(directory.path());
    BOOST_TEST(owner.ask("try 1") == "yes");
    peer other = stranger();
    const std::string before = contents_of(file);
    for (const bool is_held : {true, false})
    {
        expect_refusal(other, errc::permission_denied);
        BOOST_TEST(other.ask("holder 1") == failure(errc::permission_denied));
        if (is_held)
        {
            BOOST_TEST(contents_of(file) == before);
            BOOST_TEST(owner.ask("unlock 1") == "ok");
        }
    }
    BOOST_TEST(owner.ask("try 1") == "yes");
    // Read-only is enough to ask, not to lock.
    ::chmod(file.c_str(), 0644);
    expect_refusal(other, errc::permission_denied);
    BOOST_TEST(other.ask("holder 1").find(" unverified") != std::string::npos);
    BOOST_TEST(owner.ask("unlock 1") == "ok");
    BOOST_TEST(other.ask("holder 1") == "none");
}

BOOST_AUTO_TEST_CASE(
    a_presence_that_may_not_be_read_is_alive,
    *boost::unit_test::precondition(runs_as_root)
)
{
    open_directory();
    peer owner = peer_with_lock(directory.path());
    BOOST_TEST(owner.ask("try 1") == "yes");
    // The lock file is for both, the presence is not.
    ::chmod(file.c_str(), 0666);
    const std::string before = contents_of(file);
    const auto names = directory.names(".presence");
    {
        peer other = stranger();
        expect_refusal(other, errc::presence_unreadable);
        BOOST_TEST(other.ask("blocker 1").find(std::to_string(owner.pid())) == 0u);
        BOOST_TEST(other.ask("holder 1").find(" unverified") != std::string::npos);
        // Dead or not: nobody can know.
        owner.kill();
        expect_refusal(other, errc::presence_unreadable);
        BOOST_TEST(contents_of(file) == before);
    }
    BOOST_TEST((directory.names(".presence") == names));
    peer next = peer_with_lock(directory.path());
    BOOST_TEST(next.ask("try 1") == "yes");
}

BOOST_AUTO_TEST_CASE(
    a_lock_for_a_group_works_between_users,
    *boost::unit_test::precondition(runs_as_root)
)
{
    ::chmod(directory.path().c_str(), 0777);
    peer first;
    peer second;
    for (peer* const p : {&first, &second})
        BOOST_TEST(p->ask("open_shared 1 x " + directory.path()) == "ok");
    BOOST_TEST(second.ask("setuid " + std::to_string(nobody)) == "ok");
    BOOST_TEST(first.ask("try 1") == "yes");
    BOOST_TEST(permissions(file) == 0666u);
    BOOST_TEST(second.ask("try 1") == "no");
    BOOST_TEST(second.ask("holder 1").find(" verified") != std::string::npos);
    BOOST_TEST(second.ask("async_lock 1") == "started");
    BOOST_TEST(!second.has_event(100ms));
    BOOST_TEST(first.ask("unlock 1") == "ok");
    BOOST_TEST(second.event() == "1 locked");
    BOOST_TEST(first.ask("try 1") == "no");
    second.kill();
    BOOST_TEST(first.ask("try 1") == "yes");
    first.quit();
    BOOST_TEST(directory.has_only_lock_files());
}

BOOST_AUTO_TEST_SUITE_END()
