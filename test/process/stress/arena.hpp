// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// The memory that the processes of a stress test share.

#ifndef SOCKETLOCK_TEST_PROCESS_STRESS_ARENA_HPP
#define SOCKETLOCK_TEST_PROCESS_STRESS_ARENA_HPP

#include <array>
#include <atomic>
#include <cstdint>
#include <sys/types.h>

namespace stress {

inline constexpr std::size_t worker_count = 8;

/// One worker; its successors after a kill count on.
struct alignas(64) slot
{
    std::atomic<::pid_t> pid{0};
    std::atomic<std::uint64_t> acquisitions{0};
    /// Tries that found the lock held, limits that passed, and waits that were cancelled.
    std::atomic<std::uint64_t> refusals{0};
    /// Those of them that were cancelled, by `cancel` or by the end of the lock object.
    std::atomic<std::uint64_t> cancellations{0};
    std::atomic<std::uint64_t> increments{0};
    /// True while an increment may or may not have been done.
    std::atomic<bool> is_incrementing{false};
    /// When it began to wait without a limit, in microseconds; 0 while it does not.
    std::atomic<std::int64_t> waits_since{0};
    std::atomic<std::int64_t> longest_wait{0};
};

struct arena
{
    std::atomic<bool> is_ending{false};
    std::atomic<std::uint64_t> violations{0};
    std::atomic<std::uint64_t> errors{0};
    /// Under the lock that is being tested, and nothing else.
    std::atomic<std::uint64_t> counter{0};
    std::atomic<std::uint64_t> last_token{0};
    /// The slot that holds the lock, as far as is known.
    std::atomic<std::size_t> occupant{0};
    std::array<slot, worker_count> slots;
};

}  // namespace stress

#endif
