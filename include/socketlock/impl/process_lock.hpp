// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// The initiations of a lock object's asynchronous operations.

#ifndef SOCKETLOCK_IMPL_PROCESS_LOCK_HPP
#define SOCKETLOCK_IMPL_PROCESS_LOCK_HPP

#include <socketlock/process_lock.hpp>
#include <socketlock/scoped_lock.hpp>

#include <memory>
#include <optional>
#include <utility>

namespace socketlock {

namespace detail {

/// Owns from the beginning, so that a handler that is destroyed before it is called unlocks.
struct deliver_scoped_lock
{
    explicit deliver_scoped_lock(std::shared_ptr<lock_attempt> attempt) : owner(std::move(attempt))
    {
    }

    template <class Handler>
    void operator()(Handler& handler, error_code ec, bool acquired)
    {
        std::move(handler)(ec, acquired ? std::move(owner) : scoped_lock());
    }

    scoped_lock owner;
};

/// Makes lock objects over any backend.
struct lock_access
{
    template <class Executor>
    static basic_process_lock<Executor> make(
        const Executor& executor,
        std::unique_ptr<lock_backend> backend
    )
    {
        return basic_process_lock<Executor>(executor, std::move(backend));
    }
};

}  // namespace detail

/// What newer versions of Asio require of an initiation: the executor on which it completes.
template <class Executor>
struct basic_process_lock<Executor>::initiation
{
    using executor_type = Executor;

    executor_type get_executor() const noexcept { return self->get_executor(); }

    basic_process_lock* self;
};

template <class Executor>
template <class Deliver>
struct basic_process_lock<Executor>::initiate_lock : initiation
{
    initiate_lock(basic_process_lock* lock, bool waits) : initiation{lock}, wait(waits) {}

    template <class Handler>
    void operator()(Handler&& handler, detail::time_limit limit) const
    {
        detail::lock_core& core = *this->self->core_;
        const error_code ec = core.prepare_lock();
        detail::initiate<bool>(
            std::forward<Handler>(handler),
            this->get_executor(),
            core.new_operation(),
            Deliver(ec ? nullptr : core.current_attempt()),
            [&](auto& op, auto slot) { core.start_lock(op, wait, limit, ec, slot); }
        );
    }

    bool wait;
};

template <class Executor>
struct basic_process_lock<Executor>::initiate_unlock : initiation
{
    explicit initiate_unlock(basic_process_lock* lock) : initiation{lock} {}

    template <class Handler>
    void operator()(Handler&& handler) const
    {
        detail::initiate<>(
            std::forward<Handler>(handler),
            this->get_executor(),
            this->self->core_->new_operation(),
            detail::deliver_results(),
            [&](auto& op, auto) { this->self->core_->async_unlock(op); }
        );
    }
};

template <class Executor>
struct basic_process_lock<Executor>::initiate_holder : initiation
{
    explicit initiate_holder(basic_process_lock* lock) : initiation{lock} {}

    template <class Handler>
    void operator()(Handler&& handler) const
    {
        detail::initiate<std::optional<holder_info>>(
            std::forward<Handler>(handler),
            this->get_executor(),
            this->self->core_->new_operation(),
            detail::deliver_results(),
            [&](auto& op, auto slot) { this->self->core_->start_holder(op, slot); }
        );
    }
};

template <class Executor>
struct basic_process_lock<Executor>::initiate_wait : initiation
{
    initiate_wait(basic_process_lock* lock, detail::pending what) : initiation{lock}, which(what) {}

    template <class Handler>
    void operator()(Handler&& handler) const
    {
        detail::initiate<>(
            std::forward<Handler>(handler),
            this->get_executor(),
            this->self->core_->new_operation(),
            detail::deliver_results(),
            [&](auto& op, auto slot) { this->self->core_->start_wait(op, which, slot); }
        );
    }

    detail::pending which;
};

}  // namespace socketlock

#endif
