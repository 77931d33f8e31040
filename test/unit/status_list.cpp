// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <deque>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "status_fixture.hpp"

using namespace status_fixture;

namespace {

std::vector<std::string> names_of(const std::vector<lock_status>& locks)
{
    std::vector<std::string> names;
    for (const lock_status& lock : locks)
        names.push_back(lock.name);
    return names;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(lock_listing, with_queries)

BOOST_AUTO_TEST_CASE(all_kinds_of_names_are_listed_as_they_were_given)
{
    std::set<std::string> names{
        "plain",
        "with space",
        ".dotted.",
        "per%cent%20",
        "../../etc/passwd",
        "line\nbreak",
        "gr\xc3\xbc\xc3\x9f",
        std::string(200, 'x'),
        std::string(199, 'x') + 'y',
        std::string(200, '/'),
        "~",
    };
    for (const std::string& name : names)
    {
        process_lock lock = make(name);
        lock.lock();
        const lock_status found = ask(name);
        BOOST_TEST(found.state == lock_state::held);
        BOOST_TEST(found.path == lock.path());
    }
    const std::vector<lock_status> locks = list();
    BOOST_TEST(names_of(locks) == std::vector<std::string>(names.begin(), names.end()));
    for (const lock_status& found : locks)
    {
        BOOST_TEST(found.state == lock_state::free);
        BOOST_TEST(found.path == make(found.name).path());
    }
}

BOOST_AUTO_TEST_CASE(many_locks_are_listed_by_name_held_or_free)
{
    constexpr int many = 100;
    std::deque<process_lock> locks;
    for (int i = many; i-- > 0;)
    {
        locks.push_back(make("lock " + std::to_string(100 + i)));
        locks.back().lock();
        if (i % 3 != 0)
            locks.back().unlock();
    }
    const std::vector<lock_status> found = list();
    BOOST_TEST_REQUIRE(found.size() == std::size_t(many));
    for (int i = 0; i < many; ++i)
    {
        const lock_status& lock = found[static_cast<std::size_t>(i)];
        BOOST_TEST(lock.name == "lock " + std::to_string(100 + i));
        BOOST_TEST(lock.state == (i % 3 == 0 ? lock_state::held : lock_state::free));
        BOOST_TEST(lock.holder.has_value() == (i % 3 == 0));
        BOOST_TEST(lock.has_lock_file);
    }
}

BOOST_AUTO_TEST_CASE(foreign_files_are_not_listed)
{
    make().lock();
    for (const char* const name : {".lock", "..lock", ".other", "other.lock", ".x.lock.tmp", "y"})
        write_file(directory / name, "");
    BOOST_TEST(listed().name == "myapp");
}

BOOST_AUTO_TEST_CASE(fresh_lock_file_is_listed_by_what_it_is_called)
{
    write_file(directory / ".fresh%20one%2f.lock", "");
    const lock_status found = listed();
    BOOST_TEST(found.name == "fresh one/");
    BOOST_TEST(found.state == lock_state::free);
    BOOST_TEST(found.has_lock_file);
}

BOOST_AUTO_TEST_CASE(what_cannot_be_read_is_listed_with_its_error_among_the_others)
{
    const living_process process(directory.path(), 1);
    make().lock();
    fs::copy_file(path, directory / ".a copy.lock");
    fs::create_directory(directory / ".b.lock");
    write_file(directory / ".c%.lock", "garbage");
    const std::vector<lock_status> found = list();
    BOOST_TEST(names_of(found) == (std::vector<std::string>{"a copy", "b", "c%", "myapp"}));
    BOOST_TEST(found[0].error == errc::name_mismatch);
    BOOST_TEST(found[1].error == errc::not_a_regular_file);
    BOOST_TEST(found[2].error == errc::corrupt_record);
    BOOST_TEST(!found[3].error);
    for (const lock_status& lock : found)
        BOOST_TEST((lock.state == lock_state::unknown) == static_cast<bool>(lock.error));
}

BOOST_AUTO_TEST_SUITE_END()
