// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// What the process that is killed does, and what the others find afterwards.

#ifndef SOCKETLOCK_TEST_PROCESS_CRASH_SCENARIO_HPP
#define SOCKETLOCK_TEST_PROCESS_CRASH_SCENARIO_HPP

#include <atomic>
#include <cstdint>
#include <string>

#include "traced_process.hpp"

namespace crash {

/// What the processes of a scenario share.
struct blackboard
{
    /// From here on the process may be killed.
    std::atomic<bool> is_armed{false};
    /// The largest fencing token that an owner has seen.
    std::atomic<std::uint64_t> last_token{0};
};

/// One run of a scenario in a lock directory; throws std::runtime_error if something is wrong.
struct scene
{
    blackboard& board;
    std::string lock_dir;
    /// The system call at which the process is killed, as `kill_at` counts.
    unsigned number;
};

struct scenario
{
    const char* name;
    kill_point (*play)(const scene& s);
    /// What it was doing for others may go on for a moment when the process has ended by itself.
    bool ends_at_once;
};

inline constexpr int scenario_count = 13;
extern const scenario scenarios[scenario_count];

/// Sanitized programs make far more calls, and slower.
bool is_sanitized();

/// A process that ended by itself has left no presence. Throws std::runtime_error if it has.
void check_end(const scene& s);

/// A new process can take the lock at its first try, and the directory holds nothing but the lock
/// file and that process's presence. Throws std::runtime_error if not.
void check_aftermath(const scene& s);

}  // namespace crash

#endif
