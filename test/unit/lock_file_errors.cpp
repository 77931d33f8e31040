// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <set>
#include <string>
#include <sys/stat.h>

#include "lock_file_fixture.hpp"

namespace fs = std::filesystem;
using namespace lock_file_fixture;

BOOST_FIXTURE_TEST_SUITE(lock_file_errors, with_lock_file)

BOOST_AUTO_TEST_CASE(what_is_no_regular_file_is_refused_and_left_alone)
{
    const std::string target = directory / "target";
    write_file(target, "precious");
    fs::create_symlink(target, path);
    BOOST_TEST(error_of_begin(file) == errc::not_a_regular_file);
    fs::remove(path);
    fs::create_symlink(directory / "nothing", path);
    BOOST_TEST(error_of_begin(file) == errc::not_a_regular_file);
    BOOST_TEST(!fs::exists(directory / "nothing"));
    fs::remove(path);
    fs::create_directory(path);
    BOOST_TEST(error_of_begin(file) == errc::not_a_regular_file);
    fs::remove(path);
    // Nobody has its other end open: to wait for one would be for ever.
    BOOST_REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
    BOOST_TEST(error_of_begin(file) == errc::not_a_regular_file);
    error_code ec;
    query_record(path, "myapp", ec);
    BOOST_TEST(ec == errc::not_a_regular_file);
    BOOST_TEST(fs::is_fifo(path));
    BOOST_TEST(contents_of(target) == "precious");
}

BOOST_AUTO_TEST_CASE(missing_and_wrong_directories_have_errors_of_their_own)
{
    other_lock_file missing(directory / "missing/.myapp.lock");
    BOOST_TEST(error_of_begin(missing) == errc::directory_missing);
    write_file(directory / "file", "");
    other_lock_file wrong(directory / "file/.myapp.lock");
    BOOST_TEST(error_of_begin(wrong) == errc::not_a_directory);
    BOOST_TEST((directory.names() == std::set<std::string>{"file"}));
}

BOOST_AUTO_TEST_CASE(file_longer_than_a_record_is_corrupt_and_left_alone)
{
    put(file, 7);
    const std::string longer = contents_of(path) + ' ';
    const std::string huge(1 << 20, '\xff');
    for (const std::string& contents : {longer, huge})
    {
        write_file(path, contents);
        {
            transaction t(file);
            begin(t);
            error_code ec;
            t.read("myapp", ec);
            BOOST_TEST(ec == errc::corrupt_record);
        }
        error_code ec;
        query_record(path, "myapp", ec);
        BOOST_TEST(ec == errc::corrupt_record);
        BOOST_TEST((contents_of(path) == contents));
    }
}

BOOST_AUTO_TEST_SUITE_END()
