// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#ifndef SOCKETLOCK_DETAIL_COMPLETION_OPERATION_COUNT_IPP
#define SOCKETLOCK_DETAIL_COMPLETION_OPERATION_COUNT_IPP

#include <socketlock/detail/completion/operation_count.hpp>
#include <socketlock/detail/platform/fork.hpp>

#include <mutex>

namespace socketlock::detail {

// The thread that is about to fork may post: it is not in the middle of that when it forks.
SOCKETLOCK_DECL bool operation_count::begin(complete_operation& op)
{
    const std::lock_guard<std::mutex> lock(fork_mutex());
    if (is_stopped_ && stopped_generation_ == fork_generation() &&
        stopped_by_ != std::this_thread::get_id())
    {
        *last_kept_ = &op;
        last_kept_ = &op.next_;
        return false;
    }
    ++posting_;
    return true;
}

SOCKETLOCK_DECL void operation_count::end() noexcept
{
    const std::lock_guard<std::mutex> lock(fork_mutex());
    --posting_;
}

SOCKETLOCK_DECL void operation_count::stop_posting()
{
    std::unique_lock<std::mutex> lock(fork_mutex());
    is_stopped_ = true;
    stopped_generation_ = fork_generation();
    stopped_by_ = std::this_thread::get_id();
    while (posting_ != 0)
    {
        lock.unlock();
        std::this_thread::yield();
        lock.lock();
    }
}

inline complete_operation* operation_count::take_kept() noexcept
{
    const std::lock_guard<std::mutex> lock(fork_mutex());
    is_stopped_ = false;
    last_kept_ = &first_kept_;
    return std::exchange(first_kept_, nullptr);
}

SOCKETLOCK_DECL void operation_count::go_on()
{
    for (complete_operation* op = take_kept(); op != nullptr;)
        std::exchange(op, std::exchange(op->next_, nullptr))->post();
}

SOCKETLOCK_DECL void operation_count::go_on_aborting()
{
    for (complete_operation* op = take_kept(); op != nullptr;)
        std::exchange(op, std::exchange(op->next_, nullptr))->post_aborted();
}

SOCKETLOCK_DECL void operation_count::discard_kept() noexcept
{
    for (complete_operation* op = take_kept(); op != nullptr;)
        std::exchange(op, std::exchange(op->next_, nullptr))->discard();
}

}  // namespace socketlock::detail

#endif
