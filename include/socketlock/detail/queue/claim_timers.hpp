// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#ifndef SOCKETLOCK_DETAIL_QUEUE_CLAIM_TIMERS_HPP
#define SOCKETLOCK_DETAIL_QUEUE_CLAIM_TIMERS_HPP

#include <socketlock/config.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <utility>

namespace socketlock::detail {

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

    /// Calls `owner->on_timer(kind, generation)` on the context's thread after `pause`, if the
    /// owner is there yet. Replaces the timer of this kind.
    template <class Owner>
    void start(
        asio::io_context& context,
        std::weak_ptr<Owner> owner,
        kind which,
        std::chrono::steady_clock::duration pause
    )
    {
        const auto [timer, generation] = restart(context, which, pause);
        timer.async_wait(
            [owner = std::move(owner), which, generation = generation](const error_code& ec) {
                if (ec)
                    return;
                if (const auto still_there = owner.lock())
                    still_there->on_timer(which, generation);
            }
        );
    }
    /// Stops all of them, and needs no memory until one is started.
    SOCKETLOCK_DECL void stop() noexcept;
    /// True if the timer of this kind that was started as `generation` is the last one of it; it
    /// has expired then.
    SOCKETLOCK_DECL bool take_expired(kind which, std::uint64_t generation) noexcept;

private:
    struct state;

    SOCKETLOCK_DECL std::pair<asio::steady_timer&, std::uint64_t> restart(
        asio::io_context& context,
        kind which,
        std::chrono::steady_clock::duration pause
    );

    // Most claims need none, and there may be very many claims.
    std::unique_ptr<state> state_;
    std::uint64_t generation_ = 0;
};

}  // namespace socketlock::detail

#endif
