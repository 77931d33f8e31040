// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// Deferred operations: values that describe what to do, and start when they are called.

#include <socketlock.hpp>

#include <boost/asio/deferred.hpp>
#include <boost/asio/io_context.hpp>

#include <iostream>
#include <utility>

using boost::asio::deferred;
using socketlock::error_code;

int main()
{
    boost::asio::io_context context;
    socketlock::process_lock lock(context, "printer");

    // tag::deferred[]
    const auto report = [](error_code ec) {
        std::cout << "locked: " << (ec ? ec.message() : "no error") << '\n';
    };
    auto operation = lock.async_lock(deferred);
    std::cout << "nothing has happened yet\n";
    std::move(operation)(report);
    context.run();
    // end::deferred[]

    // tag::chain[]
    // Unlocks, then asks whether anybody holds the lock: two steps, one operation.
    auto unlock_and_ask = lock.async_unlock(deferred)(deferred([&lock](error_code ec) {
        std::cout << "unlocked: " << (ec ? ec.message() : "no error") << '\n';
        return lock.async_holder(deferred);
    }));
    std::move(unlock_and_ask)([](error_code, auto holder) {
        std::cout << (holder ? "somebody" : "nobody") << " holds the lock\n";
    });
    context.restart();
    context.run();
    // end::chain[]
}
