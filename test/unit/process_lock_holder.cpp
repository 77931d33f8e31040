// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#include <socketlock/detail/record/lock_file.hpp>

#include <boost/asio/ip/tcp.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <unistd.h>

#include "lock_fixture.hpp"
#include "presence_fixture.hpp"

namespace fs = std::filesystem;
using namespace lock_fixture;
using presence_fixture::living_process;
using socketlock::holder_info;
using std::chrono::system_clock;

namespace {

struct with_lock_path : with_locks
{
    const std::string path = directory / ".myapp.lock";

    /// Writes a record that names the process with a numbered presence as the holder.
    void write_record_of(std::uint32_t presence_number, double timestamp = 1795428000)
    {
        using namespace socketlock::detail;
        lock_file file(path, 0600);
        transaction t(file);
        error_code ec;
        BOOST_TEST_REQUIRE(soon([&] { return t.begin(ec) || ec; }));
        record& r = t.read("myapp", ec);
        BOOST_TEST_REQUIRE(!ec, ec.message());
        r.port = 40123;
        r.timestamp = timestamp;
        r.fencing_token = 7;
        r.holder = presence_fixture::numbered_claim(presence_number);
        t.write(ec);
        BOOST_TEST_REQUIRE(!ec, ec.message());
    }

    error_code error_of_try()
    {
        error_code ec;
        BOOST_TEST(!make().try_lock(ec));
        return ec;
    }

    error_code error_of_holder()
    {
        error_code ec;
        BOOST_TEST(!make().holder(ec).has_value());
        return ec;
    }
};

}  // namespace

// Who holds a lock, and what becomes of records that another program has written.
BOOST_FIXTURE_TEST_SUITE(lock_holder, with_lock_path)

BOOST_AUTO_TEST_CASE(nobody_holds_what_nobody_has_locked_and_asking_creates_nothing)
{
    BOOST_TEST(!make().holder().has_value());
    BOOST_TEST(directory.names().empty());
    socketlock::lock_options options;
    options.lock_dir = directory / "missing";
    BOOST_TEST(!process_lock(context, "myapp", options).holder().has_value());
    BOOST_TEST(directory.names().empty());
}

BOOST_AUTO_TEST_CASE(holder_is_told_and_verified)
{
    process_lock lock = make();
    const auto before = system_clock::now() - std::chrono::microseconds(1);
    lock.lock();
    process_lock other = make();
    for (process_lock* const asker : {&lock, &other})
    {
        const std::optional<holder_info> holder = asker->holder();
        BOOST_REQUIRE(holder.has_value());
        BOOST_TEST(holder->name == "myapp");
        BOOST_TEST(holder->pid == ::getpid());
        BOOST_TEST(holder->port == lock.port());
        BOOST_TEST(holder->fencing_token == lock.fencing_token());
        BOOST_TEST((holder->since >= before && holder->since <= system_clock::now()));
        BOOST_TEST(!holder->host.empty());
        BOOST_TEST(holder->executable == fs::read_symlink("/proc/self/exe").string());
        BOOST_TEST(holder->verified);
    }
    lock.unlock();
    BOOST_TEST(!lock.holder().has_value());
}

BOOST_AUTO_TEST_CASE(asking_changes_nothing)
{
    process_lock lock = make();
    lock.lock();
    const std::string before = contents_of(path);
    process_lock other = make();
    for (int i = 0; i < 10; ++i)
        BOOST_TEST(other.holder().has_value());
    BOOST_TEST(contents_of(path) == before);
    BOOST_TEST(lock.owns_lock());
    BOOST_TEST(!other.owns_lock());
}

BOOST_AUTO_TEST_CASE(holder_that_does_not_answer_is_told_but_not_verified)
{
    const living_process process(directory.path(), 1);
    write_record_of(1);
    const auto holder = make().holder();
    BOOST_REQUIRE(holder.has_value());
    BOOST_TEST(holder->pid == 4711);
    BOOST_TEST(holder->port == 40123);
    BOOST_TEST(holder->host == "host");
    BOOST_TEST(holder->executable == "/usr/bin/program");
    BOOST_TEST(socketlock::to_iso8601(holder->since) == "2026-11-23T10:00:00Z");
    BOOST_TEST(!holder->verified);
    // Nor does that free the lock.
    process_lock lock = make();
    BOOST_TEST(!lock.try_lock());
    BOOST_TEST(lock.blocker()->pid == 4711);
}

BOOST_AUTO_TEST_CASE(dead_holder_is_nobody_and_is_replaced)
{
    presence_fixture::leave_dead(directory.path(), 1);
    write_record_of(1);
    BOOST_TEST(!make().holder().has_value());
    process_lock lock = make();
    BOOST_TEST(lock.try_lock());
    BOOST_TEST(lock.fencing_token() > 7u);
    // The old holder's presence is not needed any more.
    BOOST_TEST(directory.names().count(presence_fixture::presence_name(1)) == 0u);
    BOOST_TEST(directory.names().size() == 2u);
}

BOOST_AUTO_TEST_CASE(holder_without_a_presence_is_dead)
{
    write_record_of(1);
    BOOST_TEST(!make().holder().has_value());
    BOOST_TEST(make().try_lock());
}

BOOST_AUTO_TEST_CASE(holder_that_cannot_be_tested_is_not_robbed)
{
    fs::create_directory(directory / presence_fixture::presence_name(1));
    write_record_of(1);
    const std::string before = contents_of(path);
    BOOST_TEST(error_of_try() == errc::not_a_regular_file);
    const auto holder = make().holder();
    BOOST_REQUIRE(holder.has_value());
    BOOST_TEST(!holder->verified);
    BOOST_TEST(contents_of(path) == before);
}

BOOST_AUTO_TEST_CASE(unreadable_record_is_healed_where_nobody_lives)
{
    for (const std::string& damaged :
         {std::string("[]"),
          std::string("garbage"),
          std::string("{\"port\":1"),
          std::string(1 << 20, '\xff')})
    {
        presence_fixture::leave_dead(directory.path(), 1);
        write_file(path, damaged);
        BOOST_TEST(!make().holder());
        BOOST_TEST((contents_of(path) == damaged));
        process_lock lock = make();
        error_code ec;
        BOOST_TEST(lock.try_lock(ec));
        BOOST_TEST(!ec, ec.message());
        BOOST_TEST(make().holder().has_value());
    }
}

BOOST_AUTO_TEST_CASE(unreadable_record_is_refused_where_somebody_lives)
{
    const living_process process(directory.path(), 1);
    write_file(path, "garbage");
    BOOST_TEST(error_of_try() == errc::corrupt_record);
    BOOST_TEST(error_of_holder() == errc::corrupt_record);
    BOOST_TEST(contents_of(path) == "garbage");
}

BOOST_AUTO_TEST_CASE(newer_record_and_record_of_another_name_are_refused_and_left)
{
    const std::string newer = R"({"port":1,"name":"myapp","socketlock":{"version":3}})";
    write_file(path, newer);
    BOOST_TEST(error_of_try() == errc::newer_record);
    BOOST_TEST(error_of_holder() == errc::newer_record);
    BOOST_TEST(contents_of(path) == newer);

    const std::string other = R"({"port":0,"pid":0,"timestamp":0,"name":"MyApp"})";
    write_file(path, other);
    BOOST_TEST(error_of_try() == errc::name_mismatch);
    BOOST_TEST(error_of_holder() == errc::name_mismatch);
    BOOST_TEST(contents_of(path) == other);
}

BOOST_AUTO_TEST_CASE(silent_holder_of_version_1_is_not_robbed_by_waiting)
{
    namespace ip = asio::ip;
    const ip::tcp::acceptor silent(context, {ip::address_v4::loopback(), 0});
    const auto now = system_clock::to_time_t(system_clock::now());
    const std::string text = R"({"port":)" + std::to_string(silent.local_endpoint().port()) +
                             R"(,"pid":)" + std::to_string(::getppid()) + R"(,"timestamp":)" +
                             std::to_string(now) + R"(,"name":"myapp"})";
    write_file(path, text);
    process_lock lock = make();
    error_code ec;
    BOOST_TEST(!lock.try_lock_for(std::chrono::milliseconds(5), ec));
    BOOST_TEST(!ec, ec.message());
    BOOST_TEST(!lock.try_lock());
    BOOST_TEST(lock.blocker()->pid == ::getppid());
    BOOST_TEST(contents_of(path) == text);
}

BOOST_AUTO_TEST_CASE(nonsensical_time_of_a_record_does_no_harm)
{
    const living_process process(directory.path(), 1);
    for (const double time : {1e300, -1e300, 9e18, -9e18, 1e10, -1.0})
    {
        BOOST_TEST_CONTEXT(time)
        {
            write_record_of(1, time);
            const auto holder = make().holder();
            BOOST_REQUIRE(holder.has_value());
            BOOST_TEST((holder->since < system_clock::time_point()) == (time < 0));
            BOOST_TEST(to_string(*holder).size() < 100u);
        }
    }
}

BOOST_AUTO_TEST_CASE(error_leaves_the_object_as_it_was)
{
    write_file(directory / "file", "");
    socketlock::lock_options options;
    options.lock_dir = directory / "file";
    process_lock lock(context, "myapp", options);
    error_code ec;
    for (int i = 0; i < 2; ++i)
    {
        BOOST_TEST(!lock.try_lock(ec));
        BOOST_TEST(ec == errc::not_a_directory);
        lock.lock(ec);
        BOOST_TEST(ec == errc::not_a_directory);
    }
    BOOST_TEST(!lock.owns_lock());
    BOOST_TEST(contents_of(options.lock_dir).empty());
    fs::remove(options.lock_dir);
    BOOST_TEST(lock.try_lock());
}

// Though the file still has its name, somebody wrote another holder into it.
BOOST_AUTO_TEST_CASE(unlocking_what_somebody_took_away_is_lost_and_changes_nothing)
{
    process_lock lock = make();
    lock.lock();
    write_record_of(1);
    const std::string before = contents_of(path);
    error_code ec;
    lock.unlock(ec);
    BOOST_TEST(ec == errc::lost);
    BOOST_TEST(contents_of(path) == before);
    BOOST_TEST(!lock.owns_lock());
    lock.unlock(ec);
    BOOST_TEST(ec == errc::not_owner);
}

BOOST_AUTO_TEST_CASE(removed_lock_file_is_put_back_while_the_lock_is_held)
{
    process_lock lock = make();
    lock.lock();
    const auto token = lock.fencing_token();
    for (const std::string& gone : directory.names())
    {
        fs::remove(directory / gone);
        BOOST_TEST(soon([&] { return directory.names().size() == 2u; }));
        BOOST_TEST(!make().try_lock());
    }
    BOOST_TEST(lock.owns_lock());
    BOOST_TEST(lock.fencing_token() == token);
    BOOST_TEST(make().holder()->fencing_token == token);
    error_code ec;
    lock.unlock(ec);
    BOOST_TEST(!ec, ec.message());
}

BOOST_AUTO_TEST_SUITE_END()
