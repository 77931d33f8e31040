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
    // Indexed by descriptor. Not a list, since the child must not allocate.
    std::vector<bool> is_ours;

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
    for (std::size_t i = 0; i < state.is_ours.size(); ++i)
    {
        if (state.is_ours[i])
        {
            ::close(static_cast<int>(i));
            state.is_ours[i] = false;
        }
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
    auto& is_ours = the_fork_state().is_ours;
    const auto index = static_cast<std::size_t>(descriptor);
    if (is_ours.size() <= index)
        is_ours.resize(index + 64);
    is_ours[index] = true;
}

SOCKETLOCK_DECL void forget_descriptor(int descriptor) noexcept
{
    the_fork_state().is_ours[static_cast<std::size_t>(descriptor)] = false;
}

}  // namespace socketlock::detail

#endif
