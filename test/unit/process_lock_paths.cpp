// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <set>
#include <string>

#include "lock_fixture.hpp"

namespace fs = std::filesystem;
using namespace lock_fixture;

namespace {

/// Two paths to one directory, one of which may lead elsewhere later.
struct with_link : with_locks
{
    temporary_directory elsewhere;
    const std::string link = elsewhere / "link";
    const std::string other = elsewhere / "other";

    with_link()
    {
        fs::create_directory_symlink(directory.path(), link);
        fs::create_directory(other);
        fs::permissions(other, fs::perms(0700));
    }

    process_lock make_by(const std::string& path, const std::string& name = "myapp")
    {
        socketlock::lock_options options;
        options.lock_dir = path;
        return process_lock(context, name, options);
    }

    void lead_elsewhere()
    {
        fs::remove(link);
        fs::create_directory_symlink(other, link);
    }

    /// Others, who ask for the presence where the record is, find that the lock is held.
    bool is_seen_held(process_lock by)
    {
        const auto holder = by.holder();
        return holder.has_value() && holder->verified && !by.try_lock();
    }
};

std::string presence_in(const std::string& path)
{
    for (const auto& entry : fs::directory_iterator(path))
    {
        if (entry.path().extension() == ".presence")
            return entry.path().filename().string();
    }
    return {};
}

}  // namespace

// One directory by several paths, and several directories by one.
BOOST_FIXTURE_TEST_SUITE(lock_object_paths, with_link)

BOOST_AUTO_TEST_CASE(two_paths_to_one_directory_are_one_lock)
{
    process_lock by_link = make_by(link);
    process_lock lock = make();
    BOOST_TEST(lock.try_lock());
    BOOST_TEST(!by_link.try_lock());
    lock.unlock();
    BOOST_TEST(by_link.try_lock());
    BOOST_TEST(!lock.try_lock());
    BOOST_TEST(by_link.path() == link + "/.myapp.lock");
}

BOOST_AUTO_TEST_CASE(path_that_leads_elsewhere_leads_to_another_lock)
{
    process_lock first = make(".");
    first.lock();
    process_lock by_link = make_by(link);
    BOOST_TEST(by_link.try_lock());
    by_link.unlock();
    lead_elsewhere();
    // The record names a presence of the directory in which it is.
    BOOST_TEST(by_link.try_lock());
    BOOST_TEST(fs::exists(other + "/.myapp.lock"));
    BOOST_TEST(!presence_in(other).empty());
    BOOST_TEST(
        contents_of(other + "/.myapp.lock").find(presence_in(other).substr(1, 32)) !=
        std::string::npos
    );
    BOOST_TEST(is_seen_held(make_by(other)));
    process_lock lock = make();
    BOOST_TEST(lock.try_lock());
    BOOST_TEST(is_seen_held(make()));
}

BOOST_AUTO_TEST_CASE(path_that_stays_leads_to_the_same_lock_though_it_was_used_by_another_first)
{
    process_lock first = make(".");
    first.lock();
    process_lock by_link = make_by(link);
    BOOST_TEST(by_link.try_lock());
    process_lock lock = make();
    BOOST_TEST(!lock.try_lock());
    by_link.unlock();
    lead_elsewhere();
    BOOST_TEST(lock.try_lock());
    BOOST_TEST(!fs::exists(other + "/.myapp.lock"));
    BOOST_TEST(is_seen_held(make()));
}

BOOST_AUTO_TEST_CASE(lock_that_is_held_does_not_hang_on_the_path_by_which_it_was_used_first)
{
    process_lock first = make(".");
    first.lock();
    process_lock by_link = make_by(link);
    BOOST_TEST(by_link.try_lock());
    process_lock lock = make();
    BOOST_TEST(!lock.try_lock());
    by_link.unlock();
    BOOST_TEST(lock.try_lock());
    fs::remove(link);
    error_code ec;
    lock.unlock(ec);
    BOOST_TEST(!ec, ec.message());
    BOOST_TEST(!make().holder().has_value());
    BOOST_TEST(lock.try_lock());
}

// A directory that was removed leaves its number to the next one.
BOOST_AUTO_TEST_CASE(directory_with_the_number_of_another_that_is_gone_is_another)
{
    socketlock::lock_options old_options;
    old_options.lock_dir = directory / "old";
    process_lock old(context, "x", old_options);
    BOOST_TEST(old.try_lock());
    old.unlock();
    fs::rename(directory / "old", directory / "new");
    socketlock::lock_options new_options;
    new_options.lock_dir = directory / "new";
    for (const std::string name : {"x", "y"})
    {
        process_lock lock(context, name, new_options);
        BOOST_TEST(lock.try_lock());
        BOOST_TEST(lock.path() == directory / "new/." + name + ".lock");
        const auto holder = process_lock(context, name, new_options).holder();
        BOOST_TEST_REQUIRE(holder.has_value());
        BOOST_TEST(holder->verified);
        BOOST_TEST((directory.names() == std::set<std::string>{"new"}));
    }
    // It is made anew, and both are used side by side.
    process_lock lock(context, "x", new_options);
    BOOST_TEST(lock.try_lock());
    BOOST_TEST(old.try_lock());
    BOOST_TEST((directory.names() == std::set<std::string>{"new", "old"}));
}

BOOST_AUTO_TEST_SUITE_END()
