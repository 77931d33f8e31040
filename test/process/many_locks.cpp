// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// Ten thousand locks of one process: each is a lock, and all they take is given back.

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <boost/json/value_to.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>

#include "executables.hpp"
#include "interrupted.hpp"
#include "lock_directory.hpp"
#include "peer.hpp"

using namespace test;

namespace {

/// In memory, where there is such a place: removing so many files takes a disk long.
std::unique_ptr<const lock_directory> quick_directory()
{
    const char* const elsewhere = std::getenv("TMPDIR");
    const std::string before = elsewhere != nullptr ? elsewhere : "";
    if (std::filesystem::is_directory("/dev/shm"))
        ::setenv("TMPDIR", "/dev/shm", 1);
    auto result = std::make_unique<const lock_directory>();
    elsewhere != nullptr ? ::setenv("TMPDIR", before.c_str(), 1) : ::unsetenv("TMPDIR");
    return result;
}

struct stage
{
    static constexpr int count = 10000;

    std::string ask(peer& p, const std::string& command, int first, int many)
    {
        const std::string path = command == "many" ? ' ' + directory->path() : "";
        return p.ask(command + ' ' + std::to_string(first) + ' ' + std::to_string(many) + path);
    }

    std::size_t heap_of(peer& p) { return std::stoul(p.ask("heap")); }

    /// How many locks of the process the program lists as held.
    int listed_as_held_by(peer& p)
    {
        peer shell;
        const std::string command = std::string("'") + tool_path() + "' --lock-dir '" +
                                    directory->path() + "' list --json";
        const auto listed = boost::json::parse(shell.ask("run " + command)).as_object();
        int held = 0;
        for (const auto& value : listed.at("locks").as_array())
        {
            const auto& lock = value.as_object();
            held += lock.at("held").as_bool() && lock.at("pid").to_number<int>() == p.pid();
        }
        return held;
    }

    const std::unique_ptr<const lock_directory> directory = quick_directory();
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(many_locks, stage)

BOOST_AUTO_TEST_CASE(ten_thousand_locks_of_one_process_take_a_bounded_number_of_descriptors)
{
    peer holder;
    BOOST_TEST(ask(holder, "many", 0, 200) == "200");
    const std::size_t before = descriptors_of(holder);
    BOOST_TEST(ask(holder, "many", 200, count - 200) == "9800");
    BOOST_TEST(descriptors_of(holder) <= before);
    peer other;
    BOOST_TEST(ask(other, "many", 0, count) == "0");
    BOOST_TEST(holder.ask("unlock 9999") == "ok");
    BOOST_TEST(other.ask("try 9999") == "yes");
    holder.quit();
    BOOST_TEST(other.ask("try 0") == "yes");
    other.quit();
    BOOST_TEST(directory->has_only_lock_files());
}

BOOST_AUTO_TEST_CASE(ten_thousand_locks_are_listed_as_held_and_leave_nothing_when_they_are_unlocked)
{
    peer holder;
    // The first ones take what stays.
    BOOST_TEST(ask(holder, "many", 0, count) == "10000");
    BOOST_TEST(ask(holder, "close_many", 0, count) == "ok");
    const std::size_t least_heap = heap_of(holder);
    const std::size_t least_descriptors = descriptors_of(holder);

    BOOST_TEST(ask(holder, "many", 0, count) == "10000");
    const std::size_t most_heap = heap_of(holder);
    BOOST_TEST(listed_as_held_by(holder) == count);
    BOOST_TEST(ask(holder, "unlock_many", 0, count / 2) == "ok");
    BOOST_TEST(listed_as_held_by(holder) == count / 2);
    BOOST_TEST(ask(holder, "close_many", 0, count) == "ok");
    BOOST_TEST(listed_as_held_by(holder) == 0);
    // What is freed by the other thread is freed soon.
    BOOST_TEST(eventually([&] { return descriptors_of(holder) <= least_descriptors; }));
    if (byte_step() == 1 && most_heap != 0)
    {
        BOOST_TEST(most_heap > least_heap + count * 100);
        BOOST_TEST(eventually([&] { return heap_of(holder) <= least_heap + count * 10; }));
    }
    holder.quit();
    BOOST_TEST(directory->names().size() == static_cast<std::size_t>(count));
    BOOST_TEST(directory->has_only_lock_files());
}

BOOST_AUTO_TEST_SUITE_END()
