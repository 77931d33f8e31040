// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#include <socketlock/detail/platform/directory.hpp>
#include <socketlock/detail/platform/liveness_lock.hpp>

#include <boost/test/unit_test.hpp>

#include <csignal>
#include <deque>
#include <filesystem>
#include <set>
#include <string>
#include <sys/stat.h>
#include <unistd.h>

#include "presence_fixture.hpp"

namespace fs = std::filesystem;
using namespace presence_fixture;

namespace {

constexpr auto alive = liveness::alive;
constexpr auto dead = liveness::dead;
constexpr auto unknown = liveness::unknown;

unsigned mode_of(const std::string& path)
{
    return static_cast<unsigned>(fs::status(path).permissions());
}

/// Looks at a directory until it is told to stop, and counts the presences that it has seen
/// without their lock. 100: it has seen none at all.
int count_unlocked(const std::string& directory, line& parent)
{
    bool seen_any = false;
    int unlocked = 0;
    bool is_told_to_stop = false;
    while (!is_told_to_stop)
    {
        // If so, all of them are there: one look more.
        is_told_to_stop = parent.heard() != 0;
        error_code ec;
        list_directory(
            directory,
            [&](const std::string& name) {
                if (fs::path(name).extension() != ".presence")
                    return true;
                const file f = open_file(directory + '/' + name, file_access::read, ec);
                seen_any = true;
                if (f && test_liveness(f, ec) == liveness_locks::free && unlocked < 99)
                    ++unlocked;
                return true;
            },
            ec
        );
    }
    return seen_any ? unlocked : 100;
}

/// Reads a presence of this process without dropping its lock.
std::string contents_of_elsewhere(const std::string& path)
{
    other_process p([&](line& parent) {
        for (const char c : contents_of(path))
            parent.say(c);
        return 0;
    });
    std::string result;
    while (const char c = p.hear())
        result += c;
    return result;
}

struct with_directory
{
    temporary_directory directory;
    const std::string& path = directory.path();
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(presence_file, with_directory)

BOOST_AUTO_TEST_CASE(new_presence_is_one_private_file)
{
    presence p;
    BOOST_TEST(!p.exists());
    BOOST_TEST(!p.in_place());
    create(p, path, 1);
    BOOST_TEST(p.exists());
    BOOST_TEST(p.in_place());
    BOOST_TEST((p.info().id == numbered_id(1)));
    BOOST_TEST((directory.names() == std::set<std::string>{presence_name(1)}));
    BOOST_TEST(mode_of(directory / presence_name(1)) == 0600u);
}

// In a race, so it may miss a mistake; but it never reports a false one.
BOOST_AUTO_TEST_CASE(presence_is_never_visible_without_its_lock)
{
    other_process observer([&](line& parent) {
        parent.say('R');
        return count_unlocked(path, parent);
    });
    BOOST_TEST_REQUIRE(observer.hear() == 'R');
    std::deque<presence> all(400);
    for (std::uint32_t i = 0; i < all.size(); ++i)
        create(all[i], path, i);
    observer.say('.');
    BOOST_TEST(observer.wait() == 0);
}

BOOST_AUTO_TEST_CASE(presence_lives_as_long_as_its_process)
{
    living_process p(path, 1);
    BOOST_TEST(proof(path, 1) == alive);
    p.process().signal(SIGSTOP);
    BOOST_TEST(proof(path, 1) == alive);
    p.process().kill();
    BOOST_TEST(proof(path, 1) == dead);
}

BOOST_AUTO_TEST_CASE(proof_of_life_changes_nothing)
{
    living_process p(path, 1);
    leave_dead(path, 2);
    const auto before = directory.names();
    for (int i = 0; i < 3; ++i)
    {
        BOOST_TEST(proof(path, 1) == alive);
        BOOST_TEST(proof(path, 2) == dead);
        BOOST_TEST(proof_elsewhere(path, 1) == alive);
    }
    BOOST_TEST((directory.names() == before));
}

BOOST_AUTO_TEST_CASE(missing_presence_is_dead)
{
    BOOST_TEST(proof(path, 1) == dead);
    BOOST_TEST(proof(path + "/missing", 1) == dead);
}

BOOST_AUTO_TEST_CASE(presence_that_cannot_be_read_is_unknown)
{
    leave_dead(path, 1);
    fs::permissions(path, fs::perms(0755));
    fs::permissions(directory / presence_name(1), fs::perms(0000));
    const int result = as_nobody([&] {
        error_code why;
        const bool as_expected = test_presence(path, numbered_claim(1), why) == unknown;
        return as_expected && why == errc::presence_unreadable;
    });
    BOOST_TEST(result == 1);
}

BOOST_AUTO_TEST_CASE(what_is_no_regular_file_is_unknown)
{
    leave_dead(path, 2);
    fs::create_symlink(directory / presence_name(2), directory / presence_name(1));
    fs::create_directory(directory / presence_name(3));
    for (const std::uint32_t number : {1u, 3u})
    {
        error_code why;
        BOOST_TEST(test_presence(path, numbered_claim(number), why) == unknown);
        BOOST_TEST(why == errc::not_a_regular_file);
    }
}

// Closing the file would drop the lock: code that does not know of it must find out first.
BOOST_AUTO_TEST_CASE(presence_of_this_very_process_is_alive_and_keeps_its_lock)
{
    presence p;
    create(p, path, 1);
    for (const std::int64_t pid : {std::int64_t(0), std::int64_t(::getpid())})
    {
        error_code ec;
        BOOST_TEST(test_presence(path, numbered_claim(1, pid), ec) == alive);
        BOOST_TEST(!ec);
        read_presence(path, numbered_claim(1, pid), ec);
        BOOST_TEST(ec == errc::presence_unreadable);
        BOOST_TEST(proof_elsewhere(path, 1) == alive);
    }
}

BOOST_AUTO_TEST_CASE(removed_presence_is_noticed_and_restored)
{
    presence p;
    create(p, path, 1);
    const std::string before = contents_of_elsewhere(directory / presence_name(1));
    fs::remove(directory / presence_name(1));
    BOOST_TEST(p.exists());
    BOOST_TEST(!p.in_place());
    error_code ec;
    BOOST_TEST((p.ensure(ec) == presence_state::restored));
    BOOST_TEST(!ec);
    BOOST_TEST(p.in_place());
    BOOST_TEST(proof_elsewhere(path, 1) == alive);
    BOOST_TEST(contents_of_elsewhere(directory / presence_name(1)) == before);
}

BOOST_AUTO_TEST_CASE(replaced_presence_is_noticed)
{
    presence p;
    create(p, path, 1);
    leave_dead(path, 2);
    fs::rename(directory / presence_name(2), directory / presence_name(1));
    BOOST_TEST(!p.in_place());
    // Somebody else's file is not ours to remove.
    p.remove();
    BOOST_TEST(fs::exists(directory / presence_name(1)));
}

BOOST_AUTO_TEST_CASE(removing_takes_the_file_away_and_destroying_leaves_it)
{
    {
        presence left;
        create(left, path, 1);
        presence removed;
        create(removed, path, 2);
        removed.remove();
    }
    BOOST_TEST((directory.names() == std::set<std::string>{presence_name(1)}));
    BOOST_TEST(proof(path, 1) == dead);
}

BOOST_AUTO_TEST_CASE(permissions_grow_with_those_who_must_read)
{
    const ::mode_t before = ::umask(077);
    presence p;
    error_code ec;
    p.create(path, numbered_info(1), 0640, ec);
    ::umask(before);
    BOOST_TEST(mode_of(directory / presence_name(1)) == 0640u);
    p.widen_permissions(0660);
    BOOST_TEST(mode_of(directory / presence_name(1)) == 0660u);
    p.widen_permissions(0600);
    BOOST_TEST(mode_of(directory / presence_name(1)) == 0660u);
    BOOST_TEST(proof_elsewhere(path, 1) == alive);
}

BOOST_AUTO_TEST_CASE(failed_creation_leaves_nothing_behind)
{
    presence p;
    error_code ec;
    p.create(path + "/missing", numbered_info(1), 0600, ec);
    BOOST_TEST(ec == errc::directory_missing);
    // A directory of that name cannot be renamed over.
    fs::create_directory(directory / presence_name(1));
    p.create(path, numbered_info(1), 0600, ec);
    BOOST_TEST(static_cast<bool>(ec));
    BOOST_TEST(!p.exists());
    BOOST_TEST((directory.names() == std::set<std::string>{presence_name(1)}));
}

BOOST_AUTO_TEST_CASE(presence_of_another_process_is_read)
{
    living_process other(path, 1);
    error_code ec;
    const presence_info info = read_presence(directory.path(), numbered_claim(1), ec);
    BOOST_TEST_REQUIRE(!ec, ec.message());
    BOOST_TEST(encode_presence(info) == encode_presence(numbered_info(1)));
    // Which does it no harm.
    BOOST_TEST(proof(directory.path(), 1) == liveness::alive);
}

BOOST_AUTO_TEST_CASE(presence_that_tells_another_id_is_corrupt)
{
    leave_dead(directory.path(), 1);
    fs::rename(directory / presence_name(1), directory / presence_name(2));
    error_code ec;
    read_presence(directory.path(), numbered_claim(2), ec);
    BOOST_TEST(ec == errc::corrupt_record);
}

BOOST_AUTO_TEST_SUITE_END()
