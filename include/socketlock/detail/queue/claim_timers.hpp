// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#ifndef SOCKETLOCK_DETAIL_QUEUE_CLAIM_TIMERS_HPP
#define SOCKETLOCK_DETAIL_QUEUE_CLAIM_TIMERS_HPP

#include <socketlock/config.hpp>
#include <socketlock/detail/completion/deadlines.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace socketlock::detail {

/**
 * A claim's timers. All of this is under the mutex of the claim's entry. A timer that has expired
 * may wait for that mutex while it is stopped or started again: it counts only if its serial is the
 * one of its last start.
 */
class claim_timers
{
public:
    enum class kind : unsigned
    {
        /// The caller's time limit.
        limit,
        /// The machine's.
        machine,
        /// For the claim before this one to accept the attachment.
        attach,
        /// To try for the guard again.
        guard,
    };

    claim_timers() = default;
    claim_timers(claim_timers&&) = delete;
    ~claim_timers() = default;

    /// Tells `owner` when `pause` has passed; replaces the timer of this kind.
    SOCKETLOCK_DECL void start(
        deadlines& on,
        std::weak_ptr<deadline_target> owner,
        kind which,
        std::chrono::steady_clock::duration pause
    );
    /// Stops all of them, and needs no memory until one is started.
    SOCKETLOCK_DECL void stop(deadlines& on) noexcept;
    /// True if `serial` is that of the last start of this kind, which has expired then.
    SOCKETLOCK_DECL bool take_expired(kind which, std::uint64_t serial) noexcept;

private:
    // Most claims need none, and there may be very many claims.
    std::unique_ptr<std::array<deadlines::handle, 4>> handles_;
};

}  // namespace socketlock::detail

#endif
