// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// What an execution context knows of the locks that belong to it.

#ifndef SOCKETLOCK_DETAIL_COMPLETION_LOCK_SERVICE_HPP
#define SOCKETLOCK_DETAIL_COMPLETION_LOCK_SERVICE_HPP

#include <socketlock/config.hpp>
#include <socketlock/detail/completion/operation_count.hpp>

#include <boost/asio/execution_context.hpp>

#include <cstdint>
#include <memory>

namespace socketlock::detail {

class lock_service;

/// A lock object as the service of its context sees it.
class served_lock
{
public:
    served_lock(served_lock&&) = delete;

    /// Counts an operation whose handler belongs to the execution context.
    operation_count::token new_operation() const { return operation_count::token(operations_); }

protected:
    SOCKETLOCK_DECL explicit served_lock(asio::execution_context& context);
    SOCKETLOCK_DECL ~served_lock();

    /// From here on a fork's child may end the operations: called when that works.
    SOCKETLOCK_DECL void join_service(asio::execution_context& context);

    /// Leaves the service; called once more by the destructor.
    SOCKETLOCK_DECL void leave_service() noexcept;

    /// Takes all operations: they are completed with operation_aborted, or destroyed.
    virtual void end_operations(bool complete) = 0;

private:
    friend class lock_service;

    std::shared_ptr<operation_count> operations_;
    // Of the service's list, under the fork mutex.
    lock_service* service_ = nullptr;
    served_lock* next_ = nullptr;
    served_lock* previous_ = nullptr;
};

/**
 * Knows the locks whose executors belong to one execution context: when that is shut down, it
 * destroys their operations, and in the child of a fork it completes them. While the context is
 * told that a fork is about to come, no other thread posts to it on behalf of this library: what it
 * has locked then would stay locked in the child.
 */
class lock_service : public asio::execution_context::service
{
public:
    using key_type = lock_service;

    SOCKETLOCK_DECL explicit lock_service(asio::execution_context& context);
    SOCKETLOCK_DECL ~lock_service() override;

    SOCKETLOCK_DECL void shutdown() override;
    SOCKETLOCK_DECL void notify_fork(asio::execution_context::fork_event event) override;

    SOCKETLOCK_DECL void add(served_lock& lock);
    SOCKETLOCK_DECL void remove(served_lock& lock) noexcept;

    static inline asio::execution_context::id id;

private:
    friend class served_lock;

    // Those that were started on this context, whatever became of their lock objects.
    std::shared_ptr<operation_count> operations_;
    // The fork that they belong to: in a child nobody ends what its parent began.
    std::uint64_t generation_;
    // Changed under the fork mutex.
    served_lock* first_ = nullptr;
};

}  // namespace socketlock::detail

#endif
