// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#include <socketlock/detail/platform/file.hpp>
#include <socketlock/detail/platform/process_identity.hpp>
#include <socketlock/detail/record/presence_tester.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <list>
#include <string>

#include "presence_fixture.hpp"

using namespace presence_fixture;

namespace {

struct with_tester
{
    temporary_directory directory;
    presence_tester tester;

    liveness test(std::uint32_t number, std::int64_t pid = 4711)
    {
        error_code why;
        const liveness result = tester.test(directory.path(), numbered_claim(number, pid), why);
        BOOST_TEST(!why);
        return result;
    }

    std::string path_of(std::uint32_t number) { return directory / presence_name(number); }

    bool is_open(std::uint32_t number)
    {
        const auto id = file_at(path_of(number));
        const auto all = files_open_in_this_process();
        return id && std::find(all.begin(), all.end(), *id) != all.end();
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(tester_of_presences, with_tester)

BOOST_AUTO_TEST_CASE(process_whose_file_is_kept_open_is_found_dead_when_it_dies)
{
    living_process other(directory.path(), 1);
    BOOST_TEST((test(1) == liveness::alive));
    BOOST_TEST(is_open(1));
    BOOST_TEST((test(1) == liveness::alive));
    other.process().kill();
    BOOST_TEST((test(1) == liveness::dead));
    BOOST_TEST(!is_open(1));
}

BOOST_AUTO_TEST_CASE(presence_that_was_put_back_is_alive)
{
    living_process other(directory.path(), 1);
    BOOST_TEST((test(1) == liveness::alive));
    // As its owner does when somebody has removed the file: another file of the same name.
    std::filesystem::remove(path_of(1));
    living_process again(directory.path(), 1);
    other.process().kill();
    BOOST_TEST((test(1) == liveness::alive));
}

BOOST_AUTO_TEST_CASE(few_files_are_kept_open)
{
    std::list<living_process> others;
    for (std::uint32_t number = 0; number < 9; ++number)
    {
        others.emplace_back(directory.path(), number);
        BOOST_TEST((test(number) == liveness::alive));
    }
    BOOST_TEST(!is_open(0));
    BOOST_TEST(is_open(1));
    // The one that was used last stays.
    BOOST_TEST((test(1) == liveness::alive));
    BOOST_TEST((test(0) == liveness::alive));
    BOOST_TEST(is_open(1));
    BOOST_TEST(!is_open(2));
    tester.clear();
    BOOST_TEST(!is_open(0));
    BOOST_TEST(!is_open(1));
}

// In containers PIDs are equal: what is open here must not look like a presence of this process.
BOOST_AUTO_TEST_CASE(file_of_a_process_with_our_pid_is_not_kept_open)
{
    living_process other(directory.path(), 1);
    const std::int64_t ours = this_process_id();
    BOOST_TEST((test(1, ours) == liveness::alive));
    BOOST_TEST(!is_open(1));
    other.process().kill();
    BOOST_TEST((test(1, ours) == liveness::dead));
}

BOOST_AUTO_TEST_SUITE_END()
