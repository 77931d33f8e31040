// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// The parent of the workers: starts, stops, continues, kills and replaces them.

#ifndef SOCKETLOCK_TEST_PROCESS_STRESS_CREW_HPP
#define SOCKETLOCK_TEST_PROCESS_STRESS_CREW_HPP

#include <array>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <random>

#include "worker.hpp"

namespace stress {

using work_function = void (*)(worker&);

/// How the workers are disturbed.
struct disturbance
{
    /// Means of the pauses between two; zero: none.
    std::chrono::microseconds between_kills{0};
    std::chrono::microseconds between_stops{0};
    /// Workers from the first on that are stopped, but never killed.
    std::size_t spared = 0;
};

class crew
{
public:
    crew(arena& a, work_function work, const std::filesystem::path& directory);
    crew(crew&&) = delete;
    ~crew();

    /// Disturbs them for so long, or until a violation if that is what is waited for.
    void run(std::chrono::milliseconds time, const disturbance& d, bool until_violation);

    /// Tells them to end and waits for it; false if one did not.
    bool finish(std::chrono::seconds limit);

    std::uint64_t kills() const noexcept { return kills_; }
    std::uint64_t stops() const noexcept { return stops_; }
    /// Workers that ended by themselves, holding the lock.
    std::uint64_t exits() const noexcept { return exits_; }
    /// Kills that came while a worker was incrementing the counter.
    std::uint64_t interrupted_increments() const noexcept { return interrupted_increments_; }

    const std::filesystem::path& lock_dir() const noexcept { return lock_dir_; }

private:
    using clock = std::chrono::steady_clock;

    struct member
    {
        ::pid_t pid = 0;
        bool is_stopped = false;
        clock::time_point continues{};
    };

    void start(std::size_t number);
    void kill(std::size_t number);
    void stop(std::size_t number);
    void continue_some(clock::time_point now);
    void note_end(std::size_t number, int status);
    void look_for_ends();
    std::size_t choose();
    clock::time_point after(std::chrono::microseconds mean);

    arena& arena_;
    const work_function work_;
    const std::filesystem::path lock_dir_;
    const std::filesystem::path marker_;
    std::array<member, worker_count> members_;
    std::minstd_rand random_{std::random_device{}()};
    std::uint64_t kills_ = 0;
    std::uint64_t stops_ = 0;
    std::uint64_t exits_ = 0;
    std::uint64_t interrupted_increments_ = 0;
};

}  // namespace stress

#endif
