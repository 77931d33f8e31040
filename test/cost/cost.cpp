// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// usage: cost cycle|refused|contended NUMBER DIRECTORY
//
// Does one operation NUMBER times, for check.sh to count what it costs: `cycle` locks and unlocks a
// free lock, `refused` tries a lock that another process holds. With `contended` four processes
// together lock and unlock one lock so often.

#include <socketlock/process_lock.hpp>

#include <boost/asio/io_context.hpp>

#include <atomic>
#include <cstdlib>
#include <iostream>
#include <new>
#include <string>
#include <sys/mman.h>
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

// What the processes share.
struct arena
{
    std::atomic<int> ready{0};
    std::atomic<long> turns{0};
};

int take_turns(const socketlock::lock_options& options, arena& a, int processes, long number)
{
    boost::asio::io_context context;
    process_lock lock(context, "x", options);
    ++a.ready;
    while (a.ready != processes)
        ::usleep(1000);
    while (a.turns < number)
    {
        lock.lock();
        ++a.turns;
        lock.unlock();
    }
    return 0;
}

int contend(const socketlock::lock_options& options, long number)
{
    constexpr int processes = 4;
    constexpr int access = PROT_READ | PROT_WRITE;
    constexpr int kind = MAP_SHARED | MAP_ANONYMOUS;
    void* const memory = ::mmap(nullptr, sizeof(arena), access, kind, -1, 0);
    if (memory == MAP_FAILED)
        return 1;
    arena& a = *new (memory) arena;
    for (int i = 0; i < processes; ++i)
    {
        if (::fork() == 0)
            std::exit(take_turns(options, a, processes, number));
    }
    bool is_well = true;
    for (int i = 0; i < processes; ++i)
    {
        int status = 0;
        is_well = ::wait(&status) > 0 && status == 0 && is_well;
    }
    return is_well ? 0 : 1;
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
    if (words[1] == std::string("contended"))
        return contend(options, number);

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
