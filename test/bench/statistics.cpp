// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#include "statistics.hpp"

#include <algorithm>
#include <cerrno>

namespace bench {

void sleep_for(nanoseconds t)
{
    ::timespec left{t / 1000000000, t % 1000000000};
    while (::clock_nanosleep(CLOCK_MONOTONIC, 0, &left, &left) == EINTR)
    {
    }
}

namespace {

double quantile(const std::vector<nanoseconds>& sorted, double q)
{
    const double position = q * static_cast<double>(sorted.size() - 1);
    const auto below = static_cast<std::size_t>(position);
    const std::size_t above = std::min(below + 1, sorted.size() - 1);
    const double part = position - static_cast<double>(below);
    return to_us(sorted[below]) * (1 - part) + to_us(sorted[above]) * part;
}

}  // namespace

summary summarize(std::vector<nanoseconds> samples)
{
    if (samples.empty())
        return {};
    std::sort(samples.begin(), samples.end());
    return {samples.size(), quantile(samples, 0.5), quantile(samples, 0.99)};
}

double jain_index(const std::vector<std::uint64_t>& shares)
{
    double sum = 0;
    double squares = 0;
    for (const std::uint64_t share : shares)
    {
        const auto x = static_cast<double>(share);
        sum += x;
        squares += x * x;
    }
    return squares == 0 ? 0 : sum * sum / (static_cast<double>(shares.size()) * squares);
}

}  // namespace bench
