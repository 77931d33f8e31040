// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// Default completion tokens: a lock type that returns awaitables unless told otherwise.

#include <socketlock.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <exception>
#include <iostream>

namespace asio = boost::asio;

// tag::default[]
using awaitable_lock = asio::use_awaitable_t<>::as_default_on_t<socketlock::process_lock>;

asio::awaitable<void> work()
{
    const auto executor = co_await asio::this_coro::executor;
    awaitable_lock lock(executor, "printer");
    co_await lock.async_lock();
    std::cout << "locked\n";
    co_await lock.async_unlock();
    if (co_await lock.async_try_lock_for(std::chrono::seconds(5)))
        std::cout << "locked again\n";
}
// end::default[]

// tag::tuple[]
// Errors as values: [ec, ...] instead of exceptions.
using tuple_token = asio::as_tuple_t<asio::use_awaitable_t<>>;
using tuple_lock = tuple_token::as_default_on_t<socketlock::process_lock>;

asio::awaitable<void> careful_work()
{
    const auto executor = co_await asio::this_coro::executor;
    tuple_lock lock(executor, "printer");
    const auto [ec, acquired] = co_await lock.async_try_lock();
    std::cout << "locked: " << (ec ? ec.message() : acquired ? "yes" : "no") << '\n';
    const auto [twice] = co_await lock.async_lock();
    if (twice == socketlock::errc::already_locked)
        std::cout << "a lock object has one claim at a time\n";
}
// end::tuple[]

asio::awaitable<void> all()
{
    co_await work();
    co_await careful_work();
}

int main()
{
    asio::io_context context;
    co_spawn(context, all(), [](std::exception_ptr error) {
        if (error)
            std::rethrow_exception(error);
    });
    context.run();
}
