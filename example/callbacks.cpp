// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// Callbacks. Two lock objects with one name exclude each other in one process just as they do in
// two.

#include <socketlock.hpp>

#include <boost/asio/io_context.hpp>

#include <iostream>

using socketlock::error_code;

int main()
{
    boost::asio::io_context context;
    socketlock::process_lock one(context, "printer");
    socketlock::process_lock two(context, "printer");

    // tag::unlock_when_wanted[]
    const auto unlock_when_wanted = [&](error_code ec) {
        if (ec)
            return;
        std::cout << "one is told that somebody waits, and unlocks\n";
        one.async_unlock([](error_code) {});
    };
    // end::unlock_when_wanted[]

    // tag::queue[]
    const auto queue = [&] {
        two.async_lock([&](error_code ec) {
            if (ec)
            {
                std::cout << "two does not get the lock: " << ec.message() << '\n';
                return;
            }
            std::cout << "two holds the lock\n";
            // ... the work; the destructor would unlock, too
            two.unlock();
        });
    };
    // end::queue[]

    // tag::try[]
    const auto try_and_queue = [&](error_code ec, bool acquired) {
        if (!ec && !acquired)
        {
            std::cout << "two is refused: held by " << to_string(*two.blocker()) << '\n';
            queue();
        }
    };
    // end::try[]

    // tag::lock[]
    one.async_lock([&](error_code ec) {
        if (ec)
        {
            std::cout << "one does not get the lock: " << ec.message() << '\n';
            return;
        }
        std::cout << "one holds the lock\n";
        one.async_wait_contended(unlock_when_wanted);
        two.async_try_lock(try_and_queue);
    });
    context.run();
    // end::lock[]
}
