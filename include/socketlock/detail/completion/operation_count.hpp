// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// What an execution context has to wait for before it ends or is forked: completions that somebody
// else's thread posts to it.

#ifndef SOCKETLOCK_DETAIL_COMPLETION_OPERATION_COUNT_HPP
#define SOCKETLOCK_DETAIL_COMPLETION_OPERATION_COUNT_HPP

#include <socketlock/config.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <thread>
#include <utility>

namespace socketlock::detail {

/// An operation that is complete, and not posted yet. Each function ends its life.
class complete_operation
{
public:
    virtual void post() = 0;
    /// The same with operation_aborted, whatever it was completed with.
    virtual void post_aborted() = 0;
    virtual void discard() noexcept = 0;

protected:
    ~complete_operation() = default;

private:
    friend class operation_count;

    complete_operation* next_ = nullptr;
};

/**
 * The asynchronous operations of one execution context that somebody may still complete. The
 * context must outlive them, down to the last instruction of posting their handlers. Thread-safe.
 */
class operation_count
{
public:
    /// One that has not been completed or destroyed yet.
    class token
    {
    public:
        explicit token(std::shared_ptr<operation_count> of) noexcept : of_(std::move(of))
        {
            of_->number_.fetch_add(1, std::memory_order_relaxed);
        }
        token(token&& other) noexcept = default;
        ~token()
        {
            if (of_)
                of_->number_.fetch_sub(1, std::memory_order_release);
        }

        const std::shared_ptr<operation_count>& count() const noexcept { return of_; }

    private:
        std::shared_ptr<operation_count> of_;
    };

    /// The time in which a thread posts, and may have locked what belongs to the context.
    class posting
    {
    public:
        /// If a fork is about to come, `op` is kept until it is over.
        posting(std::shared_ptr<operation_count> of, complete_operation& op)
            : of_(of->begin(op) ? std::move(of) : nullptr)
        {
        }
        posting(posting&&) = delete;
        ~posting()
        {
            if (of_)
                of_->end();
        }

        /// False: it was kept.
        explicit operator bool() const noexcept { return of_ != nullptr; }

    private:
        const std::shared_ptr<operation_count> of_;
    };

    bool is_zero() const noexcept { return number_.load(std::memory_order_acquire) == 0; }

    /// Nothing is being posted by other threads when this returns, nor until one of the others is
    /// called. In the child of a fork things go on by themselves.
    SOCKETLOCK_DECL void stop_posting();
    /// Posts what has been kept.
    SOCKETLOCK_DECL void go_on();
    /// Posts it as aborted.
    SOCKETLOCK_DECL void go_on_aborting();
    /// Destroys it.
    SOCKETLOCK_DECL void discard_kept() noexcept;

private:
    SOCKETLOCK_DECL bool begin(complete_operation& op);
    SOCKETLOCK_DECL void end() noexcept;
    complete_operation* take_kept() noexcept;

    std::atomic<std::size_t> number_{0};
    // Under the fork mutex, which no other thread holds after a fork.
    std::size_t posting_ = 0;
    bool is_stopped_ = false;
    std::uint64_t stopped_generation_ = 0;
    std::thread::id stopped_by_;
    complete_operation* first_kept_ = nullptr;
    complete_operation** last_kept_ = &first_kept_;
};

}  // namespace socketlock::detail

#endif
