// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// A child that is killed at one of its system calls.

#ifndef SOCKETLOCK_TEST_PROCESS_CRASH_TRACED_PROCESS_HPP
#define SOCKETLOCK_TEST_PROCESS_CRASH_TRACED_PROCESS_HPP

#include <atomic>
#include <functional>
#include <string>
#include <sys/types.h>

namespace crash {

/// Where a process was killed.
struct kill_point
{
    /// False if it ended before.
    bool was_reached = false;
    /// What it ended with if it was not killed, as waitpid says.
    int status = 0;
    long call = -1;
    /// Before the system call, which is not done then, or right after it.
    bool is_before = false;
    bool is_main_thread = false;

    std::string describe() const;
};

/**
 * Runs `body` in a child of its own and counts the beginnings and ends of the system calls of all
 * its threads from when `is_armed` is set. At number `n` (from 1 on) it kills the child, as kill -9
 * does at that very moment, and returns when the child is dead.
 */
kill_point kill_at(
    unsigned n,
    const std::atomic<bool>& is_armed,
    const std::function<void()>& body
);

/// False if this system does not let a process trace its children.
bool can_trace();

}  // namespace crash

#endif
