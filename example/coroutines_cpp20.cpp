// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// C++20 coroutines: an owner that unlocks when it goes out of scope, and a time limit.

#include <socketlock.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <exception>
#include <iostream>

namespace asio = boost::asio;
using asio::use_awaitable;

// tag::work[]
asio::awaitable<void> work(const char* who)
{
    const auto executor = co_await asio::this_coro::executor;
    socketlock::process_lock lock(executor, "printer");
    const socketlock::scoped_lock owner = co_await lock.async_scoped_lock(use_awaitable);
    std::cout << who << " holds the lock\n";
    // ... the work; other coroutines run while it waits for something
    co_await lock.async_wait_contended(use_awaitable);
    std::cout << who << " is told that somebody waits\n";
}  // unlocked here, even if something throws
// end::work[]

// tag::impatient[]
asio::awaitable<void> impatient()
{
    const auto executor = co_await asio::this_coro::executor;
    socketlock::process_lock lock(executor, "printer");
    if (co_await lock.async_try_lock_for(std::chrono::milliseconds(20), use_awaitable))
        co_return;
    if (const auto holder = lock.blocker())
        std::cout << "the impatient one gave up: held by " << to_string(*holder) << '\n';
}
// end::impatient[]

// tag::either[]
asio::awaitable<void> either()
{
    using namespace asio::experimental::awaitable_operators;
    const auto executor = co_await asio::this_coro::executor;
    socketlock::process_lock printer(executor, "printer");
    socketlock::process_lock plotter(executor, "plotter");
    const auto taken = co_await(
        printer.async_lock(use_awaitable) || plotter.async_lock(use_awaitable)
    );
    std::cout << "the " << (taken.index() == 0 ? "printer" : "plotter") << " was free\n";
    std::cout << std::boolalpha << "holds the printer: " << printer.owns_lock()
              << ", the plotter: " << plotter.owns_lock() << '\n';
}
// end::either[]

asio::awaitable<void> all()
{
    const auto executor = co_await asio::this_coro::executor;
    socketlock::process_lock lock(executor, "printer");
    co_await lock.async_lock(use_awaitable);
    co_await impatient();
    co_await either();

    co_spawn(executor, work("a coroutine"), [](std::exception_ptr error) {
        if (error)
            std::rethrow_exception(error);
    });
    co_await lock.async_wait_contended(use_awaitable);
    co_await lock.async_unlock(use_awaitable);
    co_await lock.async_lock(use_awaitable);
    std::cout << "the lock is back\n";
}

int main()
{
    // tag::run[]
    asio::io_context context;
    co_spawn(context, all(), [](std::exception_ptr error) {
        if (error)
            std::rethrow_exception(error);
    });
    context.run();
    // end::run[]
}
