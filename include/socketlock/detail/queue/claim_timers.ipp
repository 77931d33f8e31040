// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#ifndef SOCKETLOCK_DETAIL_QUEUE_CLAIM_TIMERS_IPP
#define SOCKETLOCK_DETAIL_QUEUE_CLAIM_TIMERS_IPP

#include <socketlock/detail/queue/claim_timers.hpp>

#include <array>
#include <cstddef>
#include <optional>

namespace socketlock::detail {

struct claim_timers::state
{
    struct slot
    {
        std::optional<asio::steady_timer> timer;
        /// 0 while it is not running.
        std::uint64_t generation = 0;
    };

    slot& operator[](kind which) { return slots[static_cast<std::size_t>(which)]; }

    std::array<slot, 3> slots;
};

SOCKETLOCK_DECL claim_timers::claim_timers() = default;

SOCKETLOCK_DECL claim_timers::~claim_timers() = default;

SOCKETLOCK_DECL std::pair<asio::steady_timer&, std::uint64_t> claim_timers::restart(
    asio::io_context& context,
    kind which,
    std::chrono::steady_clock::duration pause
)
{
    if (!state_)
        state_ = std::make_unique<state>();
    state::slot& slot = (*state_)[which];
    if (!slot.timer)
        slot.timer.emplace(context);
    slot.generation = ++generation_;
    slot.timer->expires_after(pause);
    return {*slot.timer, slot.generation};
}

SOCKETLOCK_DECL void claim_timers::stop() noexcept
{
    state_.reset();
}

SOCKETLOCK_DECL bool claim_timers::take_expired(kind which, std::uint64_t generation) noexcept
{
    if (!state_ || (*state_)[which].generation != generation)
        return false;
    (*state_)[which].generation = 0;
    return true;
}

}  // namespace socketlock::detail

#endif
