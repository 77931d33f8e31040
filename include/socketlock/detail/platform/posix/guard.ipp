// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#ifndef SOCKETLOCK_DETAIL_PLATFORM_POSIX_GUARD_IPP
#define SOCKETLOCK_DETAIL_PLATFORM_POSIX_GUARD_IPP

#include <socketlock/detail/platform/fork.hpp>
#include <socketlock/detail/platform/guard.hpp>
#include <socketlock/detail/platform/interprocess_file_lock.hpp>

#include <atomic>
#include <cstdint>
#include <mutex>

namespace socketlock::detail {

// The guard belongs to the process, and is dropped when the process closes any descriptor of the
// file: so one thread at a time has a guard, whatever the lock, and none has one while a file is
// closed. A child gets a new mutex: its parent's may be locked forever.
inline std::mutex& process_guard()
{
    struct guard_of_process
    {
        std::uint64_t generation = fork_generation();
        std::mutex mutex;
    };
    static std::atomic<guard_of_process*> instance{new guard_of_process};
    guard_of_process* current = instance.load();
    if (current->generation != fork_generation())
    {
        auto* const fresh = new guard_of_process;
        if (instance.compare_exchange_strong(current, fresh))
            current = fresh;
        else
            delete fresh;
    }
    return current->mutex;
}

SOCKETLOCK_DECL bool try_guard(const file& lock_file, guard_mode mode, error_code& ec)
{
    ec.clear();
    std::unique_lock<std::mutex> lock(process_guard(), std::try_to_lock);
    if (!lock)
        return false;
    const bool taken = mode == guard_mode::exclusive ? try_lock_file(lock_file, ec)
                                                     : try_lock_file_sharable(lock_file, ec);
    if (taken)
        lock.release();
    return taken;
}

SOCKETLOCK_DECL void release_guard(const file& lock_file) noexcept
{
    unlock_file(lock_file);
    process_guard().unlock();
}

SOCKETLOCK_DECL void close_guarded(file& lock_file) noexcept
{
    const std::lock_guard<std::mutex> lock(process_guard());
    lock_file.close();
}

}  // namespace socketlock::detail

#endif
