// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#include <socketlock/error.hpp>
#include <socketlock/options.hpp>
#include <socketlock/status.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <system_error>
#include <thread>
#include <utility>

#include "change_watch.hpp"
#include "commands.hpp"
#include "report.hpp"
#include "standard_streams.hpp"
#include "waiting_line.hpp"

namespace socketlock::tool {

namespace {

using namespace std::chrono_literals;

/// Waits without joining the queue: a claim in the queue would get the lock in the end, and for
/// that moment keep it from others. Sleeps until the lock file changes or the holder ends; where
/// that cannot be watched, it polls.
class onlooker
{
public:
    onlooker(const wait_request& request, const std::string& lock_file)
        : name_(request.name),
          options_(options_of(request.common)),
          timeout_(request.timeout.value_or(seconds::max())),
          shows_line_(!request.common.json && stderr_is_terminal()),
          lock_file_(lock_file),
          line_(request.name),
          changes_(lock_file)
    {
    }

    /// Returns when the lock is free (nothing), or when there is no point in going on.
    std::optional<message> wait()
    {
        for (std::int64_t last_holder = 0;;)
        {
            // Before the look, so that no change after it is missed.
            const bool is_watched = changes_.begin(last_holder);
            const clock::time_point now = clock::now();
            error_code ec;
            const lock_status lock = socketlock::status(name_, options_, ec);
            if (ec)
                return error_message(ec, name_, lock_file_, {}, explain(ec, name_, options_));
            const seconds waited = now - begin_;
            if (lock.state == lock_state::free)
            {
                if (std::exchange(last_holder, 0) == 0 || (lock.has_lock_file && has_record()))
                    return std::nullopt;
                await_record(std::min<seconds>(1s, timeout_ - waited));
                continue;
            }
            if (waited >= timeout_)
            {
                message m = error_message(errc::held, name_, lock_file_, lock.holder, {});
                m.text = "gave up after " + to_text(timeout_) + ": " + m.text;
                return m;
            }
            clock::duration pause = show(lock.holder, now);
            // The number of another PID namespace is another process's here.
            const std::int64_t holder = lock.holder->in_other_pid_namespace ? -1 : lock.holder->pid;
            if (std::exchange(last_holder, holder) != holder)
                pause = shortest;
            else if (is_watched)
                pause = std::min<clock::duration>(pause, 3s);
            else
                pause = std::min(
                    pause,
                    std::exchange(poll_, std::min<clock::duration>(poll_ * 2, 1s))
                );
            changes_.sleep(
                std::chrono::ceil<clock::duration>(std::min<seconds>(pause, timeout_ - waited))
            );
            // If a lock changes hands all the time, a look now and then is enough.
            std::this_thread::sleep_until(now + shortest);
        }
    }

private:
    using clock = std::chrono::steady_clock;
    static constexpr clock::duration shortest = 1ms;

    bool has_record() const
    {
        std::error_code ec;
        return std::filesystem::file_size(lock_file_, ec) != 0 && !ec;
    }

    /// Somebody has removed the file. If the holder is alive, it puts the file back as soon as it
    /// gets the processor.
    void await_record(seconds longest) const
    {
        const clock::time_point begin = clock::now();
        while (!has_record() && clock::now() - begin < longest)
            std::this_thread::sleep_for(5ms);
    }

    /// Returns when to show the line again.
    clock::duration show(const std::optional<holder_info>& holder, clock::time_point now)
    {
        if (!shows_line_)
            return clock::duration::max();
        if (now >= next_show_)
        {
            line_.show(holder);
            next_show_ += 1s;
        }
        return std::max<clock::duration>(next_show_ - now, shortest);
    }

    const std::string name_;
    const lock_options options_;
    const seconds timeout_;
    const bool shows_line_;
    const std::string lock_file_;
    waiting_line line_;
    change_watch changes_;
    const clock::time_point begin_ = clock::now();
    clock::time_point next_show_ = begin_ + 200ms;
    clock::duration poll_ = 50ms;
};

}  // namespace

int wait(const wait_request& request)
{
    error_code ec;
    const lock_options options = options_of(request.common);
    const lock_status first = socketlock::status(request.name, options, ec);
    const std::optional<message> failure = ec ? error_message(
                                                    ec,
                                                    first.name,
                                                    first.path,
                                                    {},
                                                    explain(ec, first.name, options)
                                                )
                                              : onlooker(request, first.path).wait();
    if (!failure)
        return 0;
    report(*failure, request.common.json);
    return failure->exit_code;
}

}  // namespace socketlock::tool
