// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#ifndef SOCKETLOCK_DETAIL_COMPLETION_LOCK_BACKEND_IPP
#define SOCKETLOCK_DETAIL_COMPLETION_LOCK_BACKEND_IPP

#include <socketlock/detail/completion/lock_backend.hpp>
#include <socketlock/detail/platform/fork.hpp>
#include <socketlock/error.hpp>

#include <boost/asio/error.hpp>

#include <chrono>
#include <exception>
#include <tuple>
#include <utility>

namespace socketlock::detail {

inline std::atomic<plain_operation*>& lock_attempt::plain(pending which) noexcept
{
    return which == pending::unlock           ? unlock_op_
           : which == pending::wait_contended ? contended_op_
                                              : lost_op_;
}

SOCKETLOCK_DECL lock_attempt::lock_attempt(std::shared_ptr<io_thread> thread) noexcept
    : thread_(std::move(thread))
{
}

SOCKETLOCK_DECL lock_attempt::~lock_attempt() = default;

SOCKETLOCK_DECL void lock_attempt::expect(lock_operation& op, bool wait, time_limit limit) noexcept
{
    limit_ = limit;
    waits_ = wait && (limit == no_limit || limit > std::chrono::steady_clock::now());
    advance(attempt_status::waiting);
    lock_op_.store(&op, std::memory_order_release);
}

SOCKETLOCK_DECL bool lock_attempt::expect(plain_operation& op, pending which) noexcept
{
    plain_operation* none = nullptr;
    return plain(which).compare_exchange_strong(none, &op);
}

SOCKETLOCK_DECL void lock_attempt::advance(attempt_status to) noexcept
{
    attempt_status current = status_.load(std::memory_order_relaxed);
    while (current < to && !status_.compare_exchange_weak(current, to, std::memory_order_release))
    {
    }
}

SOCKETLOCK_DECL plain_operation* lock_attempt::take_plain(pending which) noexcept
{
    return take(plain(which));
}

SOCKETLOCK_DECL bool lock_attempt::is_expected(pending which) const noexcept
{
    switch (which)
    {
    case pending::lock:
        return lock_op_.load() != nullptr;
    case pending::unlock:
        return unlock_op_.load() != nullptr;
    case pending::wait_contended:
        return contended_op_.load() != nullptr;
    default:
        return lost_op_.load() != nullptr;
    }
}

SOCKETLOCK_DECL void lock_attempt::begin_or_fail() noexcept
{
    try
    {
        begin();
    }
    catch (const std::exception&)
    {
        cancel(pending::lock, nullptr, make_error_code(boost::system::errc::not_enough_memory));
    }
}

inline void lock_attempt::abandon_on_thread()
{
    // There it comes after `begin`. In a child the attempt is the parent's.
    if (generation() == fork_generation())
        thread_->post([self = shared_from_this()] { self->abandon(); });
}

SOCKETLOCK_DECL void lock_attempt::abandon_soon()
{
    if (is_holding())
        abandon();
    else if (!is_over())
        abandon_on_thread();
}

SOCKETLOCK_DECL bool lock_attempt::cancel(pending which, const void* expected, error_code ec)
{
    if (which != pending::lock)
    {
        plain_operation* const op = take(plain(which), expected);
        if (op != nullptr)
            op->complete(ec);
        return op != nullptr;
    }
    lock_operation* const op = take(lock_op_, expected);
    if (op == nullptr)
        return false;
    advance(attempt_status::given_up);
    op->complete(ec, false);
    abandon_on_thread();
    return true;
}

SOCKETLOCK_DECL void lock_attempt::end_operations(bool complete) noexcept
{
    lock_operation* const lock = take(lock_op_);
    if (lock != nullptr)
        complete ? lock->complete(asio::error::operation_aborted, false) : lock->destroy();
    for (auto* const slot : {&unlock_op_, &contended_op_, &lost_op_})
    {
        plain_operation* const op = take(*slot);
        if (op != nullptr)
            complete ? op->complete(asio::error::operation_aborted) : op->destroy();
    }
    // Nobody is left to be told: it must not come to own the lock and keep it.
    if (lock != nullptr)
        abandon_on_thread();
}

SOCKETLOCK_DECL error_code unlock_error(const std::shared_ptr<lock_attempt>& attempt)
{
    if (!attempt || attempt->generation() != fork_generation())
        return errc::not_owner;
    if (attempt->is_lost())
        return errc::lost;
    return attempt->is_holding() ? error_code() : make_error_code(errc::not_owner);
}

SOCKETLOCK_DECL error_code unlock_and_wait(lock_attempt& attempt)
{
    blocking_operation<> op;
    if (!attempt.expect(op, pending::unlock))
        return asio::error::already_started;
    try
    {
        attempt.unlock();
    }
    catch (...)
    {
        // Else it has been taken already, by whoever completes it.
        if (attempt.cancel(pending::unlock, &static_cast<plain_operation&>(op), {}))
            throw;
    }
    return std::get<0>(op.wait());
}

SOCKETLOCK_DECL void holder_query::end_operation(bool complete) noexcept
{
    holder_operation* const op = take(op_);
    if (op != nullptr)
        complete ? op->complete(asio::error::operation_aborted, std::nullopt) : op->destroy();
}

}  // namespace socketlock::detail

#endif
