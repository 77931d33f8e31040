// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// The thread on which a backend has its network I/O and its timers.

#ifndef SOCKETLOCK_DETAIL_COMPLETION_IO_THREAD_HPP
#define SOCKETLOCK_DETAIL_COMPLETION_IO_THREAD_HPP

#include <socketlock/config.hpp>
#include <socketlock/detail/completion/deadlines.hpp>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <cstdint>
#include <memory>
#include <thread>
#include <utility>

namespace socketlock::detail {

/// A thread of our own that runs an io_context, and gets no signals.
class io_thread
{
public:
    /// Starts it; throws boost::system::system_error or std::system_error if it cannot.
    SOCKETLOCK_DECL explicit io_thread(std::uint64_t generation);
    io_thread(io_thread&&) = delete;
    /// Stops the thread if it runs; not on the thread itself.
    SOCKETLOCK_DECL ~io_thread();

    /// The fork generation that it belongs to: in another one there is no such thread.
    std::uint64_t generation() const noexcept { return generation_; }

    asio::io_context& context() noexcept { return state_->context; }
    deadlines& timers() noexcept { return state_->timers; }

    /// Runs a function on the thread.
    template <class Function>
    void post(Function f)
    {
        asio::post(state_->context, std::move(f));
    }

    /// Ends the thread and waits for that; if this is the thread, returns it for another one to
    /// wait for. What was posted and has not run never will.
    SOCKETLOCK_DECL std::thread stop();

private:
    struct state
    {
        asio::io_context context{1};
        asio::executor_work_guard<asio::io_context::executor_type> work{context.get_executor()};
        deadlines timers{context};
    };

    const std::uint64_t generation_;
    // The thread has a share: it may be the one that destroys this object.
    const std::shared_ptr<state> state_;
    std::thread thread_;
};

}  // namespace socketlock::detail

#endif
