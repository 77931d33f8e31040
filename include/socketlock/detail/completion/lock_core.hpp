// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// What a lock object is made of, whatever its executor's type.

#ifndef SOCKETLOCK_DETAIL_COMPLETION_LOCK_CORE_HPP
#define SOCKETLOCK_DETAIL_COMPLETION_LOCK_CORE_HPP

#include <socketlock/config.hpp>
#include <socketlock/detail/completion/operation.hpp>
#include <socketlock/detail/completion/time_limit.hpp>
#include <socketlock/detail/record/lock_address.hpp>
#include <socketlock/holder_info.hpp>
#include <socketlock/options.hpp>

#include <boost/asio/cancellation_type.hpp>
#include <boost/asio/execution_context.hpp>

#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <string>

namespace socketlock::detail {

class claim;
class lock_core;
class query;

using lock_operation = operation<bool>;
using plain_operation = operation<>;
using holder_operation = operation<std::optional<holder_info>>;

/// The operations of a claim that may be under way, one of each.
enum class pending
{
    lock,
    unlock,
    wait_contended,
    wait_lost,
};

/// Cancels one operation of a claim. Kept by a cancellation slot; harmless once that has completed.
class claim_canceller
{
public:
    claim_canceller(std::weak_ptr<claim> c, pending which, const void* op)
        : claim_(std::move(c)), which_(which), op_(op)
    {
    }

    SOCKETLOCK_DECL void operator()(asio::cancellation_type type);

private:
    std::weak_ptr<claim> claim_;
    pending which_;
    const void* op_;
};

/// Cancels a query.
class query_canceller
{
public:
    explicit query_canceller(std::weak_ptr<query> q) : query_(std::move(q)) {}

    SOCKETLOCK_DECL void operator()(asio::cancellation_type type);

private:
    std::weak_ptr<query> query_;
};

/**
 * Knows the locks whose executors belong to one execution context: when that is shut down, it
 * destroys their operations, and in the child of a fork it completes them.
 */
class lock_service : public asio::execution_context::service
{
public:
    using key_type = lock_service;

    SOCKETLOCK_DECL explicit lock_service(asio::execution_context& context);
    SOCKETLOCK_DECL ~lock_service() override;

    SOCKETLOCK_DECL void shutdown() override;
    SOCKETLOCK_DECL void notify_fork(asio::execution_context::fork_event event) override;

    SOCKETLOCK_DECL void add(lock_core& core);
    SOCKETLOCK_DECL void remove(lock_core& core) noexcept;

    static inline asio::execution_context::id id;

private:
    friend class lock_core;

    // Those that were started on this context, whatever became of their lock objects.
    std::shared_ptr<operation_count> operations_;
    // The fork that they belong to: in a child nobody ends what its parent began.
    std::uint64_t generation_;
    // Changed under the fork mutex.
    lock_core* first_ = nullptr;
};

/**
 * A lock object without its executor. Not thread-safe, as lock objects are not; what other threads
 * touch is in the claim.
 */
class lock_core
{
public:
    /// Throws lock_error(invalid_name). Touches no file.
    SOCKETLOCK_DECL
    lock_core(asio::execution_context& context, std::string name, const lock_options& options);
    lock_core(lock_core&&) = delete;
    SOCKETLOCK_DECL ~lock_core();

    const std::string& name() const noexcept { return address_->lock_name(); }
    const std::string& path() const noexcept { return address_->path(); }
    SOCKETLOCK_DECL bool owns_lock() const noexcept;
    SOCKETLOCK_DECL std::uint64_t fencing_token() const noexcept;
    SOCKETLOCK_DECL std::uint16_t port() const noexcept;
    SOCKETLOCK_DECL std::optional<holder_info> blocker() const;
    SOCKETLOCK_DECL std::optional<std::uint64_t> ahead() const noexcept;

    /// Counts an operation whose handler belongs to the execution context.
    operation_count::token new_operation() const { return operation_count::token(operations_); }

    /// Makes the claim that `start_lock` will begin; runtime_failed, already_locked.
    SOCKETLOCK_DECL error_code prepare_lock();
    /// The latest claim; null before the first.
    const std::shared_ptr<claim>& current_claim() const noexcept { return claim_; }

    // Each of these completes its operation, which is never done before it returns.

    /// `ec` is what `prepare_lock` returned.
    template <class Slot>
    void start_lock(lock_operation& op, bool wait, time_limit limit, error_code ec, Slot slot)
    {
        if (!ec && slot.is_connected())
            slot.template emplace<claim_canceller>(claim_, pending::lock, &op);
        start_lock(op, wait, limit, ec);
    }

    template <class Slot>
    void start_wait(plain_operation& op, pending which, Slot slot)
    {
        if (slot.is_connected())
            slot.template emplace<claim_canceller>(claim_, which, &op);
        start_wait(op, which);
    }

    template <class Slot>
    void start_holder(holder_operation& op, Slot slot)
    {
        error_code ec;
        const std::shared_ptr<query> q = new_query(ec);
        if (!ec && slot.is_connected())
            slot.template emplace<query_canceller>(q);
        start_query(q, op, ec);
    }

    SOCKETLOCK_DECL void async_unlock(plain_operation& op);

    // The same from the calling thread, which waits for the outcome.

    SOCKETLOCK_DECL bool lock(bool wait, time_limit limit, error_code& ec);
    SOCKETLOCK_DECL void unlock(error_code& ec);
    SOCKETLOCK_DECL std::optional<holder_info> holder(error_code& ec);

    /// Cancels everything that is under way but unlocking.
    SOCKETLOCK_DECL void cancel();

private:
    friend class lock_service;

    SOCKETLOCK_DECL void start_lock(lock_operation& op, bool wait, time_limit limit, error_code ec);
    SOCKETLOCK_DECL void start_wait(plain_operation& op, pending which);
    SOCKETLOCK_DECL std::shared_ptr<query> new_query(error_code& ec);
    SOCKETLOCK_DECL void start_query(
        const std::shared_ptr<query>& q,
        holder_operation& op,
        error_code ec
    );
    SOCKETLOCK_DECL void forget_parent();
    SOCKETLOCK_DECL void end_operations(bool complete);

    std::shared_ptr<const lock_address> address_;
    std::shared_ptr<claim> claim_;
    // Those that are under way, and perhaps some that are over.
    struct query_list;
    std::unique_ptr<query_list> queries_;

    std::shared_ptr<operation_count> operations_;
    // Of the service's list, under the fork mutex.
    lock_service* service_ = nullptr;
    lock_core* next_ = nullptr;
    lock_core* previous_ = nullptr;
};

}  // namespace socketlock::detail

#endif
