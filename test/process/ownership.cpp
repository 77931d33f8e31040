// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// Who may unlock, what queries may do, and how names become files.

#include <boost/json/value.hpp>
#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

#include "lock_directory.hpp"
#include "peer.hpp"

using namespace test;
using namespace std::chrono_literals;
using socketlock::errc;

namespace {

/// A holder of the lock "x" and another process.
struct two_peers
{
    two_peers() { BOOST_TEST_REQUIRE(holder.ask("try 1") == "yes"); }

    std::string who() { return std::to_string(holder.pid()) + ' ' + holder.ask("port 1"); }

    lock_directory directory;
    const std::string file = directory.lock_file("x");
    peer holder = peer_with_lock(directory.path());
    peer other = peer_with_lock(directory.path());
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(ownership, two_peers)

BOOST_AUTO_TEST_CASE(row_05_release_of_a_foreign_lock_gives_not_owner)
{
    const std::string before = contents_of(file);
    BOOST_TEST(other.ask("unlock 1") == failure(errc::not_owner));
    BOOST_TEST(other.ask("try 1") == "no");
    BOOST_TEST(other.ask("unlock 1") == failure(errc::not_owner));
    BOOST_TEST(other.ask("close 1") == "ok");
    BOOST_TEST(contents_of(file) == before);
    BOOST_TEST(holder.ask("unlock 1") == "ok");
    BOOST_TEST(holder.ask("unlock 1") == failure(errc::not_owner));
}

BOOST_AUTO_TEST_CASE(row_05_release_of_a_foreign_record_gives_lost)
{
    // Somebody else has become the holder, by force.
    peer usurper = peer_with_lock(directory.path(), "y");
    BOOST_TEST(usurper.ask("try 1") == "yes");
    auto record = read_record(file);
    record["socketlock"].as_object()["holder"] = our_part(directory.lock_file("y")).at("holder");
    write_record(file, record);
    const std::string before = contents_of(file);
    BOOST_TEST(holder.ask("unlock 1") == failure(errc::lost));
    BOOST_TEST(holder.ask("owns 1") == "no");
    BOOST_TEST(holder.ask("unlock 1") != "ok");
    BOOST_TEST(holder.ask("try 1") == "no");
    BOOST_TEST(contents_of(file) == before);
}

BOOST_AUTO_TEST_CASE(row_05_a_destructor_leaves_a_foreign_record_alone)
{
    auto record = read_record(file);
    record["socketlock"].as_object()["holder"].as_object()["claim"] = std::string(32, 'a');
    write_record(file, record);
    const std::string before = contents_of(file);
    BOOST_TEST(holder.ask("close 1") == "ok");
    BOOST_TEST(contents_of(file) == before);
}

BOOST_AUTO_TEST_CASE(row_08_queries_with_another_seed_change_nothing)
{
    BOOST_TEST(other.ask("open 2 x " + directory.path() + " another-seed") == "ok");
    const std::string before = contents_of(file);
    const auto names = directory.names();
    for (int i = 0; i < 3; ++i)
    {
        BOOST_TEST(other.ask("holder 2") == who() + " unverified");
        BOOST_TEST(other.ask("holder 1") == who() + " verified");
    }
    BOOST_TEST(contents_of(file) == before);
    BOOST_TEST((directory.names() == names));
    BOOST_TEST(other.ask("try 2") == "no");
    BOOST_TEST(holder.ask("owns 1") == "yes");
}

BOOST_AUTO_TEST_CASE(row_08_names_that_share_a_file_do_not_evict_each_other)
{
    BOOST_TEST(other.ask("run ln " + file + ' ' + directory.lock_file("X")) == "");
    BOOST_TEST(other.ask("open 2 X " + directory.path()) == "ok");
    const std::string before = contents_of(file);
    BOOST_TEST(other.ask("try 2") == failure(errc::hard_linked));
    BOOST_TEST(other.ask("lock 2") == failure(errc::hard_linked));
    BOOST_TEST(other.ask("holder 2") == failure(errc::name_mismatch));
    BOOST_TEST(contents_of(file) == before);
    BOOST_TEST(holder.ask("unlock 1") == "ok");
    BOOST_TEST(other.ask("try 2") == failure(errc::hard_linked));
}

BOOST_AUTO_TEST_CASE(queries_create_nothing)
{
    const lock_directory empty;
    BOOST_TEST(other.ask("open 2 x " + empty.path()) == "ok");
    BOOST_TEST(other.ask("holder 2") == "none");
    BOOST_TEST(other.ask("open 3 x " + empty / "missing") == "ok");
    BOOST_TEST(other.ask("holder 3") == "none");
    BOOST_TEST(empty.names().empty());
}

BOOST_AUTO_TEST_CASE(row_18_a_cancelled_release_is_whole)
{
    BOOST_TEST(holder.ask("async_cancelled_unlock 1") == "started");
    BOOST_TEST(holder.event() == "1 unlocked");
    BOOST_TEST(holder.ask("owns 1") == "no");
    BOOST_TEST(other.ask("try 1") == "yes");
    // One that comes after the other is not lost either.
    BOOST_TEST(other.ask("async_unlock 1") == "started");
    BOOST_TEST(other.ask("cancel 1") == "started");
    BOOST_TEST(other.event() == "1 unlocked");
    BOOST_TEST(holder.ask("try 1") == "yes");
}

BOOST_AUTO_TEST_CASE(row_19_a_second_lock_of_a_holder_changes_nothing)
{
    const std::string before = contents_of(file);
    const std::string token = holder.ask("token 1");
    const std::string identity = who();
    const std::string descriptors = holder.ask("descriptors");
    BOOST_TEST(holder.ask("try 1") == failure(errc::already_locked));
    BOOST_TEST(holder.ask("lock 1") == failure(errc::already_locked));
    BOOST_TEST(holder.ask("lock_for 1 10") == failure(errc::already_locked));
    BOOST_TEST(holder.ask("async_lock 1") == "started");
    BOOST_TEST(holder.event() == "1 " + failure(errc::already_locked));
    BOOST_TEST(holder.ask("token 1") == token);
    BOOST_TEST(who() == identity);
    BOOST_TEST(holder.ask("descriptors") == descriptors);
    BOOST_TEST(contents_of(file) == before);
    BOOST_TEST(other.ask("holder 1") == identity + " verified");

    // A second object of the same process is somebody else.
    BOOST_TEST(holder.ask("open 2 x " + directory.path()) == "ok");
    BOOST_TEST(holder.ask("try 2") == "no");
    BOOST_TEST(holder.ask("blocker 2") == identity);
    BOOST_TEST(holder.ask("unlock 1") == "ok");
    BOOST_TEST(holder.ask("try 2") == "yes");
}

BOOST_AUTO_TEST_CASE(two_paths_to_one_directory_lead_to_one_lock)
{
    const std::string link = directory.path() + ".link";
    other.ask("run ln -s " + directory.path() + ' ' + link);
    for (peer* const p : {&holder, &other})
    {
        BOOST_TEST(p->ask("open 2 x " + link) == "ok");
        BOOST_TEST(p->ask("try 2") == "no");
        BOOST_TEST(
            p->ask(
                "open 3 x " + directory.path() + "/../" +
                directory.path().substr(directory.path().rfind('/') + 1)
            ) == "ok"
        );
        BOOST_TEST(p->ask("try 3") == "no");
    }
    other.ask("run rm " + link);
}

BOOST_AUTO_TEST_CASE(row_20_names_do_not_leave_the_directory)
{
    const std::string descriptors = other.ask("descriptors");
    const std::string prefix = "open_name 2 " + directory.path() + "/a/b ";
    for (const std::string name :
         {"./x", "/../x", "../../x", "/", "..", ".", "a/b", "x y%", "\303\244", "-rf", "~", "*"})
    {
        BOOST_TEST(other.ask(prefix + name) == "ok");
        const std::string path = other.ask("path 2");
        const std::string begin = directory.path() + "/a/b/.";
        BOOST_TEST(path.compare(0, begin.size(), begin) == 0);
        BOOST_TEST(path.find('/', begin.size()) == path.npos);
        BOOST_TEST(other.ask("try 2") == "yes");
        BOOST_TEST(read_record(path).at("name").as_string() == name);
        BOOST_TEST(other.ask("unlock 2") == "ok");
    }
    BOOST_TEST((directory.names(".lock") == std::vector<std::string>{".x.lock"}));
}

BOOST_AUTO_TEST_CASE(row_20_impossible_names_are_refused_at_construction)
{
    const std::string descriptors = other.ask("descriptors");
    const auto names = directory.names();
    const std::string prefix = "open_name 2 " + directory.path() + ' ';
    for (const std::string& name :
         {std::string(),
          std::string(201, 'x'),
          std::string(300, 'x'),
          std::string("a\0b", 3),
          std::string("\377"),
          std::string("\303"),
          std::string("\355\240\200")})
        BOOST_TEST(other.ask(prefix + name) == failure(errc::invalid_name));
    BOOST_TEST(other.ask("descriptors") == descriptors);
    BOOST_TEST((directory.names() == names));

    // The longest there is, and two that differ only at the end.
    const std::string longest(199, '/');
    for (const char* const end : {"a", "b"})
    {
        BOOST_TEST(other.ask(prefix + longest + end) == "ok");
        BOOST_TEST(other.ask("try 2") == "yes");
    }
    BOOST_TEST(directory.names(".lock").size() == 3u);
}

BOOST_AUTO_TEST_CASE(row_22_files_are_for_their_owner_whatever_the_umask)
{
    for (const char* const mask : {"0", "077", "0777"})
    {
        const lock_directory fresh;
        peer p;
        BOOST_TEST(p.ask(std::string("umask ") + mask) == "ok");
        BOOST_TEST(p.ask("open 1 x " + fresh.path()) == "ok");
        BOOST_TEST(p.ask("try 1") == "yes");
        BOOST_TEST(fresh.names().size() == 2u);
        for (const std::string& name : fresh.names())
            BOOST_TEST(permissions(fresh / name) == 0600u);
    }
    peer p;
    BOOST_TEST(p.ask("umask 0") == "ok");
    BOOST_TEST(p.ask("open 1 x " + directory / "new") == "ok");
    BOOST_TEST(p.ask("try 1") == "yes");
    BOOST_TEST(permissions(directory / "new") == 0700u);
}

BOOST_AUTO_TEST_CASE(row_22_what_is_destroyed_late_is_unlocked_even_so)
{
    // Locks of static storage, and the end of the program.
    holder.quit();
    BOOST_TEST(our_part(file).at("holder").is_null());
    BOOST_TEST(directory.names(".presence").empty());
    BOOST_TEST(other.ask("try 1") == "yes");
}

BOOST_AUTO_TEST_SUITE_END()
