// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#ifndef SOCKETLOCK_DETAIL_COMPLETION_DEADLINES_IPP
#define SOCKETLOCK_DETAIL_COMPLETION_DEADLINES_IPP

#include <socketlock/detail/completion/deadlines.hpp>

#include <algorithm>
#include <utility>
#include <vector>

namespace socketlock::detail {

// Precondition: the mutex is locked, and something waits.
inline void deadlines::arm()
{
    is_armed_ = false;
    timer_.expires_at(waiting_.begin()->first.first);
    timer_.async_wait([this](const error_code& ec) {
        if (!ec)
            on_timer();
    });
    is_armed_ = true;
}

SOCKETLOCK_DECL deadlines::handle deadlines::start(
    std::weak_ptr<deadline_target> target,
    unsigned which,
    clock::duration pause
)
{
    const auto now = clock::now();
    const auto at = pause < clock::time_point::max() - now ? now + std::max(pause, pause.zero())
                                                           : clock::time_point::max();
    const std::lock_guard<std::mutex> lock(mutex_);
    const std::uint64_t serial = ++last_serial_;
    waiting_.emplace(key(at, serial), entry{std::move(target), which});
    if (!is_armed_ || at < timer_.expiry())
        arm();
    return {at, serial};
}

SOCKETLOCK_DECL void deadlines::stop(const handle& h) noexcept
{
    if (h.serial == 0)
        return;
    const std::lock_guard<std::mutex> lock(mutex_);
    waiting_.erase(key(h.at, h.serial));
}

inline void deadlines::on_timer()
{
    std::vector<std::pair<std::uint64_t, entry>> passed;
    {
        const std::lock_guard<std::mutex> lock(mutex_);
        const auto now = clock::now();
        // It may have been armed anew, for an earlier one, when it had just expired.
        while (!waiting_.empty() && waiting_.begin()->first.first <= now)
        {
            const auto first = waiting_.begin();
            passed.emplace_back(first->first.second, std::move(first->second));
            waiting_.erase(first);
        }
        is_armed_ = false;
        if (!waiting_.empty())
            arm();
    }
    for (const auto& [serial, e] : passed)
    {
        if (const auto target = e.target.lock())
            target->on_deadline(e.which, serial);
    }
}

}  // namespace socketlock::detail

#endif
