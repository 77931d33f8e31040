// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// When something runs out: descriptors, room on the disk, or the permission to write to it.

#include <boost/json/value.hpp>
#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <string>
#include <vector>

#include "executables.hpp"
#include "lock_directory.hpp"
#include "peer.hpp"

using namespace test;
using namespace std::chrono_literals;
using socketlock::errc;

namespace {

/// A peer that sees a small file system of its own at `path`. Its children see it, too.
peer with_small_disk(const std::string& path, const std::string& options = "size=64k")
{
    const std::string script = "mount -t tmpfs -o " + options + " none " + path + " && exec \"$@\"";
    return peer({"unshare", "--map-root-user", "--mount", "sh", "-c", script, "sh"});
}

boost::test_tools::assertion_result may_mount(boost::unit_test::test_unit_id)
{
    static const bool works = std::system(
                                  "unshare --map-root-user --mount mount -t tmpfs none /tmp 2>&1"
                              ) == 0;
    boost::test_tools::assertion_result result(works);
    result.message() << "this user may not mount";
    return result;
}

std::string number(int i)
{
    return std::to_string(i);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(exhaustion)

BOOST_AUTO_TEST_CASE(row_06_a_contender_without_descriptors_does_not_rob)
{
    const lock_directory directory;
    peer holder = peer_with_lock(directory.path());
    BOOST_TEST(holder.ask("try 1") == "yes");
    const auto before = our_part(directory.lock_file("x")).at("holder");
    for (int room = 0; room < 16; ++room)
    {
        peer p;
        BOOST_TEST(p.ask("open 1 x " + directory.path()) == "ok");
        BOOST_TEST(p.ask("exhaust " + number(room)) == "ok");
        const std::string descriptors = p.ask("descriptors");
        for (const char* const command : {"try 1", "lock_for 1 50"})
        {
            const std::string answer = p.ask(command);
            const bool is_told = answer == failure(errc::too_many_open_files);
            BOOST_TEST((is_told || answer == "no"), "room for " << room << ": " << answer);
        }
        p.ask("holder 1");
        BOOST_TEST(p.ask("close 1") == "ok");
        BOOST_TEST(eventually([&] { return has_no_more_than(p, descriptors); }));
        BOOST_TEST(our_part(directory.lock_file("x")).at("holder") == before);
        // LeakSanitizer wants descriptors at the end.
        BOOST_TEST(p.ask("relax") == "ok");
    }
    BOOST_TEST(holder.ask("unlock 1") == "ok");
}

BOOST_AUTO_TEST_CASE(a_process_without_descriptors_is_told_so_and_can_lock_later)
{
    int failures = 0;
    for (int room = 0; room < 16; ++room)
    {
        const lock_directory directory;
        peer p = peer_with_lock(directory.path());
        BOOST_TEST(p.ask("exhaust " + number(room)) == "ok");
        const std::string answer = p.ask("try 1");
        if (answer == "yes")
            BOOST_TEST(p.ask("unlock 1") == "ok");
        else
        {
            BOOST_TEST(answer == failure(errc::too_many_open_files));
            ++failures;
        }
        BOOST_TEST(p.ask("relax") == "ok");
        BOOST_TEST(p.ask("try 1") == "yes");
        p.quit();
        BOOST_TEST(directory.has_only_lock_files());
    }
    BOOST_TEST(failures > 3);
    BOOST_TEST(failures < 16);
}

BOOST_AUTO_TEST_CASE(a_holder_whose_descriptors_ran_out_can_unlock)
{
    const lock_directory directory;
    peer holder = peer_with_lock(directory.path());
    peer waiter = peer_with_lock(directory.path());
    BOOST_TEST(holder.ask("try 1") == "yes");
    BOOST_TEST(holder.ask("async_wait_contended 1") == "started");
    BOOST_TEST(waiter.ask("async_lock 1") == "started");
    BOOST_TEST(holder.event() == "1 contended");
    BOOST_TEST(holder.ask("exhaust 0") == "ok");
    BOOST_TEST(holder.ask("unlock 1") == "ok");
    BOOST_TEST(waiter.event() == "1 locked");
    BOOST_TEST(holder.ask("relax") == "ok");
    BOOST_TEST(holder.ask("try 1") == "no");
}

BOOST_AUTO_TEST_CASE(connections_that_are_kept_make_room_for_files_and_for_other_connections)
{
    const lock_directory directory;
    peer holder = peer_with_lock(directory.path());
    peer another = peer_with_lock(directory.path(), "z");
    peer p = peer_with_lock(directory.path());
    BOOST_TEST(p.ask("open 2 y " + directory.path()) == "ok");
    BOOST_TEST(p.ask("open 3 z " + directory.path()) == "ok");
    const auto keep_a_connection = [&] {
        BOOST_TEST(holder.ask("try 1") == "yes");
        BOOST_TEST(holder.ask("async_wait_contended 1") == "started");
        BOOST_TEST(p.ask("async_lock 1") == "started");
        BOOST_TEST(holder.event() == "1 contended");
        BOOST_TEST(holder.ask("unlock 1") == "ok");
        BOOST_TEST(p.event() == "1 locked");
        BOOST_TEST(p.ask("unlock 1") == "ok");
    };
    BOOST_TEST(another.ask("try 1") == "yes");
    BOOST_TEST(another.ask("async_wait_contended 1") == "started");

    keep_a_connection();
    BOOST_TEST(p.ask("exhaust 0") == "ok");
    BOOST_TEST(p.ask("try 2") == "yes");
    BOOST_TEST(p.ask("relax") == "ok");

    keep_a_connection();
    BOOST_TEST(p.ask("try 3") == "no");
    BOOST_TEST(p.ask("exhaust 0") == "ok");
    BOOST_TEST(p.ask("async_lock 3") == "started");
    // Before an idle connection is closed for its age.
    BOOST_TEST(another.event(20s) == "1 contended");
    BOOST_TEST(another.ask("unlock 1") == "ok");
    BOOST_TEST(p.event() == "3 locked");
    BOOST_TEST(p.ask("relax") == "ok");
}

BOOST_AUTO_TEST_CASE(
    row_21_a_full_disk_is_told_and_does_not_hit_later_transactions,
    *boost::unit_test::precondition(may_mount)
)
{
    const lock_directory directory;
    peer p = with_small_disk(directory.path());
    peer other = p.fork();
    const std::string fill = "run cat /dev/zero > " + directory / "fill 2> /dev/null";
    BOOST_TEST(p.ask("open 1 x " + directory.path()) == "ok");
    BOOST_TEST(p.ask("open 2 y " + directory.path()) == "ok");
    BOOST_TEST(other.ask("open 1 x " + directory.path()) == "ok");

    p.ask(fill);
    const std::string descriptors = p.ask("descriptors");
    for (const char* const command : {"try 1", "lock 1", "lock_for 1 100"})
        BOOST_TEST(p.ask(command) == failure(errc::no_space));
    BOOST_TEST(p.ask("holder 1") == "none");
    BOOST_TEST(p.ask("close 1") == "ok");
    BOOST_TEST(eventually([&] { return has_no_more_than(p, descriptors); }));
    BOOST_TEST(eventually([&] {
        return p.ask("run LC_ALL=C ls -A " + directory.path()) == ".x.lock fill ";
    }));
    BOOST_TEST(p.ask("open 1 x " + directory.path()) == "ok");

    p.ask("run rm " + directory / "fill");
    BOOST_TEST(p.ask("try 1") == "yes");
    BOOST_TEST(other.ask("try 1") == "no");
    p.ask(fill);
    // A new lock file has no room, but those that are there do.
    BOOST_TEST(p.ask("try 2") == failure(errc::no_space));
    BOOST_TEST(p.ask("owns 1") == "yes");
    BOOST_TEST(other.ask("try 1") == "no");
    BOOST_TEST(other.ask("async_lock 1") == "started");
    BOOST_TEST(!other.has_event(100ms));
    BOOST_TEST(p.ask("unlock 1") == "ok");
    BOOST_TEST(other.event() == "1 locked");
    BOOST_TEST(p.ask("try 1") == "no");
    BOOST_TEST(other.ask("unlock 1") == "ok");
    BOOST_TEST(p.ask("try 1") == "yes");
}

BOOST_AUTO_TEST_CASE(
    row_21_a_disk_without_inodes_is_told,
    *boost::unit_test::precondition(may_mount)
)
{
    const lock_directory directory;
    // The root directory and the presence take what there is.
    peer p = with_small_disk(directory.path(), "nr_inodes=2");
    BOOST_TEST(p.ask("open 1 x " + directory.path()) == "ok");
    BOOST_TEST(p.ask("try 1") == failure(errc::no_space));
    BOOST_TEST(p.ask("close 1") == "ok");
    BOOST_TEST(eventually([&] { return p.ask("run ls -A " + directory.path()).empty(); }));
}

BOOST_AUTO_TEST_CASE(a_read_only_file_system_is_told, *boost::unit_test::precondition(may_mount))
{
    const lock_directory directory;
    peer p = with_small_disk(directory.path());
    BOOST_TEST(p.ask("open 1 x " + directory.path()) == "ok");
    BOOST_TEST(p.ask("try 1") == "yes");
    BOOST_TEST(p.ask("unlock 1") == "ok");
    BOOST_TEST(p.ask("close 1") == "ok");
    const std::string remount = "run mount -o remount,ro " + directory.path() + " 2>&1";
    BOOST_TEST(eventually([&] { return p.ask(remount).empty(); }));

    const std::string descriptors = p.ask("descriptors");
    const std::string files = p.ask("run ls -lA " + directory.path());
    for (const char* const name : {"x", "new"})
    {
        BOOST_TEST(p.ask(std::string("open 1 ") + name + ' ' + directory.path()) == "ok");
        for (const char* const command : {"try 1", "lock 1", "lock_for 1 100"})
            BOOST_TEST(p.ask(command) == failure(errc::read_only_file_system));
        // Asking needs no writing.
        BOOST_TEST(p.ask("holder 1") == "none");
        BOOST_TEST(p.ask("open 1 " + std::string("x ") + directory / "below") == "ok");
        BOOST_TEST(p.ask("try 1") == failure(errc::read_only_file_system));
        BOOST_TEST(p.ask("close 1") == "ok");
        BOOST_TEST(eventually([&] { return has_no_more_than(p, descriptors); }));
    }
    BOOST_TEST(p.ask("run ls -lA " + directory.path()) == files);
}

BOOST_AUTO_TEST_CASE(
    a_lock_can_be_asked_for_where_the_directory_can_only_be_read,
    *boost::unit_test::precondition(may_mount)
)
{
    // As in a container that has the directory mounted for reading.
    const lock_directory directory;
    const std::string script = "mount --bind -o ro " + directory.path() + ' ' + directory.path() +
                               " && mount -o remount,bind,ro " + directory.path() +
                               " && exec \"$@\"";
    peer holder = peer_with_lock(directory.path());
    peer reader = peer_with_lock(
        directory.path(),
        "x",
        {"unshare", "--map-root-user", "--mount", "sh", "-c", script, "sh"}
    );
    BOOST_TEST(reader.ask("holder 1") == "none");
    BOOST_TEST(holder.ask("try 1") == "yes");
    const std::string identity = holder.ask("pid") + ' ' + holder.ask("port 1");
    for (const char* const command : {"try 1", "lock 1", "lock_for 1 100"})
        BOOST_TEST(reader.ask(command) == failure(errc::read_only_file_system));
    BOOST_TEST(reader.ask("holder 1") == identity + " verified");
    const std::string tool = "run '" + tool_path() + "' --lock-dir " + directory.path();
    BOOST_TEST(reader.ask(tool + " status x").find("x is held by PID ") == 0u);
    BOOST_TEST(reader.ask(tool + " list | grep -c ' held '") == "1 ");
    BOOST_TEST(reader.ask(tool + " wait --timeout 0 x 2>/dev/null; echo $?") == "75 ");
    BOOST_TEST(reader.ask(tool + " run --no-wait x -- true 2>/dev/null; echo $?") == "73 ");
    holder.kill();
    BOOST_TEST(reader.ask("holder 1") == "none");
    BOOST_TEST(reader.ask(tool + " wait x; echo $?") == "0 ");
}

BOOST_AUTO_TEST_CASE(
    where_the_disk_is_full_whoever_comes_shares_the_locks_that_are_there,
    *boost::unit_test::precondition(may_mount)
)
{
    const lock_directory directory;
    const std::string open = "open 1 x " + directory.path();
    peer p = with_small_disk(directory.path());
    peer other = p.fork();
    peer third = p.fork();
    BOOST_TEST(p.ask(open) == "ok");
    BOOST_TEST(p.ask("try 1") == "yes");
    BOOST_TEST(p.ask("unlock 1") == "ok");
    BOOST_TEST(p.ask("close 1") == "ok");
    BOOST_TEST(eventually([&] { return p.ask("run ls -A " + directory.path()) == ".x.lock "; }));
    p.ask("run cat /dev/zero > " + directory / "fill 2> /dev/null");
    // There is no room for what their presences would say, but for the presences.
    for (peer* const each : {&p, &other, &third})
        BOOST_TEST(each->ask(open) == "ok");
    BOOST_TEST(other.ask("try 1") == "yes");
    const std::string identity = other.ask("pid") + ' ' + other.ask("port 1");
    BOOST_TEST(p.ask("try 1") == "no");
    BOOST_TEST(p.ask("blocker 1") == identity);
    BOOST_TEST(p.ask("holder 1") == identity + " unverified");
    BOOST_TEST(p.ask("async_lock 1") == "started");
    BOOST_TEST(!p.has_event(50ms));
    BOOST_TEST(other.ask("unlock 1") == "ok");
    BOOST_TEST(p.event() == "1 locked");
    BOOST_TEST(third.ask("async_lock 1") == "started");
    p.kill();
    BOOST_TEST(third.event() == "1 locked");
    // Now there is, and who could not be reached can be.
    BOOST_TEST(other.ask("run rm " + directory / "fill").empty());
    BOOST_TEST(third.ask("unlock 1") == "ok");
    BOOST_TEST(third.ask("open 2 y " + directory.path()) == "ok");
    BOOST_TEST(third.ask("try 2") == "yes");
    BOOST_TEST(third.ask("try 1") == "yes");
    BOOST_TEST(other.ask("holder 1").find(" verified") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(
    where_the_disk_is_full_the_dead_make_room,
    *boost::unit_test::precondition(may_mount)
)
{
    const lock_directory directory;
    // The root directory, a lock file and one presence take what there is.
    peer p = with_small_disk(directory.path(), "nr_inodes=3");
    peer holder = p.fork();
    BOOST_TEST(holder.ask("open 1 x " + directory.path()) == "ok");
    BOOST_TEST(holder.ask("try 1") == "yes");
    BOOST_TEST(p.ask("open 1 x " + directory.path()) == "ok");
    BOOST_TEST(p.ask("try 1") == failure(errc::no_space));
    // To ask it needs no presence.
    BOOST_TEST(p.ask("holder 1").find(" verified") != std::string::npos);
    holder.kill();
    BOOST_TEST(p.ask("holder 1") == "none");
    BOOST_TEST(p.ask("try 1") == "yes");
}

BOOST_AUTO_TEST_SUITE_END()
