// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#include <socketlock/detail/platform/directory.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <set>
#include <string>

#include "presence_fixture.hpp"

namespace fs = std::filesystem;
using namespace presence_fixture;

namespace {

using names = std::set<std::string>;

struct with_own_presence
{
    temporary_directory directory;
    const std::string& path = directory.path();
    presence own;

    with_own_presence() { create(own, path, 0); }

    /// The names in the directory, without that of our own presence.
    names others() const
    {
        names result = directory.names();
        BOOST_TEST(result.erase(presence_name(0)) == 1u);
        return result;
    }

    void leave_temporary(std::uint32_t number, std::chrono::seconds age) const
    {
        leave_dead(path, number);
        fs::rename(directory / presence_name(number), directory / temporary_name(number));
        fs::last_write_time(
            directory / temporary_name(number),
            fs::file_time_type::clock::now() - age
        );
    }

    void sweep() const { remove_dead_presences(path, numbered_id(0)); }
};

}  // namespace

// What is done about the presences of processes that died.
BOOST_FIXTURE_TEST_SUITE(presence_sweep, with_own_presence)

BOOST_AUTO_TEST_CASE(dead_ones_are_removed_and_living_ones_are_spared)
{
    living_process living(path, 1);
    leave_dead(path, 2);
    leave_dead(path, 3);
    sweep();
    BOOST_TEST((others() == names{presence_name(1)}));
    BOOST_TEST(proof(path, 1) == liveness::alive);
    living.process().kill();
    sweep();
    BOOST_TEST(others().empty());
}

BOOST_AUTO_TEST_CASE(own_presence_is_spared_and_keeps_its_lock)
{
    sweep();
    BOOST_TEST(own.in_place());
    BOOST_TEST(proof_elsewhere(path, 0) == liveness::alive);
}

// As a second copy of the library in the process has one, of which this one does not know.
BOOST_AUTO_TEST_CASE(second_presence_of_this_process_is_spared_and_keeps_its_lock)
{
    presence second;
    create(second, path, 1);
    sweep();
    BOOST_TEST(second.in_place());
    BOOST_TEST(any_presence_alive(path, numbered_id(0)));
    BOOST_TEST(proof_elsewhere(path, 1) == liveness::alive);
}

BOOST_AUTO_TEST_CASE(temporary_ones_are_removed_after_a_minute_only)
{
    leave_temporary(1, std::chrono::seconds(0));
    leave_temporary(2, std::chrono::seconds(55));
    leave_temporary(3, std::chrono::seconds(65));
    leave_temporary(4, std::chrono::hours(24));
    // From the future: a clock that was set back.
    leave_temporary(5, std::chrono::hours(-24));
    sweep();
    BOOST_TEST((others() == names{temporary_name(1), temporary_name(2), temporary_name(5)}));
}

BOOST_AUTO_TEST_CASE(temporary_one_whose_process_lives_is_spared_however_old)
{
    living_process living(path, 1);
    fs::rename(directory / presence_name(1), directory / temporary_name(1));
    fs::last_write_time(
        directory / temporary_name(1),
        fs::file_time_type::clock::now() - std::chrono::hours(1)
    );
    sweep();
    BOOST_TEST((others() == names{temporary_name(1)}));
}

BOOST_AUTO_TEST_CASE(number_of_those_removed_at_once_is_bounded)
{
    for (std::uint32_t number = 1; number <= 200; ++number)
        leave_dead(path, number);
    std::size_t before = 200;
    for (int sweeps = 0; before != 0 && sweeps < 200; ++sweeps)
    {
        sweep();
        const std::size_t left = others().size();
        BOOST_TEST(left < before);
        BOOST_TEST(before - left < 200u);
        before = left;
    }
    BOOST_TEST(before == 0u);
}

BOOST_AUTO_TEST_CASE(files_of_other_kinds_are_spared)
{
    const std::string id = numbered_id(1).to_hex();
    const names others_files{
        ".myapp.lock",
        ".x.presence",
        id + ".presence",
        '.' + id,
        '.' + id + ".presence.bak",
        '.' + id + ".presencE",
        '.' + std::string(32, 'A') + ".presence",
        '.' + std::string(32, 'g') + ".presence",
        '.' + id + "0.presence",
    };
    for (const std::string& name : others_files)
        write_file(directory / name, "");
    sweep();
    BOOST_TEST((others() == others_files));
}

BOOST_AUTO_TEST_CASE(what_cannot_be_tested_is_spared)
{
    fs::create_symlink(directory / "nothing", directory / presence_name(1));
    fs::create_directory(directory / presence_name(2));
    sweep();
    BOOST_TEST((others() == names{presence_name(1), presence_name(2)}));
}

BOOST_AUTO_TEST_CASE(missing_directory_does_no_harm)
{
    remove_dead_presences(path + "/missing", numbered_id(0));
    remove_dead_presence(path + "/missing", numbered_id(0));
}

BOOST_AUTO_TEST_CASE(proved_dead_one_is_removed_by_its_id)
{
    leave_dead(path, 1);
    leave_dead(path, 2);
    remove_dead_presence(path, numbered_id(1));
    BOOST_TEST((others() == names{presence_name(2)}));
}

BOOST_AUTO_TEST_CASE(any_alive_counts_living_and_untested_ones_but_not_our_own)
{
    const auto any_alive = [&] { return any_presence_alive(path, numbered_id(0)); };
    BOOST_TEST(!any_alive());
    leave_dead(path, 1);
    leave_temporary(2, std::chrono::seconds(0));
    BOOST_TEST(!any_alive());
    {
        living_process living(path, 3);
        BOOST_TEST(any_alive());
    }
    BOOST_TEST(!any_alive());
    fs::create_directory(directory / presence_name(4));
    BOOST_TEST(any_alive());
    // Whether anybody lives there is unknown.
    BOOST_TEST(any_presence_alive(path + "/missing", numbered_id(0)));
}

BOOST_AUTO_TEST_CASE(living_one_is_found_behind_any_number_of_dead_ones)
{
    static constexpr std::uint32_t most = 5000;
    // What is listed first is up to the file system: one of them comes late.
    living_process created_first(path, 1);
    for (std::uint32_t number = 3; number < most; ++number)
        leave_dead(path, number);
    living_process created_last(path, 2);
    const auto position_of = [&](std::uint32_t number) {
        const std::string wanted = presence_name(number);
        std::size_t position = 0;
        error_code ec;
        list_directory(
            path,
            [&](const std::string& name) { return ++position, name != wanted; },
            ec
        );
        BOOST_TEST(!ec);
        return position;
    };
    const bool first_is_later = position_of(1) > position_of(2);
    (first_is_later ? created_last : created_first).process().kill();
    BOOST_TEST_WARN(position_of(first_is_later ? 1 : 2) > 4100u);
    BOOST_TEST(any_presence_alive(path, numbered_id(0)));
    (first_is_later ? created_first : created_last).process().kill();
    BOOST_TEST(!any_presence_alive(path, numbered_id(0)));
}

BOOST_AUTO_TEST_SUITE_END()
