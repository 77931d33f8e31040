// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// A claim's timers. They live on the runtime's thread.

#ifndef SOCKETLOCK_DETAIL_QUEUE_CLAIM_TIMERS_IPP
#define SOCKETLOCK_DETAIL_QUEUE_CLAIM_TIMERS_IPP

#include <socketlock/detail/queue/claim.hpp>

#include <boost/asio/dispatch.hpp>

#include <array>
#include <cstddef>
#include <memory>

namespace socketlock::detail {

SOCKETLOCK_DECL void claim::start_timer(timer which, std::chrono::steady_clock::duration pause)
{
    has_timers_ = true;
    // What is dispatched by several threads may be turned round: the younger wins, by its number.
    const std::uint64_t serial = ++timer_serial_;
    asio::dispatch(runtime_->context(), [self = shared_from_this(), which, pause, serial] {
        if (serial < self->timers_stopped_)
            return;
        if (!self->timers_)
            self->timers_ = std::make_unique<std::array<timer_state, 3>>();
        timer_state& state = (*self->timers_)[static_cast<std::size_t>(which)];
        if (serial < state.serial)
            return;
        if (!state.timer)
            state.timer = std::make_unique<asio::steady_timer>(self->runtime_->context());
        state.timer->expires_after(pause);
        state.serial = serial;
        state.timer->async_wait(
            [weak = std::weak_ptr<claim>(self), which, serial](const error_code& ec) {
                const auto owner = weak.lock();
                const bool is_current = owner && owner->timers_ &&
                                        (*owner->timers_)[static_cast<std::size_t>(which)].serial ==
                                            serial;
                if (!ec && is_current)
                    owner->on_timer(which);
            }
        );
    });
}

SOCKETLOCK_DECL void claim::stop_timers()
{
    if (!has_timers_.load() || !has_timers_.exchange(false))
        return;
    const std::uint64_t serial = ++timer_serial_;
    asio::dispatch(runtime_->context(), [self = shared_from_this(), serial] {
        if (serial < self->timers_stopped_)
            return;
        self->timers_stopped_ = serial;
        bool is_any_left = false;
        if (self->timers_)
        {
            for (timer_state& state : *self->timers_)
            {
                if (state.serial < serial)
                    state = {};
                else
                    is_any_left = true;
            }
        }
        if (!is_any_left)
            self->timers_.reset();
    });
}

SOCKETLOCK_DECL void claim::on_timer(timer which)
{
    switch (which)
    {
    case timer::limit:
        cancel(pending::lock, nullptr, {});
        break;
    case timer::machine:
        on_event([](claim_machine& m) { m.timer_fired(); });
        break;
    case timer::guard:
        entry_->run([&](reaction& t) {
            if (transaction_)
                try_transaction(t);
        });
        break;
    }
}

}  // namespace socketlock::detail

#endif
