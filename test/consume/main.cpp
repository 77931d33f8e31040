// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// The program of every consumer: locks a name in $SOCKETLOCK_DIR, and prints what came of it.

#include <socketlock.hpp>

#include <boost/asio/io_context.hpp>

#include <iostream>

int main()
{
    boost::asio::io_context context;
    socketlock::process_lock lock(context, "consumer");
    socketlock::process_lock other(context, "consumer");
    if (!lock.try_lock() || other.try_lock())
        return 1;
    std::cout
        << (other.blocker()->fencing_token == lock.fencing_token() ? "locked\n" : "confused\n");
}
