// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#ifndef SOCKETLOCK_DETAIL_PLATFORM_POSIX_FORK_IPP
#define SOCKETLOCK_DETAIL_PLATFORM_POSIX_FORK_IPP

#include <socketlock/detail/platform/fork.hpp>
#include <socketlock/detail/platform/process_identity.hpp>

#include <atomic>
#include <cstddef>
#include <pthread.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace socketlock::detail {

struct fork_state
{
    std::mutex mutex;
    std::mutex library_mutex;
    std::atomic<std::uint64_t> generation{1};
    std::atomic<::pid_t> process_id{::getpid()};
    // How many of our owners each descriptor has: two, if other code has closed it and the number
    // was given to us again before the first one noticed. Not a list, since the child must not
    // allocate.
    std::vector<unsigned char> owners;

    fork_state();
};

// Never destroyed: threads and forks may outlive static destruction.
inline fork_state& the_fork_state()
{
    static fork_state& instance = *new fork_state;
    return instance;
}

inline void before_fork()
{
    the_fork_state().mutex.lock();
    the_fork_state().library_mutex.lock();
}

inline void after_fork_in_parent()
{
    the_fork_state().library_mutex.unlock();
    the_fork_state().mutex.unlock();
}

// Only async-signal-safe calls here: the other threads are gone, and what they had locked stays
// locked.
inline void after_fork_in_child()
{
    fork_state& state = the_fork_state();
    for (std::size_t i = 0; i < state.owners.size(); ++i)
    {
        if (state.owners[i] != 0)
            ::close(static_cast<int>(i));
        state.owners[i] = 0;
    }
    state.process_id.store(::getpid(), std::memory_order_relaxed);
    state.generation.fetch_add(1, std::memory_order_relaxed);
    state.library_mutex.unlock();
    state.mutex.unlock();
}

inline fork_state::fork_state()
{
    ::pthread_atfork(before_fork, after_fork_in_parent, after_fork_in_child);
}

SOCKETLOCK_DECL std::uint64_t fork_generation() noexcept
{
    return the_fork_state().generation.load(std::memory_order_relaxed);
}

SOCKETLOCK_DECL std::int64_t this_process_id() noexcept
{
    return the_fork_state().process_id.load(std::memory_order_relaxed);
}

SOCKETLOCK_DECL std::mutex& fork_mutex()
{
    return the_fork_state().mutex;
}

SOCKETLOCK_DECL std::mutex& library_mutex()
{
    return the_fork_state().library_mutex;
}

SOCKETLOCK_DECL void leak_after_fork(std::shared_ptr<void> thing)
{
    static auto& things = *new std::vector<std::shared_ptr<void>>;
    const std::lock_guard<std::mutex> lock(fork_mutex());
    things.push_back(std::move(thing));
}

SOCKETLOCK_DECL void remember_descriptor(int descriptor)
{
    auto& owners = the_fork_state().owners;
    const auto index = static_cast<std::size_t>(descriptor);
    if (owners.size() <= index)
        owners.resize(index + 64);
    ++owners[index];
}

SOCKETLOCK_DECL void forget_descriptor(int descriptor) noexcept
{
    auto& owners = the_fork_state().owners[static_cast<std::size_t>(descriptor)];
    // There is none in the child of a fork.
    if (owners != 0)
        --owners;
}

}  // namespace socketlock::detail

#endif
