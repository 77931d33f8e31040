// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// How long somebody waits, in whatever unit that was given.

#ifndef SOCKETLOCK_DETAIL_COMPLETION_TIME_LIMIT_HPP
#define SOCKETLOCK_DETAIL_COMPLETION_TIME_LIMIT_HPP

#include <chrono>

namespace socketlock::detail {

using time_limit = std::chrono::steady_clock::time_point;
inline constexpr time_limit no_limit = time_limit::max();

// Floating, since what the caller's types can count may be far more than ours can.
using float_seconds = std::chrono::duration<double>;
inline constexpr float_seconds for_ever = std::chrono::hours(24 * 365 * 100);

/// So long from now.
template <class Rep, class Period>
time_limit limit_after(const std::chrono::duration<Rep, Period>& patience)
{
    using clock = std::chrono::steady_clock;
    const auto now = clock::now();
    if (patience <= patience.zero())
        return now;
    if (float_seconds(patience) >= for_ever)
        return no_limit;
    return now + std::chrono::ceil<clock::duration>(patience);
}

/// The time that is `limit` on the caller's clock, by what that shows now.
template <class Clock, class Duration>
time_limit limit_at(const std::chrono::time_point<Clock, Duration>& limit)
{
    using steady = std::chrono::steady_clock;
    const auto now = Clock::now();
    const float_seconds roughly = float_seconds(limit.time_since_epoch()) -
                                  float_seconds(now.time_since_epoch());
    if (roughly <= float_seconds(-1))
        return steady::now();
    return roughly >= for_ever ? no_limit : limit_after(limit - now);
}

}  // namespace socketlock::detail

#endif
