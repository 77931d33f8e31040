// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#include <socketlock/error.hpp>

#include <algorithm>
#include <chrono>
#include <optional>
#include <thread>

#include "commands.hpp"
#include "look.hpp"
#include "report.hpp"
#include "waiting_line.hpp"

namespace socketlock::tool {

namespace {

using namespace std::chrono_literals;

/// Looks again and again, with growing pauses. Who waits in the queue instead is woken, but gets
/// the lock in the end, and for that moment takes it from others. A look costs some microseconds.
class onlooker
{
public:
    explicit onlooker(const wait_request& request)
        : where_(request.name, options_of(request.common)),
          timeout_(request.timeout.value_or(seconds::max())),
          shows_line_(!request.common.json),
          line_(where_.lock_name())
    {
    }

    /// Returns when the lock is free (nothing), or when it makes no sense to go on.
    std::optional<message> wait()
    {
        for (;;)
        {
            error_code ec;
            const auto holder = look(where_, ec);
            if (ec)
                return error_message(ec, where_.lock_name(), where_.path(), holder);
            if (!holder)
                return std::nullopt;
            const seconds waited = clock::now() - begin_;
            if (waited >= timeout_)
            {
                message m = error_message(errc::held, where_.lock_name(), where_.path(), holder);
                m.text = "gave up after " + to_text(timeout_) + ": " + m.text;
                return m;
            }
            if (shows_line_)
                show(holder);
            std::this_thread::sleep_for(std::min<seconds>(pause_, timeout_ - waited));
            pause_ = std::min<clock::duration>(pause_ * 3 / 2, 250ms);
        }
    }

private:
    using clock = std::chrono::steady_clock;

    void show(const std::optional<holder_info>& holder)
    {
        if (clock::now() < next_show_)
            return;
        line_.show(holder);
        next_show_ += 1s;
    }

    const detail::lock_address where_;
    const seconds timeout_;
    const bool shows_line_;
    waiting_line line_;
    const clock::time_point begin_ = clock::now();
    clock::time_point next_show_ = begin_ + 200ms;
    clock::duration pause_ = 5ms;
};

}  // namespace

int wait(const wait_request& request)
{
    const std::optional<message> failure = onlooker(request).wait();
    if (!failure)
        return 0;
    report(*failure, request.common.json);
    return failure->exit_code;
}

}  // namespace socketlock::tool
