// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// Many timers by way of one: most are stopped long before they expire, and must cost nothing.

#ifndef SOCKETLOCK_DETAIL_COMPLETION_DEADLINES_HPP
#define SOCKETLOCK_DETAIL_COMPLETION_DEADLINES_HPP

#include <socketlock/config.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <utility>

namespace socketlock::detail {

/// Whom a deadline tells that it has passed.
class deadline_target
{
public:
    /// On the I/O thread. `which` and `serial` are the deadline's. It may have been stopped at this
    /// very moment.
    virtual void on_deadline(unsigned which, std::uint64_t serial) = 0;

protected:
    ~deadline_target() = default;
};

/**
 * Deadlines of the I/O thread. To start or stop one costs a system call only if it is the earliest:
 * a timer that is armed stays armed, and finds nothing to do. Thread-safe.
 */
class deadlines
{
public:
    using clock = std::chrono::steady_clock;

    /// A deadline that was started. The serial is 0 if there is none.
    struct handle
    {
        clock::time_point at;
        std::uint64_t serial = 0;
    };

    explicit deadlines(asio::io_context& context) : timer_(context) {}
    deadlines(deadlines&&) = delete;
    ~deadlines() = default;

    /// Tells the target, if it is still there, when `pause` has passed.
    SOCKETLOCK_DECL handle
    start(std::weak_ptr<deadline_target> target, unsigned which, clock::duration pause);
    SOCKETLOCK_DECL void stop(const handle& h) noexcept;

private:
    struct entry
    {
        std::weak_ptr<deadline_target> target;
        unsigned which;
    };
    using key = std::pair<clock::time_point, std::uint64_t>;

    void arm();
    void on_timer();

    std::mutex mutex_;
    std::map<key, entry> waiting_;
    std::uint64_t last_serial_ = 0;
    asio::steady_timer timer_;
    bool is_armed_ = false;
};

}  // namespace socketlock::detail

#endif
