// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// The benchmark's other processes.

#ifndef SOCKETLOCK_BENCH_WORKER_HPP
#define SOCKETLOCK_BENCH_WORKER_HPP

#include <cstdint>
#include <functional>
#include <string>
#include <sys/types.h>
#include <vector>

#include "descriptor.hpp"
#include "peers.hpp"
#include "statistics.hpp"

namespace bench {

/// A child process that dies with the benchmark and is killed by its destructor.
class child
{
public:
    /// Runs `body` in a fork. The child has none of the descriptors of other children that were
    /// given to `keep_to_parent`.
    explicit child(const std::function<void()>& body);
    child(child&& other) noexcept;
    child& operator=(child&&) = delete;
    ~child();

    ::pid_t pid() const noexcept { return pid_; }
    /// Sends SIGKILL, and does not wait for the end; returns the time just before.
    nanoseconds kill();
    /// Waits for its end; false if it failed.
    bool join();
    /// The same; false if it has not ended at `limit`: then it is left to the destructor.
    bool join_until(nanoseconds limit);
    bool has_ended() const;

private:
    ::pid_t pid_;
};

/// A descriptor that children forked from now on must not have.
class parents_end
{
public:
    explicit parents_end(descriptor fd);
    parents_end(parents_end&&) noexcept;
    parents_end& operator=(parents_end&&) = delete;
    ~parents_end();

    int get() const noexcept { return fd_.get(); }

private:
    descriptor fd_;
};

// Whole messages over a descriptor; they throw at its end.
void send_all(int fd, const void* data, std::size_t size);
void receive_all(int fd, void* data, std::size_t size);

/// A process with one lock of a plan, which does what it is told.
class worker
{
public:
    /// When the call began, and when it returned or the lock was acquired.
    struct times
    {
        nanoseconds begin;
        nanoseconds end;
    };

    worker(const plan& p, int role);

    /// Waits until the process is there and has its lock object; only once.
    void await_start();

    /// Times `count` cycles of try_lock and unlock.
    std::vector<nanoseconds> cycles(std::uint32_t count);
    /// Times `count` tries that must fail.
    std::vector<nanoseconds> refused(std::uint32_t count);

    void start_lock() { request('l', 0); }
    void start_unlock() { request('u', 0); }
    /// What became of the last `start_...`.
    times finish();
    times lock();
    times unlock();

    ::pid_t pid() const noexcept { return child_.pid(); }
    nanoseconds kill() { return child_.kill(); }

private:
    struct ends;
    worker(const plan& p, int role, ends both);

    void request(char what, std::uint32_t count);

    parents_end channel_;
    child child_;
};

}  // namespace bench

#endif
