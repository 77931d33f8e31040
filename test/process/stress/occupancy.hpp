// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// What an owner of the lock does with it: it checks whether another process owns it, too.

#ifndef SOCKETLOCK_TEST_PROCESS_STRESS_OCCUPANCY_HPP
#define SOCKETLOCK_TEST_PROCESS_STRESS_OCCUPANCY_HPP

#include <cstddef>
#include <cstdint>
#include <string>

#include "arena.hpp"

namespace stress {

/// Counts a violation of what the lock promises and prints the first few.
void report_violation(arena& a, const std::string& text);

/// What is done under the lock, in three ways that each show a second owner: a marker file that is
/// created with O_EXCL, a counter that is not protected otherwise, and fencing tokens that grow.
class occupancy
{
public:
    /// `number` is the slot of this process in the arena.
    occupancy(arena& a, std::size_t number, std::string marker_path)
        : arena_(a), number_(number), marker_(std::move(marker_path))
    {
    }

    void occupy(std::uint64_t fencing_token);

private:
    void put_marker();
    void take_marker();
    bool is_live_worker(::pid_t pid) const;

    arena& arena_;
    std::size_t number_;
    std::string marker_;
};

}  // namespace stress

#endif
