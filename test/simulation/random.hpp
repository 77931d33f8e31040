// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#ifndef SOCKETLOCK_TEST_SIMULATION_RANDOM_HPP
#define SOCKETLOCK_TEST_SIMULATION_RANDOM_HPP

#include <cstddef>
#include <cstdint>

namespace simulation {

/// Random numbers that are the same for the same seed, on every system (SplitMix64).
class random_source
{
public:
    void seed(std::uint64_t value) noexcept { state_ = value; }

    std::uint64_t next() noexcept
    {
        std::uint64_t z = (state_ += 0x9e3779b97f4a7c15u);
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
        return z ^ (z >> 31);
    }

    /// From 0 to `size` - 1.
    std::size_t below(std::size_t size) noexcept
    {
        return static_cast<std::size_t>((next() >> 32) * size >> 32);
    }

    /// True in `parts` of 1024 cases.
    bool chance(unsigned parts) noexcept { return parts != 0 && (next() >> 54) < parts; }

private:
    std::uint64_t state_ = 0;
};

}  // namespace simulation

#endif
