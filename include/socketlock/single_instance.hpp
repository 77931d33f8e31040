// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#ifndef SOCKETLOCK_SINGLE_INSTANCE_HPP
#define SOCKETLOCK_SINGLE_INSTANCE_HPP

#include <socketlock/process_lock.hpp>

#include <string>
#include <utility>

namespace socketlock {

/**
 * The drop-in guard for a program that must not run twice at the same time: it owns the lock from
 * its construction to its destruction. If it cannot get the lock, the constructor throws.
 *
 * @code
 * boost::asio::io_context context;
 * socketlock::single_instance guard(context, "myapp");
 * @endcode
 *
 * @par Daemons
 * Make it after `daemon(3)`, or whatever else forks and lets the parent end: the lock belongs to
 * the process that has taken it, and is free when that ends; the child does not own it, and is not
 * told. Close inherited descriptors before, too, since `closefrom(3)` also closes those of this
 * library: without them the process counts as dead, and others may take the lock though
 * `owns_lock()` is still true.
 *
 * @par Thread safety
 * Distinct objects: safe. Shared objects: unsafe.
 */
template <class Executor = asio::any_io_executor>
class basic_single_instance
{
public:
    /// The type of the lock's executor.
    using executor_type = Executor;
    /// The type of the lock.
    using lock_type = basic_process_lock<Executor>;

    /**
     * Takes the lock, without waiting.
     *
     * @par Errors
     * Throws `lock_error`: with `errc::held` if another instance is running, in which case the
     * error's `holder()` and text say which process it is; otherwise as
     * `basic_process_lock::try_lock`.
     */
    template <class ExecutorOrContext>
    explicit basic_single_instance(
        ExecutorOrContext&& executor,
        std::string name,
        const lock_options& options = {}
    )
        : lock_(std::forward<ExecutorOrContext>(executor), std::move(name), options)
    {
        if (!lock_.try_lock())
            throw lock_error(errc::held, lock_.name(), lock_.blocker());
    }

    /// Takes over what the other one owns.
    basic_single_instance(basic_single_instance&&) noexcept = default;
    /// Unlocks, then takes over what the other one owns.
    basic_single_instance& operator=(basic_single_instance&&) noexcept = default;

    /// The lock, for instance to wait until others want it, or until it is lost.
    lock_type& lock() noexcept { return lock_; }
    /// The same, for read-only access.
    const lock_type& lock() const noexcept { return lock_; }

    /// True while the lock is held.
    bool owns_lock() const noexcept { return lock_.owns_lock(); }

private:
    lock_type lock_;
};

/// The guard for most programs.
using single_instance = basic_single_instance<>;

}  // namespace socketlock

#endif
