// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#ifndef SOCKETLOCK_DETAIL_COMPLETION_LOCK_CORE_IPP
#define SOCKETLOCK_DETAIL_COMPLETION_LOCK_CORE_IPP

#include <socketlock/detail/completion/lock_core.hpp>
#include <socketlock/detail/platform/fork.hpp>
#include <socketlock/error.hpp>

#include <boost/asio/error.hpp>

#include <algorithm>
#include <tuple>
#include <utility>
#include <vector>

namespace socketlock::detail {

SOCKETLOCK_DECL void attempt_canceller::operator()(asio::cancellation_type type)
{
    const auto attempt = attempt_.lock();
    if (attempt && type != asio::cancellation_type::none)
        attempt->cancel(which_, op_, asio::error::operation_aborted);
}

SOCKETLOCK_DECL void query_canceller::operator()(asio::cancellation_type type)
{
    const auto q = query_.lock();
    if (q && type != asio::cancellation_type::none)
        q->cancel(asio::error::operation_aborted);
}

struct lock_core::query_list
{
    std::uint64_t generation = fork_generation();
    std::vector<std::weak_ptr<holder_query>> all;
};

SOCKETLOCK_DECL lock_core::lock_core(
    asio::execution_context& context,
    std::unique_ptr<lock_backend> backend
)
    : served_lock(context), backend_(std::move(backend))
{
    join_service(context);
}

inline lock_attempt* lock_core::own_attempt() const noexcept
{
    return attempt_ && attempt_->generation() == fork_generation() ? attempt_.get() : nullptr;
}

// In the child of a fork: the parent's attempt and thread are copies whose mutexes may be locked
// and whose counts may be half-way. They are left alone for ever.
inline void lock_core::leave_parent()
{
    const std::uint64_t generation = fork_generation();
    if (attempt_ && attempt_->generation() != generation)
    {
        attempt_->end_operations(true);
        leak_after_fork(std::move(attempt_));
        attempt_.reset();
    }
    if (queries_ && queries_->generation != generation)
    {
        for (const auto& weak : queries_->all)
        {
            if (auto q = weak.lock())
            {
                q->end_operation(true);
                leak_after_fork(std::move(q));
            }
        }
        leak_after_fork(std::shared_ptr<query_list>(std::move(queries_)));
    }
}

SOCKETLOCK_DECL lock_core::~lock_core()
{
    leave_service();
    leave_parent();
    cancel();
    if (attempt_)
        attempt_->abandon_soon();
}

SOCKETLOCK_DECL bool lock_core::owns_lock() const noexcept
{
    const lock_attempt* const attempt = own_attempt();
    return attempt != nullptr && attempt->is_holding();
}

SOCKETLOCK_DECL std::uint64_t lock_core::fencing_token() const noexcept
{
    return owns_lock() ? attempt_->fencing_token() : 0;
}

SOCKETLOCK_DECL std::uint16_t lock_core::port() const noexcept
{
    return owns_lock() ? attempt_->port() : std::uint16_t(0);
}

SOCKETLOCK_DECL std::optional<holder_info> lock_core::blocker() const
{
    lock_attempt* const attempt = own_attempt();
    return attempt != nullptr ? attempt->blocker() : std::nullopt;
}

SOCKETLOCK_DECL std::optional<std::uint64_t> lock_core::ahead() const
{
    const lock_attempt* const attempt = own_attempt();
    return attempt != nullptr ? attempt->ahead() : std::nullopt;
}

SOCKETLOCK_DECL error_code lock_core::prepare_lock()
{
    leave_parent();
    if (attempt_ && !attempt_->is_given_up())
        return errc::already_locked;
    error_code ec;
    auto attempt = backend_->new_attempt(attempt_, ec);
    if (ec)
        return ec;
    if (attempt_)
    {
        // The old one may go on unlocking for any time, out of reach of `cancel`.
        for (const pending which : {pending::wait_contended, pending::wait_lost})
            attempt_->cancel(which, nullptr, asio::error::operation_aborted);
    }
    attempt_ = std::move(attempt);
    return ec;
}

SOCKETLOCK_DECL void lock_core::start_lock(
    lock_operation& op,
    bool wait,
    time_limit limit,
    error_code ec
)
{
    if (ec)
    {
        op.complete(ec, false);
        return;
    }
    attempt_->expect(op, wait, limit);
    attempt_->thread()->post([c = attempt_] { c->begin_or_fail(); });
}

SOCKETLOCK_DECL bool lock_core::lock(bool wait, time_limit limit, error_code& ec)
{
    ec = prepare_lock();
    if (ec)
        return false;
    blocking_operation<bool> op;
    attempt_->expect(op, wait, limit);
    try
    {
        attempt_->begin();
    }
    catch (...)
    {
        // Else it has been taken already, by whom it is completed.
        if (attempt_->cancel(pending::lock, nullptr, {}))
            throw;
    }
    bool acquired = false;
    std::tie(ec, acquired) = op.wait();
    return acquired;
}

SOCKETLOCK_DECL void lock_core::async_unlock(plain_operation& op)
{
    if (const error_code ec = unlock_error(attempt_))
        op.complete(ec);
    else if (!attempt_->expect(op, pending::unlock))
        op.complete(asio::error::already_started);
    else
        attempt_->thread()->post([c = attempt_] { c->unlock(); });
}

SOCKETLOCK_DECL void lock_core::unlock(error_code& ec)
{
    ec = unlock_error(attempt_);
    if (!ec)
        ec = unlock_and_wait(*attempt_);
}

SOCKETLOCK_DECL void lock_core::start_wait(plain_operation& op, pending which)
{
    if (const error_code ec = unlock_error(attempt_))
        op.complete(ec);
    else if (!attempt_->expect(op, which))
        op.complete(asio::error::already_started);
    else
        attempt_->thread()->post([c = attempt_, which] { c->wait(which); });
}

SOCKETLOCK_DECL std::shared_ptr<holder_query> lock_core::new_query(error_code& ec)
{
    leave_parent();
    auto result = backend_->new_query(ec);
    if (ec)
        return nullptr;
    if (!queries_)
        queries_ = std::make_unique<query_list>();
    auto& all = queries_->all;
    const auto is_over = [](const std::weak_ptr<holder_query>& q) { return q.expired(); };
    all.erase(std::remove_if(all.begin(), all.end(), is_over), all.end());
    all.push_back(result);
    return result;
}

SOCKETLOCK_DECL void lock_core::start_query(
    const std::shared_ptr<holder_query>& q,
    holder_operation& op,
    error_code ec
)
{
    if (ec)
    {
        op.complete(ec, std::nullopt);
        return;
    }
    q->expect(op);
    q->start();
}

SOCKETLOCK_DECL std::optional<holder_info> lock_core::holder(error_code& ec)
{
    ec.clear();
    const auto q = new_query(ec);
    if (ec)
        return std::nullopt;
    blocking_operation<std::optional<holder_info>> op;
    q->expect(op);
    q->start();
    std::optional<holder_info> result;
    std::tie(ec, result) = op.wait();
    return result;
}

SOCKETLOCK_DECL void lock_core::cancel()
{
    leave_parent();
    if (attempt_)
    {
        for (const pending which : {pending::lock, pending::wait_contended, pending::wait_lost})
            attempt_->cancel(which, nullptr, asio::error::operation_aborted);
    }
    if (!queries_)
        return;
    for (const auto& weak : queries_->all)
    {
        if (const auto q = weak.lock())
            q->cancel(asio::error::operation_aborted);
    }
}

SOCKETLOCK_DECL void lock_core::end_operations(bool complete)
{
    // Copies: to destroy a handler may destroy this object.
    const std::shared_ptr<lock_attempt> attempt = attempt_;
    const auto all = queries_ ? queries_->all : std::vector<std::weak_ptr<holder_query>>();
    if (attempt)
        attempt->end_operations(complete);
    for (const auto& weak : all)
    {
        if (const auto q = weak.lock())
            q->end_operation(complete);
    }
}

}  // namespace socketlock::detail

#endif
