// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// What the processes of a stress test do until the arena is ending.

#ifndef SOCKETLOCK_TEST_PROCESS_STRESS_WORKER_HPP
#define SOCKETLOCK_TEST_PROCESS_STRESS_WORKER_HPP

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>

#include "arena.hpp"

namespace stress {

/// A worker of the arena, and where it works.
struct worker
{
    arena& shared;
    std::size_t number;
    std::filesystem::path lock_dir;
    std::filesystem::path marker;

    slot& self() const { return shared.slots[number]; }
};

inline constexpr const char* lock_name = "stress";

/// try_lock and unlock, as fast as they can.
void work_by_trying(worker& w);

/// Every way to wait for the lock, with limits and cancellations at random, mixed with try_lock.
void work_by_waiting(worker& w);

inline std::int64_t microseconds_now()
{
    using namespace std::chrono;
    return duration_cast<microseconds>(steady_clock::now().time_since_epoch()).count();
}

}  // namespace stress

#endif
