// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#ifndef SOCKETLOCK_BENCH_STATISTICS_HPP
#define SOCKETLOCK_BENCH_STATISTICS_HPP

#include <chrono>
#include <cstdint>
#include <ctime>
#include <vector>

namespace bench {

/// A point of time by CLOCK_MONOTONIC, or a time, in nanoseconds; all processes agree on it.
using nanoseconds = std::int64_t;

constexpr nanoseconds operator""_us(unsigned long long n)
{
    return static_cast<nanoseconds>(n) * 1000;
}

constexpr nanoseconds operator""_ms(unsigned long long n)
{
    return static_cast<nanoseconds>(n) * 1000000;
}

inline nanoseconds now()
{
    ::timespec t{};
    ::clock_gettime(CLOCK_MONOTONIC, &t);
    return static_cast<nanoseconds>(t.tv_sec) * 1000000000 + t.tv_nsec;
}

inline double to_us(nanoseconds t)
{
    return static_cast<double>(t) / 1000.0;
}

void sleep_for(nanoseconds t);

struct summary
{
    std::size_t n = 0;
    double median_us = 0;
    double p99_us = 0;
};

summary summarize(std::vector<nanoseconds> samples);

/// Jain's fairness index of shares: 1 if all are equal, 1/n if one has all.
double jain_index(const std::vector<std::uint64_t>& shares);

}  // namespace bench

#endif
