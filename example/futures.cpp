// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// Futures: a thread that may block asks for a lock whose completions another thread delivers.

#include <socketlock.hpp>

#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_future.hpp>

#include <chrono>
#include <future>
#include <iostream>

using boost::asio::use_future;

int main()
{
    boost::asio::thread_pool pool(1);
    socketlock::process_lock lock(pool, "printer");
    socketlock::process_lock other(pool, "printer");

    // tag::future[]
    std::future<void> locked = lock.async_lock(use_future);
    // ... do something else meanwhile
    locked.get();  // throws boost::system::system_error if it failed
    std::cout << "the lock is held\n";
    // end::future[]

    // tag::timed[]
    if (!other.async_try_lock_for(std::chrono::milliseconds(20), use_future).get())
        std::cout << "the other did not get it within 20 ms\n";
    // end::timed[]

    // tag::scoped[]
    auto next = other.async_scoped_lock(use_future);
    lock.async_unlock(use_future).get();
    {
        const socketlock::scoped_lock owner = next.get();
        std::cout << "the other holds it: " << std::boolalpha << owner.owns_lock() << '\n';
    }
    std::cout << "somebody holds it: " << lock.async_holder(use_future).get().has_value() << '\n';
    // end::scoped[]

    // tag::error[]
    try
    {
        lock.async_unlock(use_future).get();
    }
    catch (const boost::system::system_error& error)
    {
        if (error.code() == socketlock::errc::not_owner)
            std::cout << "unlocking what is not held is an error\n";
    }
    // end::error[]
}
