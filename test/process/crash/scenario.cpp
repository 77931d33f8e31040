// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#include "scenario.hpp"

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>
#include <unistd.h>
#include <vector>

#include "child.hpp"
#include "queue_scenario.hpp"
#include "user.hpp"

namespace crash {

namespace fs = std::filesystem;
using socketlock::error_code;

namespace {

// In a process of its own.
void cycle_in_child(const scene& s)
{
    require(child([&] { cycle(s); }).wait(), "a process could not lock and unlock");
}

void die_holding(const scene& s)
{
    const auto body = [&] {
        user u(s);
        u.lock().lock();
        u.note_token();
        ::kill(::getpid(), SIGKILL);
    };
    require(child(body).wait_for_kill(), "a process could not lock");
}

// The directory does not exist, either.
kill_point first_use(const scene& s)
{
    return kill_cycle(s);
}

kill_point free_lock(const scene& s)
{
    cycle_in_child(s);
    return kill_cycle(s);
}

kill_point dead_holder(const scene& s)
{
    die_holding(s);
    return kill_cycle(s);
}

kill_point destroyed_owner(const scene& s)
{
    return kill_at(s.number, s.board.is_armed, [&] {
        std::optional<user> u(s);
        u->lock().lock();
        u->note_token();
        s.board.is_armed = true;
        u.reset();
    });
}

// Temporary presences of the lock directory, or all of them.
std::vector<fs::path> presences(const std::string& lock_dir, bool temporary)
{
    std::vector<fs::path> result;
    for (const auto& entry : fs::directory_iterator(lock_dir))
    {
        const std::string name = entry.path().filename();
        if (name == ".lock.lock")
            continue;
        const std::string extension = entry.path().extension();
        require(extension == ".presence" || extension == ".tmp", name + " was left");
        if (temporary == (extension == ".tmp"))
            result.push_back(entry.path());
    }
    return result;
}

void lock_at_first_try(const scene& s)
{
    user u(s);
    error_code ec;
    const bool acquired = u.lock().try_lock(ec);
    require(!ec, "try_lock: " + ec.message());
    require(acquired, "the lock was not free at the first try");
    u.note_token();
    require(presences(s.lock_dir, false).size() == 1, "a dead presence was left");
    u.lock().unlock();
}

}  // namespace

bool is_sanitized()
{
    const char* const sanitizers = std::getenv("SOCKETLOCK_SANITIZE");
    return sanitizers != nullptr && *sanitizers != '\0';
}

void check_end(const scene& s)
{
    require(presences(s.lock_dir, false).empty(), "it left its presence");
    require(presences(s.lock_dir, true).empty(), "it left a temporary presence");
}

void check_aftermath(const scene& s)
{
    require(child([&] { lock_at_first_try(s); }).wait(), "the next process failed");
    require(presences(s.lock_dir, false).empty(), "a presence was left by a process that ended");

    // They may belong to a process that is about to rename them, but not for longer than a minute.
    const auto temporary = presences(s.lock_dir, true);
    for (const fs::path& path : temporary)
        fs::last_write_time(path, fs::file_time_type::clock::now() - std::chrono::minutes(2));
    if (!temporary.empty())
        cycle_in_child(s);
    require(presences(s.lock_dir, true).empty(), "an old temporary presence was left");
}

const scenario scenarios[scenario_count] = {
    {"first_use",                                &first_use,                  true},
    {"a_free_lock",                              &free_lock,                  true},
    {"a_lock_whose_holder_died",                 &dead_holder,                true},
    {"an_owner_that_is_destroyed",               &destroyed_owner,            true},
    {"handing_over_to_a_waiter",                 &hand_over,                  true},
    {"handing_over_to_a_parked_waiter",          &hand_over_to_parked,        true},
    {"waiting_with_another_behind",              &wait_attached,              true},
    {"waiting_parked_with_another_behind",       &wait_parked,                true},
    {"giving_up_with_another_behind",            &give_up_attached,           true},
    {"giving_up_parked_with_another_behind",     &give_up_parked,             true},
    {"giving_up_what_is_reserved",               &decline,                    true},
    {"a_lock_that_is_reserved_for_the_dead",     &reserved_for_dead,          true},
    {"a_damaged_record_with_a_dead_reservation", &reserved_in_damaged_record, true},
};

}  // namespace crash
