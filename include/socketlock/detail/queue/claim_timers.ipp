// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#ifndef SOCKETLOCK_DETAIL_QUEUE_CLAIM_TIMERS_IPP
#define SOCKETLOCK_DETAIL_QUEUE_CLAIM_TIMERS_IPP

#include <socketlock/detail/queue/claim_timers.hpp>

#include <utility>

namespace socketlock::detail {

SOCKETLOCK_DECL void claim_timers::start(
    deadlines& on,
    std::weak_ptr<deadline_target> owner,
    kind which,
    std::chrono::steady_clock::duration pause
)
{
    if (!handles_)
        handles_ = std::make_unique<std::array<deadlines::handle, 4>>();
    deadlines::handle& h = (*handles_)[static_cast<std::size_t>(which)];
    on.stop(h);
    h = {};
    h = on.start(std::move(owner), static_cast<unsigned>(which), pause);
}

SOCKETLOCK_DECL void claim_timers::stop(deadlines& on) noexcept
{
    if (!handles_)
        return;
    for (const deadlines::handle& h : *handles_)
        on.stop(h);
    handles_.reset();
}

SOCKETLOCK_DECL bool claim_timers::take_expired(kind which, std::uint64_t serial) noexcept
{
    if (!handles_)
        return false;
    deadlines::handle& h = (*handles_)[static_cast<std::size_t>(which)];
    if (h.serial != serial)
        return false;
    h = {};
    return true;
}

}  // namespace socketlock::detail

#endif
