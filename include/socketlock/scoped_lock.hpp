// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#ifndef SOCKETLOCK_SCOPED_LOCK_HPP
#define SOCKETLOCK_SCOPED_LOCK_HPP

#include <socketlock/config.hpp>

#include <cstdint>
#include <memory>
#include <utility>

namespace socketlock {

template <class Executor>
class basic_process_lock;

namespace detail {
class lock_attempt;
struct deliver_scoped_lock;
}  // namespace detail

/**
 * Owns a lock that `async_scoped_lock` has acquired, and unlocks it when it is destroyed. The lock
 * object may be moved meanwhile. Its destructor unlocks, too; after that the scoped_lock no longer
 * owns anything.
 *
 * @par Thread safety
 * Distinct objects: safe. Shared objects: unsafe.
 */
class scoped_lock
{
public:
    /// Owns nothing.
    scoped_lock() = default;
    /// Takes over what `other` owns.
    scoped_lock(scoped_lock&& other) noexcept = default;

    /// Unlocks what it owned, and takes over what `other` owns.
    scoped_lock& operator=(scoped_lock&& other) noexcept
    {
        scoped_lock taken(std::move(other));
        attempt_.swap(taken.attempt_);
        return *this;
    }

    /// Unlocks. If the lock file is in use at that moment, the background thread unlocks a little
    /// later. Errors cannot be reported.
    SOCKETLOCK_DECL ~scoped_lock();

    /// Unlocks, and waits until that is done; owns nothing afterwards, unless it fails.
    /// Errors: not_owner, lost, and those of the lock file.
    SOCKETLOCK_DECL void unlock(error_code& ec);

    /// The same; throws boost::system::system_error.
    SOCKETLOCK_DECL void unlock();

    /// Owns nothing afterwards; the lock stays locked and is left to its lock object.
    void release() noexcept { attempt_.reset(); }

    /// True if it owns a lock that is still held (by this process: false in the child of a fork).
    SOCKETLOCK_DECL bool owns_lock() const noexcept;
    /// The same as `owns_lock`.
    explicit operator bool() const noexcept { return owns_lock(); }

    /// The number that grows with every change of owner; 0 if nothing is owned.
    SOCKETLOCK_DECL std::uint64_t fencing_token() const noexcept;

private:
    friend struct detail::deliver_scoped_lock;

    explicit scoped_lock(std::shared_ptr<detail::lock_attempt> attempt) noexcept
        : attempt_(std::move(attempt))
    {
    }

    std::shared_ptr<detail::lock_attempt> attempt_;
};

}  // namespace socketlock

#if defined(SOCKETLOCK_HEADER_ONLY) && !defined(SOCKETLOCK_BODIES_COME_LAST)
#include <socketlock/src.hpp>
#endif

#endif
