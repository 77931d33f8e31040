// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <filesystem>
#include <string>
#include <thread>
#include <unistd.h>
#include <vector>

#include "status_fixture.hpp"

using namespace status_fixture;

BOOST_FIXTURE_TEST_SUITE(lock_queries, with_queries)

BOOST_AUTO_TEST_CASE(lock_that_nobody_has_used_is_free_and_has_no_file)
{
    const lock_status found = ask();
    BOOST_TEST(found.state == lock_state::free);
    BOOST_TEST(!found.has_lock_file);
    BOOST_TEST(!found.holder.has_value());
    BOOST_TEST(found.name == "myapp");
    BOOST_TEST(found.path == path);
    BOOST_TEST(list().empty());
    BOOST_TEST(directory.names().empty());
}

BOOST_AUTO_TEST_CASE(directory_that_is_missing_has_no_locks_and_is_not_created)
{
    lock_options missing;
    missing.lock_dir = directory / "missing/too";
    const lock_status found = socketlock::status("myapp", missing);
    BOOST_TEST(found.state == lock_state::free);
    BOOST_TEST(!found.has_lock_file);
    BOOST_TEST(found.path == missing.lock_dir + "/.myapp.lock");
    BOOST_TEST(socketlock::list_locks(missing).empty());
    BOOST_TEST(directory.names().empty());
}

BOOST_AUTO_TEST_CASE(holder_in_another_process_is_told_unverified)
{
    const living_process process(directory.path(), 1);
    write_record_of(1);
    for (const lock_status& found : {ask(), listed()})
    {
        BOOST_TEST(found.state == lock_state::held);
        BOOST_TEST(found.has_lock_file);
        BOOST_TEST(found.name == "myapp");
        BOOST_TEST(found.path == path);
        BOOST_REQUIRE(found.holder.has_value());
        BOOST_TEST(found.holder->name == "myapp");
        BOOST_TEST(found.holder->pid == 4711);
        BOOST_TEST(found.holder->port == 40123);
        BOOST_TEST(found.holder->fencing_token == 7u);
        BOOST_TEST(socketlock::to_iso8601(found.holder->since) == "2026-11-23T10:00:00Z");
        BOOST_TEST(found.holder->host == "host");
        BOOST_TEST(found.holder->executable == "/usr/bin/program");
        BOOST_TEST(!found.holder->verified);
    }
}

BOOST_AUTO_TEST_CASE(dead_holder_is_nobody)
{
    {
        living_process process(directory.path(), 1);
        write_record_of(1);
        BOOST_TEST(ask().state == lock_state::held);
        process.process().kill();
    }
    for (const lock_status& found : {ask(), listed()})
    {
        BOOST_TEST(found.state == lock_state::free);
        BOOST_TEST(found.has_lock_file);
        BOOST_TEST(!found.holder.has_value());
    }
}

BOOST_AUTO_TEST_CASE(holder_that_cannot_be_tested_holds)
{
    fs::create_directory(directory / presence_fixture::presence_name(1));
    write_record_of(1);
    for (const lock_status& found : {ask(), listed()})
    {
        BOOST_TEST(found.state == lock_state::held);
        BOOST_TEST(!found.error);
        BOOST_REQUIRE(found.holder.has_value());
        BOOST_TEST(found.holder->pid == 4711);
        BOOST_TEST(found.holder->host.empty());
    }
}

BOOST_AUTO_TEST_CASE(holder_of_version_1_is_told)
{
    write_file(path, R"({"port":40123,"pid":4711,"timestamp":1795428000,"name":"myapp"})");
    for (const lock_status& found : {ask(), listed()})
    {
        BOOST_TEST(found.state == lock_state::held);
        BOOST_REQUIRE(found.holder.has_value());
        BOOST_TEST(to_string(*found.holder) == "PID 4711 on port 40123 since 2026-11-23T10:00:00Z");
    }
}

// Where locks belong to the process, any file that it closes could cost it one.
BOOST_AUTO_TEST_CASE(process_may_ask_about_its_own_lock_and_keeps_it)
{
    process_lock lock = make();
    lock.lock();
    for (int i = 0; i < 10; ++i)
    {
        for (const lock_status& found : {ask(), listed()})
        {
            BOOST_TEST(found.state == lock_state::held);
            BOOST_REQUIRE(found.holder.has_value());
            BOOST_TEST(found.holder->pid == ::getpid());
            BOOST_TEST(found.holder->fencing_token == lock.fencing_token());
            BOOST_TEST(!found.holder->host.empty());
            BOOST_TEST(!found.holder->verified);
        }
    }
    BOOST_TEST(found_elsewhere() == lock_state::held);
    lock.unlock();
    BOOST_TEST(ask().state == lock_state::free);
    BOOST_TEST(found_elsewhere() == lock_state::free);
}

BOOST_AUTO_TEST_CASE(own_presence_is_not_opened_whatever_the_record_says)
{
    process_lock lock = make();
    lock.lock();
    change_record([](socketlock::detail::record& r) { r.holder->pid = 1; });
    BOOST_TEST(ask().state == lock_state::held);
    BOOST_TEST(listed().state == lock_state::held);
    BOOST_TEST(found_elsewhere() == lock_state::held);
}

BOOST_AUTO_TEST_CASE(asking_neither_disturbs_nor_minds_who_locks_and_unlocks_meanwhile)
{
    make().lock();
    std::atomic<bool> is_over{false};
    std::atomic<int> failures{0};
    std::thread asker([&] {
        while (!is_over)
        {
            error_code ec;
            socketlock::status("myapp", options(), ec);
            failures += ec ? 1 : 0;
            for (const lock_status& found : socketlock::list_locks(options(), ec))
                failures += found.error ? 1 : 0;
        }
    });
    process_lock lock = make();
    error_code ec;
    for (int i = 0; i < 500 && !ec; ++i)
    {
        lock.lock(ec);
        if (!ec)
            lock.unlock(ec);
    }
    is_over = true;
    asker.join();
    BOOST_TEST(!ec, ec.message());
    BOOST_TEST(failures == 0);
    BOOST_TEST(ask().state == lock_state::free);
}

BOOST_AUTO_TEST_CASE(child_of_a_fork_asks_about_its_parents_lock)
{
    process_lock lock = make();
    lock.lock();
    other_process child([&](line& parent) {
        parent.say(ask().state == lock_state::held ? 'H' : 'F');
        parent.hear();
        return ask().state == lock_state::free && !ask().holder ? 0 : 1;
    });
    BOOST_TEST(child.hear() == 'H');
    BOOST_TEST(ask().state == lock_state::held);
    lock.unlock();
    child.say('u');
    BOOST_TEST(child.wait() == 0);
}

BOOST_AUTO_TEST_CASE(child_of_a_fork_sees_that_its_parent_has_died)
{
    other_process first([&](line& test) {
        process_lock lock = make();
        lock.lock();
        other_process second([&](line& parent) {
            test.say(ask().state == lock_state::held ? 'H' : 'F');
            // Nothing more is said than that it is dead.
            parent.hear();
            test.say(soon([&] { return ask().state == lock_state::free; }) ? 'F' : 'H');
            return 0;
        });
        return second.wait();
    });
    BOOST_TEST(first.hear() == 'H');
    first.kill();
    BOOST_TEST(first.hear() == 'F');
}

BOOST_AUTO_TEST_CASE(record_that_makes_no_sense_leaves_the_state_unknown)
{
    struct
    {
        const char* text;
        errc expected;
    } const records[] = {
        {"garbage",                                                 errc::corrupt_record},
        {R"({"port":"garbage"})",                                   errc::corrupt_record},
        {R"({"port":1,"name":"myapp","socketlock":{"version":3}})", errc::newer_record  },
        {R"({"port":0,"pid":0,"timestamp":0,"name":"MyApp"})",      errc::name_mismatch },
    };
    // Of this process or another, whose presence it is: it might be that of the holder.
    const living_process process(directory.path(), 1);
    for (const auto& r : records)
    {
        BOOST_TEST_CONTEXT(r.text)
        {
            write_file(path, r.text);
            for (const lock_status& found : {ask(), listed()})
            {
                BOOST_TEST(found.error == r.expected);
                BOOST_TEST(found.state == lock_state::unknown);
                BOOST_TEST(!found.holder.has_value());
                BOOST_TEST(found.name == "myapp");
                BOOST_TEST(found.path == path);
            }
        }
    }
}

// Whoever tries to lock it finds the same and takes it.
BOOST_AUTO_TEST_CASE(record_that_cannot_be_read_is_free_when_nobody_lives_who_could_hold_it)
{
    for (const std::string& text :
         {std::string("garbage"), std::string(R"({"port":"garbage"})"), std::string(5000, 'x')})
    {
        presence_fixture::leave_dead(directory.path(), 1);
        write_file(path, text);
        write_file(directory / ".other.lock", text);
        const auto before = snapshot();
        for (const lock_status& found : {ask(), list()[0]})
        {
            BOOST_TEST(found.state == lock_state::free);
            BOOST_TEST(!found.error);
            BOOST_TEST(found.has_lock_file);
            BOOST_TEST(!found.holder.has_value());
            BOOST_TEST(found.name == "myapp");
            BOOST_TEST(found.path == path);
        }
        BOOST_TEST(list().size() == 2u);
        BOOST_TEST(list()[1].name == "other");
        BOOST_TEST(!make().holder());
        BOOST_TEST((snapshot() == before));
        {
            process_lock lock = make();
            BOOST_TEST(lock.try_lock());
            // Of the other lock this process could be the holder, as far as others can tell. It
            // itself knows that it holds something.
            BOOST_TEST(ask("other").error == errc::corrupt_record);
            BOOST_CHECK_EXCEPTION(
                make("other").holder(),
                socketlock::lock_error,
                [](const auto& e) { return e.code() == errc::corrupt_record; }
            );
            BOOST_TEST(found_elsewhere() == lock_state::held);
            lock.unlock();
            // Now it knows that it does not.
            BOOST_TEST(!make("other").holder());
        }
        BOOST_TEST(soon([&] { return ask("other").state == lock_state::free; }));
    }
}

BOOST_AUTO_TEST_CASE(throwing_forms_say_what_it_is_about)
{
    const living_process process(directory.path(), 1);
    write_file(path, "garbage");
    BOOST_CHECK_EXCEPTION(
        socketlock::status("myapp", options()),
        socketlock::lock_error,
        [](const auto& e) { return e.code() == errc::corrupt_record && e.name() == "myapp"; }
    );
    lock_options file;
    file.lock_dir = path;
    BOOST_CHECK_EXCEPTION(socketlock::list_locks(file), socketlock::lock_error, [&](const auto& e) {
        return e.code() == errc::not_a_directory && e.name() == path;
    });
    BOOST_CHECK_EXCEPTION(
        socketlock::status("myapp", file),
        socketlock::lock_error,
        [](const auto& e) { return e.code() == errc::not_a_directory; }
    );
}

BOOST_AUTO_TEST_CASE(name_that_is_not_valid_has_no_path)
{
    for (const std::string& name : {std::string(), std::string(201, 'n'), std::string("\xff")})
    {
        const lock_status found = ask(name);
        BOOST_TEST(found.error == errc::invalid_name);
        BOOST_TEST(found.state == lock_state::unknown);
        BOOST_TEST(found.name == name);
        BOOST_TEST(found.path.empty());
    }
}

BOOST_AUTO_TEST_CASE(file_that_may_not_be_read_leaves_the_state_unknown)
{
    make().lock();
    fs::permissions(path, fs::perms::none);
    fs::permissions(directory.path(), fs::perms(0755));
    const int is_as_expected = as_nobody([&] {
        const std::vector<lock_status> found{ask(), listed()};
        bool result = true;
        for (const lock_status& s : found)
            result = result && s.error == errc::permission_denied && s.name == "myapp" &&
                     s.state == lock_state::unknown && !s.has_lock_file && !s.holder;
        return result;
    });
    BOOST_TEST(is_as_expected == 1);
    fs::permissions(directory.path(), fs::perms::owner_write | fs::perms::owner_exec);
    const int is_refused = as_nobody([&] {
        error_code ec;
        return socketlock::list_locks(options(), ec).empty() && ec == errc::permission_denied;
    });
    BOOST_TEST(is_refused == 1);
    fs::permissions(directory.path(), fs::perms(0700));
}

BOOST_AUTO_TEST_CASE(asking_creates_and_changes_nothing)
{
    const living_process process(directory.path(), 1);
    write_record_of(1);
    presence_fixture::leave_dead(directory.path(), 2);
    write_file(directory / ".garbage.lock", "garbage");
    write_file(directory / ".fresh.lock", "");
    const auto before = snapshot();
    for (const char* const name : {"myapp", "garbage", "fresh", "missing"})
        ask(name);
    BOOST_TEST(list().size() == 3u);
    BOOST_TEST((snapshot() == before));
}

BOOST_AUTO_TEST_CASE(asking_leaves_no_descriptor_behind)
{
    const living_process process(directory.path(), 1);
    write_record_of(1);
    fs::create_directory(directory / ".directory.lock");
    using socketlock::detail::files_open_in_this_process;
    const std::size_t before = files_open_in_this_process().size();
    for (int i = 0; i < 10; ++i)
    {
        BOOST_TEST(ask().state == lock_state::held);
        BOOST_TEST(ask("directory").error == errc::not_a_regular_file);
        BOOST_TEST(list().size() == 2u);
    }
    BOOST_TEST(files_open_in_this_process().size() == before);
}

BOOST_AUTO_TEST_SUITE_END()
