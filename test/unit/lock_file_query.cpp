// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#include <socketlock/detail/platform/guard.hpp>
#include <socketlock/detail/record/lock_file.hpp>
#include <socketlock/error.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <set>
#include <string>
#include <temporary_directory.hpp>

#include "other_process.hpp"
#include "printing.hpp"

namespace fs = std::filesystem;
using namespace socketlock::detail;
using socketlock::errc;
using socketlock::error_code;

namespace {

struct with_lock_file
{
    temporary_directory directory;
    std::string path = directory / ".myapp.lock";
    lock_file file{path, 0600};

    void put(std::uint64_t fencing_token)
    {
        error_code ec;
        transaction t(file);
        BOOST_TEST_REQUIRE(t.begin(ec));
        t.read("myapp", ec).fencing_token = fencing_token;
        BOOST_TEST_REQUIRE(!ec, ec.message());
        t.write(ec);
        BOOST_TEST_REQUIRE(!ec, ec.message());
    }

    error_code error_of_query() const
    {
        error_code ec;
        query_record(path, "myapp", ec);
        return ec;
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(lock_file_query, with_lock_file)

BOOST_AUTO_TEST_CASE(reads_the_record)
{
    put(7);
    error_code ec;
    BOOST_TEST(query_record(path, "myapp", ec).fencing_token == 7u);
    BOOST_TEST(!ec);
    query_record(path, "Myapp", ec);
    BOOST_TEST(ec == errc::name_mismatch);
}

BOOST_AUTO_TEST_CASE(creates_nothing_where_nothing_is)
{
    BOOST_TEST(error_of_query() == boost::system::errc::no_such_file_or_directory);
    error_code ec;
    file.query("myapp", ec);
    BOOST_TEST(ec == boost::system::errc::no_such_file_or_directory);
    BOOST_TEST(directory.names().empty());
    query_record(directory / "missing/.myapp.lock", "myapp", ec);
    BOOST_TEST(ec == boost::system::errc::no_such_file_or_directory);
    BOOST_TEST(directory.names().empty());
}

BOOST_AUTO_TEST_CASE(changes_nothing_whatever_it_finds)
{
    const auto long_ago = fs::file_time_type::clock::now() - std::chrono::hours(1);
    for (const char* const contents : {"", "[]", "garbage", R"({"port":1,"pid":2,"timestamp":3})"})
    {
        write_file(path, contents);
        fs::last_write_time(path, long_ago);
        error_of_query();
        BOOST_TEST(contents_of(path) == contents);
        BOOST_TEST((fs::last_write_time(path) == long_ago));
        BOOST_TEST((directory.names() == std::set<std::string>{".myapp.lock"}));
    }
}

BOOST_AUTO_TEST_CASE(works_for_whoever_may_only_read)
{
    put(7);
    fs::permissions(path, fs::perms(0444));
    fs::permissions(directory.path(), fs::perms(0555));
    const auto token_for_nobody = [&] {
        return as_nobody([&] {
            error_code ec;
            const record r = query_record(path, "myapp", ec);
            return ec ? 1 : static_cast<int>(r.fencing_token);
        });
    };
    BOOST_TEST(token_for_nobody() == 7);
    // By the sharable guard, which others may have as well.
    error_code ec;
    const socketlock::detail::file shared = open_file(path, file_access::read, ec);
    BOOST_TEST(try_guard(shared, guard_mode::sharable, ec));
    BOOST_TEST(token_for_nobody() == 7);
    release_guard(shared);
    fs::permissions(directory.path(), fs::perms(0700));
}

BOOST_AUTO_TEST_CASE(tells_whoever_may_not_read_that_permission_is_denied)
{
    put(7);
    fs::permissions(directory.path(), fs::perms(0555));
    fs::permissions(path, fs::perms(0000));
    const int denied = as_nobody([&] { return error_of_query() == errc::permission_denied; });
    BOOST_TEST(denied == 1);
    const int write_denied = as_nobody([&] {
        lock_file other(path, 0600);
        error_code ec;
        transaction t(other);
        return !t.begin(ec) && ec == errc::permission_denied;
    });
    BOOST_TEST(write_denied == 1);
    fs::permissions(directory.path(), fs::perms(0700));
}

BOOST_AUTO_TEST_CASE(is_kept_out_by_a_transaction)
{
    put(7);
    {
        error_code ec;
        transaction t(file);
        BOOST_TEST_REQUIRE(t.begin(ec));
        other_process p([&](line&) {
            return error_of_query() == boost::system::errc::resource_unavailable_try_again;
        });
        BOOST_TEST(p.wait() == 1);
    }
    BOOST_TEST(!error_of_query());
}

BOOST_AUTO_TEST_CASE(gives_its_guard_back)
{
    put(7);
    error_code ec;
    BOOST_TEST(file.query("myapp", ec).fencing_token == 7u);
    lock_file same(path, 0600);
    transaction t(same);
    BOOST_TEST(t.begin(ec));
}

BOOST_AUTO_TEST_CASE(reads_the_file_that_has_the_name_now)
{
    put(7);
    fs::rename(path, directory / "moved");
    error_code ec;
    file.query("myapp", ec);
    BOOST_TEST(ec == boost::system::errc::no_such_file_or_directory);
    write_file(path, "");
    BOOST_TEST(file.query("myapp", ec).fencing_token == 0u);
    BOOST_TEST(!ec);
}

BOOST_AUTO_TEST_CASE(leaves_no_descriptor_behind)
{
    put(7);
    error_code ec;
    const std::size_t before = files_open_in_this_process().size();
    for (int i = 0; i < 10; ++i)
    {
        BOOST_TEST(!error_of_query());
        query_record(directory.path(), "myapp", ec);
        BOOST_TEST(ec == errc::not_a_regular_file);
        file.query("myapp", ec);
    }
    BOOST_TEST(files_open_in_this_process().size() == before);
    file.close();
    BOOST_TEST(files_open_in_this_process().size() == before - 1);
}

BOOST_AUTO_TEST_SUITE_END()
