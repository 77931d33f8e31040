// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <set>
#include <string>
#include <vector>

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
        lead_to(directory.path());
        fs::create_directory(other);
        fs::permissions(other, fs::perms(0700));
    }

    process_lock make_by(const std::string& path, const std::string& name = "myapp")
    {
        socketlock::lock_options options;
        options.lock_dir = path;
        return process_lock(context, name, options);
    }

    void lead_to(const std::string& path)
    {
        fs::remove(link);
        fs::create_directory_symlink(path, link);
    }

    /// Both orders in which a directory can become known.
    std::vector<std::string> paths() const { return {directory.path(), link}; }
};

/// Others find that the lock is held: the record names a presence that lies beside it.
bool is_held_in(const std::string& path)
{
    const unseen_by_tsan scope;
    const std::string record = contents_of(path + "/.myapp.lock");
    for (const auto& entry : fs::directory_iterator(path))
    {
        const std::string name = entry.path().filename().string();
        if (entry.path().extension() == ".presence" &&
            record.find(name.substr(1, 32)) != std::string::npos)
            return true;
    }
    return false;
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
    for (const std::string& known_by : paths())
    {
        process_lock first = make_by(known_by, "first");
        first.lock();
        process_lock by_link = make_by(link);
        BOOST_TEST(by_link.try_lock());
        by_link.unlock();
        lead_to(other);
        BOOST_TEST(by_link.try_lock());
        BOOST_TEST(is_held_in(other));
        BOOST_TEST(!is_held_in(directory.path()));
        process_lock lock = make();
        BOOST_TEST(lock.try_lock());
        BOOST_TEST(is_held_in(directory.path()));
        first.unlock();
        lead_to(directory.path());
    }
}

BOOST_AUTO_TEST_CASE(path_that_stays_leads_to_the_same_lock_though_it_was_used_by_another_first)
{
    for (const std::string& known_by : paths())
    {
        process_lock first = make_by(known_by, "first");
        first.lock();
        process_lock by_link = make_by(link);
        BOOST_TEST(by_link.try_lock());
        process_lock lock = make();
        BOOST_TEST(!lock.try_lock());
        by_link.unlock();
        lead_to(other);
        BOOST_TEST(lock.try_lock());
        BOOST_TEST(is_held_in(directory.path()));
        BOOST_TEST(!fs::exists(other + "/.myapp.lock"));
        lead_to(directory.path());
    }
}

BOOST_AUTO_TEST_CASE(lock_that_is_held_stays_where_it_is_whatever_becomes_of_the_path)
{
    for (const std::string& known_by : paths())
    {
        for (const std::string& held_by : paths())
        {
            process_lock first = make_by(known_by, "first");
            first.lock();
            process_lock lock = make_by(held_by);
            BOOST_TEST(lock.try_lock());
            fs::remove(link);
            BOOST_TEST(is_held_in(directory.path()));
            BOOST_TEST(!make().try_lock());
            error_code ec;
            lock.unlock(ec);
            BOOST_TEST(!ec, ec.message());
            BOOST_TEST(!is_held_in(directory.path()));
            BOOST_TEST(make().try_lock());
            BOOST_TEST(!fs::exists(link));
            lead_to(directory.path());
        }
    }
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
