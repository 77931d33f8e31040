// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// The ways to stop waiting. None of them disturbs the others in the queue, and a waiter that has
// left never ends up holding the lock.

#include <socketlock.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <iostream>
#include <string>

namespace asio = boost::asio;
using socketlock::error_code;

int main()
{
    asio::io_context context;
    socketlock::process_lock holder(context, "printer");
    holder.lock();
    const auto report = [](std::string what) {
        return [what](error_code ec) {
            const bool aborted = ec == asio::error::operation_aborted;
            std::cout << what << ": "
                      << (aborted ? "aborted"
                          : ec    ? ec.message()
                                  : "locked")
                      << '\n';
        };
    };

    // tag::timeout[]
    socketlock::process_lock first(context, "printer");
    first.async_try_lock_for(std::chrono::milliseconds(20), [](error_code ec, bool acquired) {
        // A limit that passes is not an error.
        std::cout << "time limit: " << (ec ? ec.message() : acquired ? "locked" : "passed") << '\n';
    });
    context.run();
    // end::timeout[]

    // tag::slot[]
    // One operation, through a cancellation slot, as Asio's newer composed operations do it.
    asio::cancellation_signal stop;
    socketlock::process_lock second(context, "printer");
    second.async_lock(asio::bind_cancellation_slot(stop.slot(), report("signal")));
    stop.emit(asio::cancellation_type::total);
    context.restart();
    context.run();
    // end::slot[]

    // tag::cancel[]
    // All operations of an object.
    socketlock::process_lock third(context, "printer");
    third.async_lock(report("cancel"));
    third.cancel();
    context.restart();
    context.run();
    // end::cancel[]

    // tag::destructor[]
    // The object itself.
    {
        socketlock::process_lock fourth(context, "printer");
        fourth.async_lock(report("destructor"));
    }
    context.restart();
    context.run();
    // end::destructor[]

    // tag::afterwards[]
    // A waiter that is still in the queue gets the lock; cancelling what is done changes nothing.
    second.async_lock(asio::bind_cancellation_slot(stop.slot(), report("the one who stayed")));
    holder.unlock();
    context.restart();
    context.run();
    stop.emit(asio::cancellation_type::total);
    second.cancel();
    std::cout << "still held: " << std::boolalpha << second.owns_lock() << '\n';
    // end::afterwards[]
}
