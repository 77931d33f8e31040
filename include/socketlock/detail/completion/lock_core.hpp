// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// What a lock object is made of, whatever its executor's type and its backend.

#ifndef SOCKETLOCK_DETAIL_COMPLETION_LOCK_CORE_HPP
#define SOCKETLOCK_DETAIL_COMPLETION_LOCK_CORE_HPP

#include <socketlock/config.hpp>
#include <socketlock/detail/completion/lock_backend.hpp>
#include <socketlock/detail/completion/lock_service.hpp>
#include <socketlock/detail/completion/operation.hpp>
#include <socketlock/detail/completion/time_limit.hpp>
#include <socketlock/holder_info.hpp>

#include <boost/asio/cancellation_type.hpp>
#include <boost/asio/execution_context.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace socketlock::detail {

/// Cancels one operation of an attempt. Kept by a cancellation slot; harmless once that has
/// completed.
class attempt_canceller
{
public:
    attempt_canceller(std::weak_ptr<lock_attempt> attempt, pending which, const void* op)
        : attempt_(std::move(attempt)), which_(which), op_(op)
    {
    }

    SOCKETLOCK_DECL void operator()(asio::cancellation_type type);

private:
    std::weak_ptr<lock_attempt> attempt_;
    pending which_;
    const void* op_;
};

/// Cancels a query.
class query_canceller
{
public:
    explicit query_canceller(std::weak_ptr<holder_query> q) : query_(std::move(q)) {}

    SOCKETLOCK_DECL void operator()(asio::cancellation_type type);

private:
    std::weak_ptr<holder_query> query_;
};

/**
 * A lock object without its executor. Not thread-safe, as lock objects are not; what other threads
 * touch is in the attempt.
 */
class lock_core final : private served_lock
{
public:
    SOCKETLOCK_DECL lock_core(
        asio::execution_context& context,
        std::unique_ptr<lock_backend> backend
    );
    SOCKETLOCK_DECL ~lock_core();

    const std::string& name() const noexcept { return backend_->name(); }
    const std::string& path() const noexcept { return backend_->path(); }
    std::string explain(const error_code& ec) const { return backend_->explain(ec); }
    SOCKETLOCK_DECL bool owns_lock() const noexcept;
    SOCKETLOCK_DECL std::uint64_t fencing_token() const noexcept;
    SOCKETLOCK_DECL std::uint16_t port() const noexcept;
    SOCKETLOCK_DECL std::optional<holder_info> blocker() const;
    SOCKETLOCK_DECL std::optional<std::uint64_t> ahead() const;

    using served_lock::new_operation;

    /// Makes the attempt that `start_lock` will begin; already_locked, or an error of the backend.
    SOCKETLOCK_DECL error_code prepare_lock();
    /// The latest attempt; null before the first.
    const std::shared_ptr<lock_attempt>& current_attempt() const noexcept { return attempt_; }

    // Each of these completes its operation, which is never done before it returns.

    /// `ec` is what `prepare_lock` returned.
    template <class Slot>
    void start_lock(lock_operation& op, bool wait, time_limit limit, error_code ec, Slot slot)
    {
        if (!ec && slot.is_connected())
            slot.template emplace<attempt_canceller>(attempt_, pending::lock, &op);
        start_lock(op, wait, limit, ec);
    }

    template <class Slot>
    void start_wait(plain_operation& op, pending which, Slot slot)
    {
        if (slot.is_connected())
            slot.template emplace<attempt_canceller>(attempt_, which, &op);
        start_wait(op, which);
    }

    template <class Slot>
    void start_holder(holder_operation& op, Slot slot)
    {
        error_code ec;
        const std::shared_ptr<holder_query> q = new_query(ec);
        if (!ec && slot.is_connected())
            slot.template emplace<query_canceller>(q);
        start_query(q, op, ec);
    }

    SOCKETLOCK_DECL void async_unlock(plain_operation& op);

    // The same on the calling thread, which waits for the outcome.

    SOCKETLOCK_DECL bool lock(bool wait, time_limit limit, error_code& ec);
    SOCKETLOCK_DECL void unlock(error_code& ec);
    SOCKETLOCK_DECL std::optional<holder_info> holder(error_code& ec);

    /// Cancels everything that is under way except unlocking.
    SOCKETLOCK_DECL void cancel();

private:
    SOCKETLOCK_DECL void start_lock(lock_operation& op, bool wait, time_limit limit, error_code ec);
    SOCKETLOCK_DECL void start_wait(plain_operation& op, pending which);
    SOCKETLOCK_DECL std::shared_ptr<holder_query> new_query(error_code& ec);
    SOCKETLOCK_DECL void start_query(
        const std::shared_ptr<holder_query>& q,
        holder_operation& op,
        error_code ec
    );
    /// The attempt, if it is this process's.
    lock_attempt* own_attempt() const noexcept;
    void leave_parent();
    SOCKETLOCK_DECL void end_operations(bool complete) override;

    const std::unique_ptr<lock_backend> backend_;
    std::shared_ptr<lock_attempt> attempt_;
    // Those that are under way, and perhaps some that are over.
    struct query_list;
    std::unique_ptr<query_list> queries_;
};

}  // namespace socketlock::detail

#endif
