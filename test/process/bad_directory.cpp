// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// Lock directories that are missing, are no directories, or must not be trusted.

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <string>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

#include "lock_directory.hpp"
#include "peer.hpp"

using namespace test;
using socketlock::errc;
namespace fs = std::filesystem;

namespace {

constexpr int nobody = 65534;

struct directory_fixture
{
    /// What a process gets that uses a lock in `path`, or in the default directory (empty path).
    /// None of it may cost a descriptor.
    void expect_refusal(peer& p, const std::string& path, errc why)
    {
        const std::string before = p.ask("descriptors");
        BOOST_TEST(p.ask("open 1 x " + path) == "ok");
        BOOST_TEST(p.ask("try 1") == failure(why));
        BOOST_TEST(p.ask("lock 1") == failure(why));
        BOOST_TEST(p.ask("lock_for 1 100") == failure(why));
        BOOST_TEST(p.ask("unlock 1") == failure(errc::not_owner));
        BOOST_TEST(p.ask("close 1") == "ok");
        BOOST_TEST(eventually([&] { return has_no_more_than(p, before); }));
    }

    void expect_lock(peer& p, const std::string& path = {})
    {
        BOOST_TEST(p.ask("open 1 x " + path) == "ok");
        BOOST_TEST(p.ask("try 1") == "yes");
        BOOST_TEST(p.ask("unlock 1") == "ok");
        BOOST_TEST(p.ask("close 1") == "ok");
    }

    /// A process whose default directory is `base`/socketlock.
    peer with_runtime_directory()
    {
        peer p({"env", "--unset=SOCKETLOCK_DIR", "XDG_RUNTIME_DIR=" + base.path()});
        return p;
    }

    lock_directory base;
};

boost::test_tools::assertion_result runs_as_root(boost::unit_test::test_unit_id)
{
    boost::test_tools::assertion_result result(::geteuid() == 0);
    result.message() << "only root can become somebody else";
    return result;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(bad_directory, directory_fixture)

BOOST_AUTO_TEST_CASE(a_missing_directory_is_made_with_its_parents)
{
    peer p;
    expect_lock(p, base / "a/b/c");
    for (const char* const made : {"a", "a/b", "a/b/c"})
        BOOST_TEST(permissions(base / made) == 0700u);
}

BOOST_AUTO_TEST_CASE(a_relative_path_is_taken_from_where_the_program_was)
{
    peer p({"env", "--chdir=" + base.path()});
    expect_lock(p, "relative");
    BOOST_TEST(fs::exists(base / "relative/.x.lock"));
}

BOOST_AUTO_TEST_CASE(a_directory_that_is_a_file_is_refused)
{
    write_file(base / "file", "contents");
    peer p;
    expect_refusal(p, base / "file", errc::not_a_directory);
    expect_refusal(p, base / "file/below", errc::not_a_directory);
    BOOST_TEST(contents_of(base / "file") == "contents");
    ::mkfifo((base / "fifo").c_str(), 0600);
    expect_refusal(p, base / "fifo", errc::not_a_directory);
}

BOOST_AUTO_TEST_CASE(a_symbolic_link_is_the_users_choice_if_it_leads_to_a_directory)
{
    fs::create_directory(base / "real");
    fs::create_symlink(base / "real", base / "link");
    fs::create_symlink(base / "nowhere", base / "dangling");
    fs::create_symlink(base / "loop", base / "loop");
    peer p;
    expect_lock(p, base / "link");
    BOOST_TEST(fs::exists(base / "real/.x.lock"));
    expect_refusal(p, base / "dangling", errc::directory_missing);
    BOOST_TEST(!fs::exists(base / "nowhere"));
    expect_refusal(p, base / "loop", errc::not_a_directory);
}

BOOST_AUTO_TEST_CASE(a_path_that_is_too_long_is_refused)
{
    peer p;
    expect_refusal(p, base / std::string(300, 'x'), errc::directory_missing);
    expect_refusal(p, '/' + std::string(5000, 'x'), errc::directory_missing);
    BOOST_TEST(base.names().empty());
}

BOOST_AUTO_TEST_CASE(a_directory_that_is_removed_after_use_is_made_anew)
{
    peer p;
    peer other;
    BOOST_TEST(p.ask("open 1 x " + base / "d") == "ok");
    BOOST_TEST(other.ask("open 1 x " + base / "d") == "ok");
    for (int i = 0; i < 3; ++i)
    {
        BOOST_TEST(p.ask("try 1") == "yes");
        BOOST_TEST(other.ask("try 1") == "no");
        BOOST_TEST(p.ask("unlock 1") == "ok");
        // In one step, since its users put back what is removed.
        fs::rename(base / "d", base / ("removed" + std::to_string(i)));
    }
    BOOST_TEST(other.ask("try 1") == "yes");
    BOOST_TEST(p.ask("try 1") == "no");
}

BOOST_AUTO_TEST_CASE(the_default_directory_is_ours_alone)
{
    peer p = with_runtime_directory();
    expect_lock(p);
    BOOST_TEST(permissions(base / "socketlock") == 0700u);
    BOOST_TEST(fs::exists(base / "socketlock/.x.lock"));
}

BOOST_AUTO_TEST_CASE(the_environment_names_a_directory)
{
    peer p;
    BOOST_TEST(p.ask("setenv SOCKETLOCK_DIR " + base / "chosen") == "ok");
    expect_lock(p);
    BOOST_TEST(fs::exists(base / "chosen/.x.lock"));
}

BOOST_AUTO_TEST_CASE(row_11_a_default_directory_that_is_a_symbolic_link_is_refused)
{
    fs::create_directory(base / "victim");
    fs::create_symlink(base / "victim", base / "socketlock");
    peer p = with_runtime_directory();
    expect_refusal(p, {}, errc::insecure_directory);
    BOOST_TEST(fs::is_empty(base / "victim"));
    fs::remove(base / "socketlock");
    fs::create_symlink(base / "nowhere", base / "socketlock");
    expect_refusal(p, {}, errc::insecure_directory);
    BOOST_TEST(!fs::exists(base / "nowhere"));
}

BOOST_AUTO_TEST_CASE(a_default_directory_that_others_may_write_to_is_refused)
{
    fs::create_directory(base / "socketlock");
    peer p = with_runtime_directory();
    for (const ::mode_t mode : {0770u, 0707u, 0777u, 01777u})
    {
        ::chmod((base / "socketlock").c_str(), mode);
        expect_refusal(p, {}, errc::insecure_directory);
        BOOST_TEST(p.ask("open 2 x") == "ok");
        BOOST_TEST(p.ask("holder 2") == failure(errc::insecure_directory));
    }
    BOOST_TEST(fs::is_empty(base / "socketlock"));
    ::chmod((base / "socketlock").c_str(), 0755);
    expect_lock(p);
}

BOOST_AUTO_TEST_CASE(a_default_directory_that_is_a_file_is_refused)
{
    write_file(base / "socketlock", "contents");
    peer p = with_runtime_directory();
    expect_refusal(p, {}, errc::not_a_directory);
    BOOST_TEST(contents_of(base / "socketlock") == "contents");
}

BOOST_AUTO_TEST_CASE(
    a_default_directory_that_is_somebody_elses_is_refused,
    *boost::unit_test::precondition(runs_as_root)
)
{
    fs::create_directory(base / "socketlock");
    ::chmod((base / "socketlock").c_str(), 0700);
    BOOST_TEST(::chown((base / "socketlock").c_str(), nobody, nobody) == 0);
    peer p = with_runtime_directory();
    expect_refusal(p, {}, errc::insecure_directory);
    BOOST_TEST(fs::is_empty(base / "socketlock"));
}

BOOST_AUTO_TEST_CASE(
    a_directory_without_permission_is_told,
    *boost::unit_test::precondition(runs_as_root)
)
{
    for (const ::mode_t mode : {0755u, 0711u, 0700u, 0u})
    {
        const lock_directory directory;
        ::chmod(directory.path().c_str(), mode);
        peer p;
        BOOST_TEST(p.ask("setuid " + std::to_string(nobody)) == "ok");
        expect_refusal(p, directory.path(), errc::permission_denied);
        expect_refusal(p, directory / "below", errc::permission_denied);
        BOOST_TEST(directory.names().empty());
    }
}

BOOST_AUTO_TEST_SUITE_END()
