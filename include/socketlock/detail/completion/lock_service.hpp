// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// What an execution context knows of the locks that belong to it.

#ifndef SOCKETLOCK_DETAIL_COMPLETION_LOCK_SERVICE_HPP
#define SOCKETLOCK_DETAIL_COMPLETION_LOCK_SERVICE_HPP

#include <socketlock/config.hpp>
#include <socketlock/detail/completion/operation.hpp>

#include <boost/asio/execution_context.hpp>

#include <cstdint>
#include <memory>

namespace socketlock::detail {

class lock_core;

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

    /// The operations that were started on this context.
    const std::shared_ptr<operation_count>& operations() const noexcept { return operations_; }

    static inline asio::execution_context::id id;

private:
    // Those that were started on this context, whatever became of their lock objects.
    std::shared_ptr<operation_count> operations_;
    // The fork that they belong to: in a child nobody ends what its parent began.
    std::uint64_t generation_;
    // Changed under the fork mutex.
    lock_core* first_ = nullptr;
};

}  // namespace socketlock::detail

#endif
