// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// Random schedules of the protocol. SOCKETLOCK_SIMULATION_SEED is the first schedule's seed, the
// next one has the next seed; SOCKETLOCK_SIMULATION_SCHEDULES says how many there are of the first
// kind: by default 200,000, which makes 462,000 of all; 435,000 make a million.

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <iomanip>
#include <iostream>
#include <random>
#include <sstream>
#include <string>

#include "world.hpp"

using namespace simulation;

namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || !defined(__OPTIMIZE__)
constexpr bool is_slow_build = true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
constexpr bool is_slow_build = true;
#else
constexpr bool is_slow_build = false;
#endif
#else
constexpr bool is_slow_build = false;
#endif

std::uint64_t from_environment(const char* name, std::uint64_t otherwise)
{
    const char* const text = std::getenv(name);
    return text != nullptr && *text != '\0' ? std::strtoull(text, nullptr, 10) : otherwise;
}

std::uint64_t first_seed()
{
    static const std::uint64_t seed = from_environment(
        "SOCKETLOCK_SIMULATION_SEED",
        std::random_device()()
    );
    return seed;
}

std::uint64_t schedules()
{
    return from_environment("SOCKETLOCK_SIMULATION_SCHEDULES", is_slow_build ? 8000 : 200000);
}

std::string last_lines(const std::string& text, int most)
{
    std::size_t begin = text.size();
    for (int lines = 0; begin != 0; --begin)
    {
        if (text[begin - 1] == '\n' && ++lines > most)
            break;
    }
    return text.substr(begin);
}

void report(world& w, std::uint64_t seed, scenario what, const violation& found)
{
    std::ostringstream log;
    w.run(seed, what, mutation::none, &log);
    BOOST_ERROR(
        found.what() << "\nThe end of what happened:\n"
                     << last_lines(log.str(), 100) << "To see it again: SOCKETLOCK_SIMULATION_SEED="
                     << seed << " SOCKETLOCK_SIMULATION_SCHEDULES=1 simulation --run_test="
                     << boost::unit_test::framework::current_test_case().full_name()
    );
}

void run_schedules(scenario what, std::uint64_t count)
{
    world w;
    totals sum;
    const auto start = std::chrono::steady_clock::now();
    for (std::uint64_t i = 0; i < count; ++i)
    {
        const std::uint64_t seed = first_seed() + i;
        const auto found = w.run(seed, what, mutation::none, nullptr);
        sum += w.counts();
        if (found)
        {
            report(w, seed, what, *found);
            return;
        }
    }
    const std::chrono::duration<double> time = std::chrono::steady_clock::now() - start;
    std::cout << count << " schedules from seed " << first_seed() << ", "
              << static_cast<double>(count) / time.count() << " a second: " << sum << std::endl;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(schedules_of_the_simulation)

BOOST_AUTO_TEST_CASE(keep_all_rules)
{
    run_schedules(scenario::any, schedules());
}

BOOST_AUTO_TEST_CASE(keep_them_where_many_are_in_one_process)
{
    run_schedules(scenario::crowded, (schedules() + 3) / 4);
}

BOOST_AUTO_TEST_CASE(with_broken_connections_leave_nobody_without_the_lock)
{
    run_schedules(scenario::broken_connections, (schedules() + 3) / 4);
}

BOOST_AUTO_TEST_CASE(serve_also_who_cannot_connect)
{
    run_schedules(scenario::unreachable, (schedules() + 3) / 4);
}

BOOST_AUTO_TEST_CASE(pass_over_whoever_is_stopped_and_let_it_queue_again)
{
    run_schedules(scenario::passed_over, (schedules() + 3) / 4);
}

BOOST_AUTO_TEST_CASE(survive_lock_files_that_are_removed_and_replaced)
{
    run_schedules(scenario::lost_files, (schedules() + 15) / 16);
}

BOOST_AUTO_TEST_CASE(with_connections_that_outlive_their_processes_need_the_safety_net)
{
    run_schedules(scenario::half_open, (schedules() + 3) / 4);
}

BOOST_AUTO_TEST_CASE(are_the_same_for_the_same_seed)
{
    world a;
    world b;
    for (std::uint64_t i = 0; i < 20; ++i)
    {
        // Whatever was before in the same world.
        b.run(first_seed() + 1000 + i, scenario::any, mutation::look_not_sent, nullptr);
        std::ostringstream log_of_a;
        std::ostringstream log_of_b;
        a.run(first_seed() + i, scenario::any, mutation::none, &log_of_a);
        b.run(first_seed() + i, scenario::any, mutation::none, &log_of_b);
        BOOST_TEST(log_of_a.str() == log_of_b.str());
    }
}

BOOST_AUTO_TEST_CASE(catch_every_rule_that_is_broken)
{
    constexpr std::uint64_t most = 30000;
    world w;
    for (const mutation_row& row : mutation_table())
    {
        std::uint64_t count = 0;
        std::uint64_t others = 0;
        bool caught = false;
        while (!caught && count < most)
        {
            const auto found = w.run(first_seed() + count++, row.where, row.what, nullptr);
            caught = found && found->what_failed == row.caught_by;
            others += found && !caught ? 1 : 0;
        }
        BOOST_TEST(caught, row.name << " was not caught by: " << name_of(row.caught_by));
        std::cout << std::left << std::setw(28) << row.name << std::setw(26)
                  << name_of(row.caught_by) << std::right << std::setw(6) << count << " schedules, "
                  << others << " caught otherwise; without: " << row.rule << '\n';
    }
}

BOOST_AUTO_TEST_SUITE_END()
