// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// usage: cost cycle|refused NUMBER DIRECTORY
//
// Does one operation NUMBER times, for check.sh to count what it costs: `cycle` locks and unlocks a
// free lock, `refused` tries a lock that another process holds.

#include <socketlock/process_lock.hpp>

#include <boost/asio/io_context.hpp>

#include <cstdlib>
#include <iostream>
#include <string>
#include <sys/wait.h>
#include <unistd.h>

namespace {

using socketlock::process_lock;

// callgrind counts what is done in here.
[[gnu::noinline]] void one_operation(process_lock& lock)
{
    if (lock.try_lock())
        lock.unlock();
}

// Holds a lock until no process is left that could write to the pipe.
void hold(const socketlock::lock_options& options, int ready, int until)
{
    boost::asio::io_context context;
    process_lock lock(context, "x", options);
    lock.lock();
    char byte = 0;
    if (::write(ready, &byte, 1) == 1)
        static_cast<void>(::read(until, &byte, 1));
}

}  // namespace

int main(int count, char** words)
{
    if (count != 4)
        return 2;
    const bool is_refused = words[1] == std::string("refused");
    const long number = std::atol(words[2]);
    socketlock::lock_options options;
    options.lock_dir = words[3];

    int ready[2];
    int until[2];
    if (::pipe(ready) != 0 || ::pipe(until) != 0)
        return 1;
    ::pid_t holder = 0;
    if (is_refused)
    {
        holder = ::fork();
        if (holder == 0)
        {
            ::close(until[1]);
            hold(options, ready[1], until[0]);
            return 0;
        }
        char byte = 0;
        if (holder < 0 || ::read(ready[0], &byte, 1) != 1)
            return 1;
    }

    bool is_as_expected = true;
    {
        boost::asio::io_context context;
        process_lock lock(context, "x", options);
        for (long i = 0; i < number; ++i)
            one_operation(lock);
        is_as_expected = lock.blocker().has_value() == is_refused;
    }
    ::close(until[1]);
    if (holder > 0)
        ::waitpid(holder, nullptr, 0);
    if (!is_as_expected)
        std::cerr << "the lock was " << (is_refused ? "free" : "held") << '\n';
    return is_as_expected ? 0 : 1;
}
