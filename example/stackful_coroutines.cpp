// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// Stackful coroutines, which work in C++17 with Boost.Context.

#include <socketlock.hpp>

#define BOOST_ASIO_DISABLE_BOOST_COROUTINE  // the old ones, which need Boost.Coroutine
#include <boost/asio/io_context.hpp>
#include <boost/asio/spawn.hpp>

#include <exception>
#include <iostream>

namespace asio = boost::asio;

int main()
{
    asio::io_context context;
    socketlock::process_lock lock(context, "printer");
    lock.lock();
    const auto rethrow = [](std::exception_ptr error) {
        if (error)
            std::rethrow_exception(error);
    };

    // tag::spawn[]
    asio::spawn(
        context,
        [&](asio::yield_context yield) {
            socketlock::process_lock mine(context, "printer");
            if (!mine.async_try_lock(yield))
                std::cout << "not yet: held by " << to_string(*mine.blocker()) << '\n';

            const socketlock::scoped_lock owner = mine.async_scoped_lock(yield);
            std::cout << "the coroutine holds the lock\n";
        },
        rethrow
    );
    // end::spawn[]

    // tag::error[]
    asio::spawn(
        context,
        [&](asio::yield_context yield) {
            lock.async_wait_contended(yield);
            std::cout << "somebody waits for the lock\n";
            socketlock::error_code ec;
            lock.async_unlock(yield[ec]);  // with an error code instead of an exception
            if (ec)
                std::cout << "it could not be unlocked: " << ec.message() << '\n';
        },
        rethrow
    );
    // end::error[]
    context.run();
}
