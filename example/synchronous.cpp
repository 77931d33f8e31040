// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// Synchronous use: a process_lock is Lockable and TimedLockable, and needs no running io_context.

#include <socketlock.hpp>

#include <boost/asio/system_executor.hpp>

#include <chrono>
#include <iostream>
#include <mutex>
#include <thread>

using socketlock::process_lock;

int main()
{
    const boost::asio::system_executor executor;

    // tag::unique_lock[]
    process_lock lock(executor, "printer");
    {
        const std::unique_lock owner(lock);
        std::cout << "held: " << std::boolalpha << lock.owns_lock() << '\n';

        process_lock other(executor, "printer");
        const std::unique_lock patient(other, std::chrono::milliseconds(20));
        if (!patient)
            std::cout << "not within 20 ms: held by " << to_string(*other.blocker()) << '\n';
    }
    std::cout << "held: " << lock.owns_lock() << '\n';
    // end::unique_lock[]

    // tag::two[]
    // Two locks at once. std::scoped_lock avoids the deadlock that different orders would cause.
    int sheets = 0;
    const auto print = [&](const char* first, const char* second) {
        process_lock a(executor, first);
        process_lock b(executor, second);
        for (int i = 0; i < 100; ++i)
        {
            const std::scoped_lock both(a, b);
            ++sheets;
        }
    };
    std::thread thread(print, "printer", "paper");
    print("paper", "printer");
    thread.join();
    std::cout << sheets << " sheets printed\n";
    // end::two[]

    // tag::error[]
    try
    {
        lock.lock();
        lock.lock();
    }
    catch (const socketlock::lock_error& error)
    {
        std::cout << error.what() << '\n';
    }
    // end::error[]

    // tag::status[]
    if (socketlock::status("printer").state == socketlock::lock_state::held)
        std::cout << "no page can be printed now\n";

    for (const socketlock::lock_status& found : socketlock::list_locks())
    {
        std::cout << found.name << ": ";
        if (found.holder)
            std::cout << "held by " << to_string(*found.holder) << '\n';
        else
            std::cout << (found.error ? found.error.message() : "free") << '\n';
    }
    // end::status[]
}
