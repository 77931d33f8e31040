// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#include <socketlock/error.hpp>
#include <socketlock/process_lock.hpp>
#include <socketlock/status.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <optional>

#include "child.hpp"
#include "commands.hpp"
#include "report.hpp"
#include "signals.hpp"
#include "standard_streams.hpp"
#include "text.hpp"
#include "waiting_line.hpp"

namespace socketlock::tool {

namespace {

using namespace std::chrono_literals;

/// From the request for the lock to the end of the command, all on one thread.
class run_session
{
public:
    explicit run_session(const run_request& request)
        : request_(request),
          signals_(context_),
          lock_(context_, request.name, options_of(request)),
          line_(request.name),
          line_timer_(context_)
    {
    }

    /// Returns the exit code.
    int perform()
    {
        signals_.receive([this](received_signal signal) { on_signal(signal); });
        acquire();
        if (!request_.no_wait && !request_.common.json && stderr_is_terminal())
            show_line_after(200ms);
        context_.run();
        return exit_code_;
    }

    /// The signal by which this process was asked to end before there was a command; else 0.
    int ending_signal() const noexcept { return ending_signal_; }

private:
    void acquire()
    {
        const auto handler = [this](error_code ec, bool acquired = true) {
            on_acquired(ec, acquired && !ec);
        };
        if (request_.no_wait)
            lock_.async_try_lock(handler);
        else if (request_.timeout)
            lock_.async_try_lock_for(*request_.timeout, handler);
        else
            lock_.async_lock(handler);
    }

    void on_acquired(error_code ec, bool acquired)
    {
        is_waiting_ = false;
        line_timer_.cancel();
        line_.clear();
        // A signal that came just now was meant for us: there is no command yet.
        while (const auto signal = signals_.poll())
            on_signal(*signal);
        if (ending_signal_ != 0)
            return;
        if (ec)
            fail(describe(ec, lock_.blocker()));
        else if (!acquired)
            refuse();
        else
            start_command();
    }

    message describe(const error_code& ec, const std::optional<holder_info>& holder) const
    {
        const std::string why = explain(ec, lock_.name(), options_of(request_));
        return error_message(ec, lock_.name(), lock_.path(), holder, why);
    }

    void refuse()
    {
        auto holder = lock_.blocker();
        if (request_.timeout)
        {
            // While we waited, the lock may have changed hands.
            error_code ignored;
            if (auto present = lock_.holder(ignored))
                holder = present;
        }
        message m = describe(errc::held, holder);
        m.exit_code = request_.conflict_exit_code;
        if (request_.timeout)
            m.text = "gave up after " + to_text(*request_.timeout) + ": " + m.text;
        fail(m);
    }

    void start_command()
    {
        start_failure failure;
        child_ = child_process::start(
            request_.command,
            {
                {"SOCKETLOCK_NAME",          lock_.name()                         },
                {"SOCKETLOCK_FENCING_TOKEN", std::to_string(lock_.fencing_token())}
        },
            failure
        );
        if (!child_)
        {
            unlock();
            fail(describe(failure));
            return;
        }
        lock_.async_wait_lost([this](error_code ec) {
            if (ec == errc::lost)
                on_lost();
        });
        // The end of the command may have been reported before `child_` was set.
        on_child_changed();
    }

    message describe(const start_failure& failure) const
    {
        const std::string& file = request_.command.front();
        message m;
        m.name = lock_.name();
        switch (failure.why)
        {
        case start_failure::reason::not_found:
            m.exit_code = exit_code::not_found;
            m.text = printable(file) + (file.find('/') == file.npos
                                            ? ": command not found"
                                            : ": not found, or its interpreter is missing");
            break;
        case start_failure::reason::not_executable:
            m.exit_code = exit_code::not_executable;
            m.text = printable(file) + ": cannot execute: " + failure.error.message();
            break;
        case start_failure::reason::no_process:
            m.exit_code = exit_code::system;
            m.text = printable(file) + ": cannot start a process: " + failure.error.message();
            break;
        }
        return m;
    }

    void on_signal(received_signal signal)
    {
        if (signal.is_from_child())
            on_child_changed();
        else if (!child_)
        {
            ending_signal_ = signal.number;
            context_.stop();
        }
        else if (signal.by_process)
            child_->send(signal.number);
    }

    void on_child_changed()
    {
        if (!child_)
            return;
        if (const auto code = child_->exit_code())
        {
            exit_code_ = *code;
            unlock();
            context_.stop();
        }
    }

    void on_lost()
    {
        child_->terminate();
        error_code ignored;
        const auto holder = lock_.holder(ignored);
        message m = describe(errc::lost, holder);
        m.text = printable(lock_.name()) + " was taken away while the command was running" +
                 (holder ? " and is now held by " + to_string(*holder) : "") +
                 ": sending SIGTERM to the command";
        report(m, request_.common.json);
        is_lost_ = true;
    }

    void unlock()
    {
        error_code ec;
        lock_.unlock(ec);
        if (ec == errc::lost)
        {
            if (!is_lost_)
                report(describe(ec, {}), request_.common.json);
            exit_code_ = exit_code::unavailable;
        }
        else if (ec)
        {
            // Not a failure: the lock is free at the latest when this process ends, which is now.
            message m = describe(ec, {});
            m.exit_code = exit_code_;
            report(m, request_.common.json);
        }
    }

    void fail(const message& m)
    {
        report(m, request_.common.json);
        exit_code_ = m.exit_code;
        context_.stop();
    }

    void show_line_after(std::chrono::milliseconds pause)
    {
        line_timer_.expires_after(pause);
        line_timer_.async_wait([this](const error_code& ec) {
            if (!ec && is_waiting_)
                show_line();
        });
    }

    void show_line()
    {
        line_.show(present_holder_ ? present_holder_ : lock_.blocker(), lock_.ahead());
        if (!is_asking_)
        {
            is_asking_ = true;
            lock_.async_holder([this](error_code ec, std::optional<holder_info> holder) {
                is_asking_ = false;
                if (!ec)
                    present_holder_ = std::move(holder);
            });
        }
        show_line_after(1s);
    }

    const run_request& request_;
    asio::io_context context_{1};
    signal_source signals_;
    process_lock lock_;
    std::optional<child_process> child_;
    int exit_code_ = exit_code::software;
    int ending_signal_ = 0;
    bool is_lost_ = false;
    bool is_waiting_ = true;

    waiting_line line_;
    asio::steady_timer line_timer_;
    bool is_asking_ = false;
    std::optional<holder_info> present_holder_;
};

}  // namespace

int run(const run_request& request)
{
    int code = 0;
    int ending_signal = 0;
    {
        run_session session(request);
        code = session.perform();
        ending_signal = session.ending_signal();
    }
    return ending_signal != 0 ? end_by_signal(ending_signal) : code;
}

}  // namespace socketlock::tool
