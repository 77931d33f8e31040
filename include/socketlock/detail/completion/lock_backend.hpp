// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// What a lock object asks of whatever keeps its lock. Each kind of lock is a backend; operations,
// owners and cancellation know this interface alone.

#ifndef SOCKETLOCK_DETAIL_COMPLETION_LOCK_BACKEND_HPP
#define SOCKETLOCK_DETAIL_COMPLETION_LOCK_BACKEND_HPP

#include <socketlock/config.hpp>
#include <socketlock/detail/completion/io_thread.hpp>
#include <socketlock/detail/completion/operation.hpp>
#include <socketlock/detail/completion/time_limit.hpp>
#include <socketlock/holder_info.hpp>

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace socketlock::detail {

using lock_operation = operation<bool>;
using plain_operation = operation<>;
using holder_operation = operation<std::optional<holder_info>>;

/// The operations of an attempt that may be under way, one of each.
enum class pending
{
    lock,
    unlock,
    wait_contended,
    wait_lost,
};

/// How far an attempt has come. It only ever goes down this list.
enum class attempt_status : unsigned char
{
    idle,
    /// Somebody waits for it to own the lock.
    waiting,
    holding,
    /// Nobody waits for it and it does not own, as far as its lock object is concerned; it may
    /// still be unlocking, or on its way out of the queue.
    given_up,
    over,
    /// Over because the lock was taken away.
    lost,
};

/**
 * One attempt of one lock object to own its lock, from `expect` until it is over. Lock objects,
 * owners and cancellation slots hold it by shared pointers.
 *
 * The functions of this class itself are for the lock object's thread and the backend's alike, at
 * the same time: whoever takes an operation out of its slot completes it, and the status is one
 * value that only grows. A backend overrides what is virtual.
 */
class BOOST_SYMBOL_VISIBLE lock_attempt : public std::enable_shared_from_this<lock_attempt>
{
public:
    lock_attempt(lock_attempt&&) = delete;

    attempt_status status() const noexcept { return status_.load(std::memory_order_acquire); }
    bool is_holding() const noexcept { return status() == attempt_status::holding; }
    bool is_over() const noexcept { return status() >= attempt_status::over; }
    bool is_lost() const noexcept { return status() == attempt_status::lost; }
    /// True if the lock object may begin another attempt.
    bool is_given_up() const noexcept
    {
        const attempt_status now = status();
        return now == attempt_status::idle || now >= attempt_status::given_up;
    }

    /// Precondition: it holds, or has held.
    std::uint64_t fencing_token() const noexcept { return fencing_token_; }

    const std::shared_ptr<io_thread>& thread() const noexcept { return thread_; }
    /// The fork generation that it belongs to: in another one it must not be touched.
    std::uint64_t generation() const noexcept { return thread_->generation(); }

    // Sets what the functions below complete.

    /// For `begin`. From here on it may be cancelled.
    SOCKETLOCK_DECL void expect(lock_operation& op, bool wait, time_limit limit) noexcept;
    /// For `unlock` and `wait`; false if such an operation is under way already.
    SOCKETLOCK_DECL bool expect(plain_operation& op, pending which) noexcept;

    // What backends do. On the lock object's thread, which may block, or on the I/O thread.

    /// Tries to own the lock.
    virtual void begin() = 0;
    /// Precondition: it held when an operation was set for this.
    virtual void unlock() = 0;
    /// Completes the operation at once if what it waits for has happened, or never will.
    virtual void wait(pending which) = 0;
    /// Gives up whatever it is or has: it leaves the queue, or unlocks. Completes no operation of
    /// `pending::lock`.
    virtual void abandon() = 0;
    /// Who was in the way at the last look.
    virtual std::optional<holder_info> blocker() = 0;
    /// How many are before it in the queue, as far as that is known.
    virtual std::optional<std::uint64_t> ahead() const = 0;
    /// The port that the holder listens on; 0 if there is none.
    virtual std::uint16_t port() const = 0;

    // What they share.

    /// `begin` on the I/O thread, where nobody catches what it throws.
    SOCKETLOCK_DECL void begin_or_fail() noexcept;
    /// `abandon`, whatever thread this is and whether `begin` has run or not.
    SOCKETLOCK_DECL void abandon_soon();
    /// Completes an operation that is under way with `ec`; true if it was. `expected` selects one;
    /// null: whichever it is.
    SOCKETLOCK_DECL bool cancel(pending which, const void* expected, error_code ec);
    /// Takes all operations: for a context that goes away, or one in the child of a fork. They are
    /// completed with operation_aborted, or destroyed.
    SOCKETLOCK_DECL void end_operations(bool complete) noexcept;

protected:
    SOCKETLOCK_DECL explicit lock_attempt(std::shared_ptr<io_thread> thread) noexcept;
    SOCKETLOCK_DECL virtual ~lock_attempt();

    bool waits() const noexcept { return waits_; }
    time_limit limit() const noexcept { return limit_; }
    SOCKETLOCK_DECL bool is_expected(pending which) const noexcept;

    /// The status is this from now on, unless it has come further already.
    SOCKETLOCK_DECL void advance(attempt_status to) noexcept;
    /// The same for `holding`.
    void hold(std::uint64_t fencing_token) noexcept
    {
        fencing_token_ = fencing_token;
        advance(attempt_status::holding);
    }

    /// Takes an operation, which the caller has to complete; null if there is none any more.
    lock_operation* take_lock() noexcept { return take(lock_op_); }
    SOCKETLOCK_DECL plain_operation* take_plain(pending which) noexcept;

private:
    std::atomic<plain_operation*>& plain(pending which) noexcept;
    void abandon_on_thread();

    const std::shared_ptr<io_thread> thread_;
    std::atomic<lock_operation*> lock_op_{nullptr};
    std::atomic<plain_operation*> unlock_op_{nullptr};
    std::atomic<plain_operation*> contended_op_{nullptr};
    std::atomic<plain_operation*> lost_op_{nullptr};
    /// Written before the status says `holding`, and never again.
    std::uint64_t fencing_token_ = 0;
    /// Written by `expect`, before anybody else has the attempt.
    time_limit limit_ = no_limit;
    bool waits_ = false;
    std::atomic<attempt_status> status_{attempt_status::idle};
};

/// Why nothing can be unlocked by way of this attempt (may be null); success if it holds.
SOCKETLOCK_DECL error_code unlock_error(const std::shared_ptr<lock_attempt>& attempt);

/// Unlocks on the calling thread, which waits for the outcome. Precondition: no unlock_error.
SOCKETLOCK_DECL error_code unlock_and_wait(lock_attempt& attempt);

/// A question to the holder of a lock.
class BOOST_SYMBOL_VISIBLE holder_query
{
public:
    virtual ~holder_query() = default;

    /// Sets what `start` completes.
    void expect(holder_operation& op) noexcept { op_.store(&op); }
    /// Asks; from any thread.
    virtual void start() = 0;
    /// Completes the operation with `ec` if it is under way.
    virtual void cancel(error_code ec) = 0;
    /// Takes the operation; see `lock_attempt::end_operations`.
    SOCKETLOCK_DECL void end_operation(bool complete) noexcept;

protected:
    bool is_expected() const noexcept { return op_.load() != nullptr; }
    /// Takes the operation, which the caller has to complete; null if there is none any more.
    holder_operation* take_holder() noexcept { return take(op_); }

private:
    std::atomic<holder_operation*> op_{nullptr};
};

/// What keeps the lock of one lock object. For the lock object's thread alone.
class BOOST_SYMBOL_VISIBLE lock_backend
{
public:
    virtual ~lock_backend() = default;

    virtual const std::string& name() const noexcept = 0;
    virtual const std::string& path() const noexcept = 0;

    /// The message of an error of this lock, and what can be seen of its cause.
    virtual std::string explain(const error_code& ec) const { return ec.message(); }

    /// An attempt that has not begun. `previous`, which may be null, is the lock object's last one;
    /// it is given up and of this process.
    virtual std::shared_ptr<lock_attempt> new_attempt(
        const std::shared_ptr<lock_attempt>& previous,
        error_code& ec
    ) = 0;

    /// A question that has not been asked.
    virtual std::shared_ptr<holder_query> new_query(error_code& ec) = 0;
};

}  // namespace socketlock::detail

#endif
