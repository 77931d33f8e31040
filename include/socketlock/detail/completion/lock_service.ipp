// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#ifndef SOCKETLOCK_DETAIL_COMPLETION_LOCK_SERVICE_IPP
#define SOCKETLOCK_DETAIL_COMPLETION_LOCK_SERVICE_IPP

#include <socketlock/detail/completion/lock_service.hpp>
#include <socketlock/detail/platform/fork.hpp>

#include <mutex>
#include <thread>
#include <utility>

namespace socketlock::detail {

SOCKETLOCK_DECL served_lock::served_lock(asio::execution_context& context)
{
    operations_ = asio::use_service<lock_service>(context).operations_;
}

SOCKETLOCK_DECL void served_lock::join_service(asio::execution_context& context)
{
    asio::use_service<lock_service>(context).add(*this);
}

SOCKETLOCK_DECL served_lock::~served_lock()
{
    leave_service();
}

SOCKETLOCK_DECL void served_lock::leave_service() noexcept
{
    if (service_ != nullptr)
        service_->remove(*this);
}

SOCKETLOCK_DECL lock_service::lock_service(asio::execution_context& context)
    : asio::execution_context::service(context),
      operations_(std::make_shared<operation_count>()),
      generation_(fork_generation())
{
}

SOCKETLOCK_DECL lock_service::~lock_service() = default;

SOCKETLOCK_DECL void lock_service::add(served_lock& lock)
{
    const std::lock_guard<std::mutex> guard(fork_mutex());
    lock.service_ = this;
    lock.next_ = first_;
    if (first_ != nullptr)
        first_->previous_ = &lock;
    first_ = &lock;
}

SOCKETLOCK_DECL void lock_service::remove(served_lock& lock) noexcept
{
    const std::lock_guard<std::mutex> guard(fork_mutex());
    (lock.previous_ != nullptr ? lock.previous_->next_ : first_) = lock.next_;
    if (lock.next_ != nullptr)
        lock.next_->previous_ = lock.previous_;
    lock.service_ = nullptr;
}

// Lock objects that are still there, because a handler owns them, outlive their service.
SOCKETLOCK_DECL void lock_service::shutdown()
{
    while (first_ != nullptr)
    {
        served_lock& lock = *first_;
        remove(lock);
        lock.end_operations(false);
    }
    operations_->discard_kept();
    // What remains is being completed on the runtime's thread at this moment. In the child of a
    // fork nobody will.
    while (generation_ == fork_generation() && !operations_->is_zero())
        std::this_thread::yield();
}

SOCKETLOCK_DECL void lock_service::notify_fork(asio::execution_context::fork_event event)
{
    // In a child that was not told, what its parent posted is not waited for.
    if (event == asio::execution_context::fork_prepare && generation_ == fork_generation())
        operations_->stop_posting();
    if (event == asio::execution_context::fork_parent)
        operations_->go_on();
    if (event != asio::execution_context::fork_child)
        return;
    // What is still counted was being completed in the parent, and never ends.
    const auto before = std::exchange(operations_, std::make_shared<operation_count>());
    generation_ = fork_generation();
    before->go_on_aborting();
    for (served_lock* lock = first_; lock != nullptr; lock = lock->next_)
    {
        lock->operations_ = operations_;
        lock->end_operations(true);
    }
}

}  // namespace socketlock::detail

#endif
