// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#ifndef SOCKETLOCK_TEST_UNIT_LOCK_FIXTURE_HPP
#define SOCKETLOCK_TEST_UNIT_LOCK_FIXTURE_HPP

#include <socketlock/process_lock.hpp>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>
#include <temporary_directory.hpp>
#include <thread>

#include "printing.hpp"

namespace lock_fixture {

namespace asio = boost::asio;
using socketlock::errc;
using socketlock::error_code;
using socketlock::process_lock;

struct with_locks
{
    temporary_directory directory;
    asio::io_context context;

    socketlock::lock_options options() const
    {
        socketlock::lock_options result;
        result.lock_dir = directory.path();
        return result;
    }

    process_lock make(const std::string& name = "myapp")
    {
        return process_lock(context, name, options());
    }

    template <class Executor>
    socketlock::basic_process_lock<Executor> make_on(
        const Executor& executor,
        const std::string& name = "myapp"
    )
    {
        return socketlock::basic_process_lock<Executor>(executor, name, options());
    }

    /// Runs the context's handlers as long as there is work.
    void run()
    {
        context.restart();
        context.run();
    }

    /// The same until `done()`, which must not take for ever.
    template <class Done>
    void run_until(Done done)
    {
        context.restart();
        const auto work = asio::make_work_guard(context);
        const auto limit = std::chrono::steady_clock::now() + std::chrono::minutes(3);
        while (!done() && std::chrono::steady_clock::now() < limit)
            context.run_one_for(std::chrono::seconds(1));
        BOOST_TEST_REQUIRE(done());
    }
};

/// Repeats what is true soon, but cannot be waited for.
template <class Condition>
bool soon(Condition condition)
{
    const auto limit = std::chrono::steady_clock::now() + std::chrono::minutes(3);
    while (!condition())
    {
        if (std::chrono::steady_clock::now() > limit)
            return false;
        std::this_thread::yield();
    }
    return true;
}

}  // namespace lock_fixture

#endif
