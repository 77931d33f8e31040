// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#ifndef SOCKETLOCK_DETAIL_COMPLETION_LOCK_SERVICE_IPP
#define SOCKETLOCK_DETAIL_COMPLETION_LOCK_SERVICE_IPP

#include <socketlock/detail/completion/lock_core.hpp>
#include <socketlock/detail/completion/lock_service.hpp>
#include <socketlock/detail/platform/fork.hpp>

#include <mutex>
#include <thread>

namespace socketlock::detail {

SOCKETLOCK_DECL lock_service::lock_service(asio::execution_context& context)
    : asio::execution_context::service(context),
      operations_(std::make_shared<operation_count>()),
      generation_(fork_generation())
{
}

SOCKETLOCK_DECL lock_service::~lock_service() = default;

SOCKETLOCK_DECL void lock_service::add(lock_core& core)
{
    const std::lock_guard<std::mutex> lock(fork_mutex());
    core.service_ = this;
    core.next_ = first_;
    if (first_ != nullptr)
        first_->previous_ = &core;
    first_ = &core;
}

SOCKETLOCK_DECL void lock_service::remove(lock_core& core) noexcept
{
    const std::lock_guard<std::mutex> lock(fork_mutex());
    (core.previous_ != nullptr ? core.previous_->next_ : first_) = core.next_;
    if (core.next_ != nullptr)
        core.next_->previous_ = core.previous_;
    core.service_ = nullptr;
}

// Lock objects that are still there, because a handler owns them, outlive their service.
SOCKETLOCK_DECL void lock_service::shutdown()
{
    while (first_ != nullptr)
    {
        lock_core& core = *first_;
        remove(core);
        core.end_operations(false);
    }
    // What remains is being completed on the runtime's thread at this moment. In the child of a
    // fork nobody will.
    while (generation_ == fork_generation() && !operations_->is_zero())
        std::this_thread::yield();
}

SOCKETLOCK_DECL void lock_service::notify_fork(asio::execution_context::fork_event event)
{
    if (event != asio::execution_context::fork_child)
        return;
    // What is still counted was being completed in the parent, and never ends.
    operations_ = std::make_shared<operation_count>();
    generation_ = fork_generation();
    for (lock_core* core = first_; core != nullptr; core = core->next_)
    {
        core->operations_ = operations_;
        core->end_operations(true);
    }
}

}  // namespace socketlock::detail

#endif
