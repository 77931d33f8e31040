// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#ifndef SOCKETLOCK_DETAIL_QUEUE_CLAIM_TIMERS_HPP
#define SOCKETLOCK_DETAIL_QUEUE_CLAIM_TIMERS_HPP

#include <socketlock/config.hpp>

#include <chrono>
#include <cstdint>
#include <memory>

namespace socketlock::detail {

class claim;

/**
 * A claim's timers. All of this is under the mutex of the claim's entry. A timer that has expired
 * may wait for that mutex while it is stopped or started again: it counts only if its generation is
 * the one of its last start.
 */
class claim_timers
{
public:
    enum class kind
    {
        /// The caller's time limit.
        limit,
        /// The machine's.
        machine,
        /// To try for the guard again.
        guard,
    };

    SOCKETLOCK_DECL claim_timers();
    claim_timers(claim_timers&&) = delete;
    SOCKETLOCK_DECL ~claim_timers();

    /// Calls `owner.on_timer` on the I/O thread after `pause`; replaces the timer of this kind.
    SOCKETLOCK_DECL void start(claim& owner, kind which, std::chrono::steady_clock::duration pause);
    /// Stops all of them, and needs no memory until one is started.
    SOCKETLOCK_DECL void stop() noexcept;
    /// True if the timer of this kind that was started as `generation` is the last one of it; it
    /// has expired then.
    SOCKETLOCK_DECL bool take_expired(kind which, std::uint64_t generation) noexcept;

private:
    struct state;

    // Most claims need none, and there may be very many claims.
    std::unique_ptr<state> state_;
    std::uint64_t generation_ = 0;
};

}  // namespace socketlock::detail

#endif
