// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#include <socketlock/detail/process/file_maintenance.hpp>
#include <socketlock/detail/process/runtime.hpp>
#include <socketlock/detail/queue/lock_entry.hpp>
#include <socketlock/detail/record/lock_address.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <filesystem>
#include <future>
#include <memory>

#include "lock_fixture.hpp"

namespace fs = std::filesystem;
using namespace lock_fixture;
using namespace socketlock::detail;

BOOST_FIXTURE_TEST_SUITE(file_care, with_locks)

// Programs that clean temporary directories go by the age of what is there.
BOOST_AUTO_TEST_CASE(files_in_use_do_not_look_old)
{
    process_lock held = make("held");
    process_lock free = make("free");
    held.lock();
    free.lock();
    free.unlock();

    error_code ec;
    const auto users = runtime::get(ec);
    BOOST_TEST_REQUIRE(!ec, ec.message());
    const auto entry = users->entry(std::make_shared<lock_address>("held", options()), ec);
    BOOST_TEST_REQUIRE(!ec, ec.message());
    const auto in = users->find_directory(entry->directory().presence_id);
    BOOST_REQUIRE(in);
    const fs::path presence = fs::path(directory.path()) / in->presence_name;

    const auto long_ago = fs::file_time_type::clock::now() - std::chrono::hours(24 * 20);
    for (const fs::path& file : {presence, fs::path(held.path()), fs::path(free.path())})
        fs::last_write_time(file, long_ago);
    std::promise<void> done;
    users->thread().post([&] {
        const auto taking_care = std::make_shared<file_maintenance>(
            users->thread().context(),
            users->known()
        );
        taking_care->add(in);
        taking_care->touch_all();
        done.set_value();
    });
    done.get_future().wait();

    const auto lately = fs::file_time_type::clock::now() - std::chrono::minutes(5);
    BOOST_TEST((fs::last_write_time(presence) > lately));
    BOOST_TEST((fs::last_write_time(held.path()) > lately));
    // The times of others tell when a lock was held last.
    BOOST_TEST((fs::last_write_time(free.path()) == long_ago));
}

BOOST_AUTO_TEST_CASE(directory_whose_parent_was_renamed_is_put_back)
{
    socketlock::lock_options below = options();
    below.lock_dir = directory / "parent/locks";
    process_lock held(context, "held", below);
    held.lock();
    error_code ec;
    const auto users = runtime::get(ec);
    BOOST_TEST_REQUIRE(!ec, ec.message());
    const auto entry = users->entry(std::make_shared<lock_address>("held", below), ec);
    BOOST_TEST_REQUIRE(!ec, ec.message());
    const auto in = users->find_directory(entry->directory().presence_id);
    BOOST_REQUIRE(in);

    std::promise<void> done;
    users->thread().post([&] {
        const auto taking_care = std::make_shared<file_maintenance>(
            users->thread().context(),
            users->known()
        );
        taking_care->add(in);
        fs::rename(directory / "parent", directory / "elsewhere");
        taking_care->touch_all();
        done.set_value();
    });
    done.get_future().wait();
    BOOST_TEST(fs::exists(fs::path(below.lock_dir) / in->presence_name));
    const auto holder = process_lock(context, "held", below).holder();
    BOOST_TEST_REQUIRE(holder.has_value());
    BOOST_TEST(holder->verified);
    BOOST_TEST(holder->fencing_token == held.fencing_token());
}

BOOST_AUTO_TEST_SUITE_END()
