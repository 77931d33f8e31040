// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// What is said of errors besides their messages.

#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <sys/stat.h>
#include <unistd.h>

#include "status_fixture.hpp"

using namespace status_fixture;
using socketlock::explain;
using socketlock::lock_error;

namespace {

bool contains(const std::string& text, const std::string& part)
{
    const bool found = text.find(part) != text.npos;
    BOOST_TEST(found, '"' << text << "\" does not say \"" << part << '"');
    return found;
}

std::string owner_and_mode(const std::string& path, const std::string& mode)
{
    struct ::stat status = {};
    BOOST_TEST(::lstat(path.c_str(), &status) == 0);
    return path + " belongs to UID " + std::to_string(status.st_uid) + " and GID " +
           std::to_string(status.st_gid) + " and has mode " + mode;
}

/// Runs `function()`, which returns a text, as a user without privileges.
template <class Function>
std::string text_for_nobody(Function function)
{
    other_process p([&](line& parent) {
        if (::geteuid() == 0 && ::setuid(65534) != 0)
            return 1;
        for (const char c : function())
            parent.say(c);
        return 0;
    });
    std::string result;
    while (const char c = p.hear())
        result += c;
    return result;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(explanations, with_queries)

BOOST_AUTO_TEST_CASE(errors_that_have_nothing_to_do_with_files_are_their_message)
{
    for (const errc value : {errc::held, errc::not_owner, errc::handshake_failed, errc::lost})
        BOOST_TEST(explain(value, "myapp", options()) == error_code(value).message());
    const error_code foreign = boost::asio::error::operation_aborted;
    BOOST_TEST(explain(foreign, "myapp", options()) == foreign.message());
    BOOST_TEST(
        explain(errc::invalid_name, "", options()) == error_code(errc::invalid_name).message()
    );
}

BOOST_AUTO_TEST_CASE(lock_file_that_is_in_the_way_is_told_with_its_owner_and_mode)
{
    make().lock();
    fs::permissions(directory.path(), fs::perms(0755));
    const std::string denied = error_code(errc::permission_denied).message();
    const auto expected = [&](const std::string& mode) {
        return denied + " (" + owner_and_mode(path, mode) + "; this process runs as UID ";
    };
    // A query needs less than a lock.
    for (const auto& [perms, mode] : {std::pair(0200, "0200"), std::pair(0444, "0444")})
    {
        fs::permissions(path, fs::perms(perms));
        const std::string text = text_for_nobody([&] {
            return explain(errc::permission_denied, "myapp", options());
        });
        contains(text, expected(mode));
        contains(text, "; the lock directory is named by lock_dir or --lock-dir)");
    }
    fs::permissions(path, fs::perms(0200));
    const std::string thrown = text_for_nobody([&] {
        try
        {
            socketlock::status("myapp", options());
        }
        catch (const lock_error& e)
        {
            return std::string(e.what());
        }
        return std::string();
    });
    contains(thrown, "myapp: " + expected("0200"));
    fs::permissions(directory.path(), fs::perms(0700));
}

BOOST_AUTO_TEST_CASE(directory_that_is_in_the_way_is_told)
{
    fs::create_directories(directory / "below/deeper");
    fs::permissions(directory / "below", fs::perms(0700));
    fs::permissions(directory.path(), fs::perms(0711));
    lock_options below = options();
    below.lock_dir = directory / "below/deeper";
    const auto explain_for_nobody = [&](const lock_options& where) {
        return text_for_nobody([&] { return explain(errc::permission_denied, "x", where); });
    };
    if (::geteuid() == 0)
        contains(explain_for_nobody(below), '(' + owner_and_mode(directory / "below", "0700"));
    fs::permissions(directory / "below", fs::perms(0555));
    fs::permissions(below.lock_dir, fs::perms(0555));
    contains(explain_for_nobody(below), '(' + owner_and_mode(below.lock_dir, "0555"));
    below.lock_dir = directory / "below/missing";
    contains(
        explain_for_nobody(below),
        '(' + below.lock_dir + " does not exist, and " + owner_and_mode(directory / "below", "0555")
    );
    fs::permissions(directory / "below", fs::perms(0700));
    fs::permissions(directory.path(), fs::perms(0700));
}

BOOST_AUTO_TEST_CASE(lock_that_is_refused_says_why)
{
    lock_options file = options();
    file.lock_dir = path;
    write_file(path, "");
    process_lock lock(context, "myapp", file);
    BOOST_CHECK_EXCEPTION(lock.try_lock(), lock_error, [&](const lock_error& e) {
        return e.code() == errc::not_a_directory &&
               contains(e.what(), "(the lock directory is named by lock_dir or --lock-dir)");
    });
    BOOST_CHECK_EXCEPTION(socketlock::list_locks(file), lock_error, [&](const lock_error& e) {
        return contains(e.what(), "(the lock directory is named by lock_dir or --lock-dir)");
    });
}

BOOST_AUTO_TEST_CASE(presence_that_is_in_the_way_is_told)
{
    fs::create_directory(directory / presence_fixture::presence_name(1));
    fs::permissions(directory / presence_fixture::presence_name(1), fs::perms(0700));
    write_record_of(1);
    contains(
        explain(errc::presence_unreadable, "myapp", options()),
        '(' + owner_and_mode(directory / presence_fixture::presence_name(1), "0700") + "; "
    );
}

BOOST_AUTO_TEST_SUITE_END()
