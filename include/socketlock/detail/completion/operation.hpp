// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// An operation as the runtime sees it: something to complete once, whatever its handler's type.

#ifndef SOCKETLOCK_DETAIL_COMPLETION_OPERATION_HPP
#define SOCKETLOCK_DETAIL_COMPLETION_OPERATION_HPP

#include <socketlock/config.hpp>
#include <socketlock/detail/completion/operation_count.hpp>
#include <socketlock/detail/completion/operation_memory.hpp>

#include <boost/asio/associated_allocator.hpp>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/execution/blocking.hpp>
#include <boost/asio/execution/context.hpp>
#include <boost/asio/execution/executor.hpp>
#include <boost/asio/execution/outstanding_work.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/query.hpp>
#include <boost/asio/recycling_allocator.hpp>
#include <boost/asio/require.hpp>

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <tuple>
#include <type_traits>
#include <utility>

namespace socketlock::detail {

/// Completed or destroyed exactly once, from any thread; either ends its life.
template <class... Results>
class operation
{
public:
    /// Has the handler called with these results.
    virtual void complete(error_code ec, Results... results) = 0;
    /// Destroys the handler without calling it.
    virtual void destroy() noexcept = 0;

protected:
    ~operation() = default;
};

/// Takes an operation out of its slot, which makes the caller the one who completes it; null if
/// somebody else was faster, or if it is not the `expected` one.
template <class Operation>
Operation* take(std::atomic<Operation*>& slot, const void* expected = nullptr) noexcept
{
    Operation* current = slot.load();
    while (current != nullptr && (expected == nullptr || current == expected))
    {
        if (slot.compare_exchange_weak(current, nullptr))
            return current;
    }
    return nullptr;
}

/// A caller of a synchronous function; lives on its stack.
template <class... Results>
class blocking_operation final : public operation<Results...>
{
public:
    void complete(error_code ec, Results... results) override
    {
        if (std::this_thread::get_id() == waiter_)
        {
            // Nobody else can be here, and nobody waits yet.
            results_.emplace(ec, std::move(results)...);
            is_completed_by_waiter_ = true;
            return;
        }
        // Notified under the mutex: the waiting thread may destroy this object as soon as it can.
        const std::lock_guard<std::mutex> lock(mutex_);
        results_.emplace(ec, std::move(results)...);
        done_.notify_one();
    }

    void destroy() noexcept override {}

    std::tuple<error_code, Results...> wait()
    {
        if (is_completed_by_waiter_)
            return std::move(*results_);
        std::unique_lock<std::mutex> lock(mutex_);
        done_.wait(lock, [this] { return results_.has_value(); });
        return std::move(*results_);
    }

private:
    const std::thread::id waiter_ = std::this_thread::get_id();
    bool is_completed_by_waiter_ = false;
    std::mutex mutex_;
    std::condition_variable done_;
    std::optional<std::tuple<error_code, Results...>> results_;
};

/// Keeps an executor's context busy as long as the result lives. Asio's executor_work_guard would
/// do, but does not compile for a strand of any_io_executor (Boost 1.81).
template <class Executor>
auto track_work(const Executor& executor)
{
    if constexpr (asio::execution::is_executor<Executor>::value)
        return asio::prefer(executor, asio::execution::outstanding_work.tracked);
    else
        return asio::make_work_guard(executor);
}

template <class Executor>
using tracked_work = decltype(track_work(std::declval<const Executor&>()));

/// The same executor, which keeps its context busy no longer.
template <class Executor>
auto untracked(const Executor& executor)
{
    if constexpr (asio::execution::is_executor<Executor>::value)
        return asio::prefer(executor, asio::execution::outstanding_work.untracked);
    else
        return executor;
}

/// The executor that `work` keeps busy. To have the result does not.
template <class Work>
auto executor_of(const Work& work)
{
    if constexpr (asio::execution::is_executor<Work>::value)
        return untracked(work);
    else
        return work.get_executor();
}

/// The context that an executor belongs to; null if it does not tell.
template <class Executor>
const asio::execution_context* context_of(const Executor& executor) noexcept
{
    if constexpr (!asio::execution::is_executor<Executor>::value)
        return &executor.context();
    else if constexpr (asio::can_query<const Executor&, asio::execution::context_t>::value)
        return &static_cast<const asio::execution_context&>(
            asio::query(executor, asio::execution::context)
        );
    else
        return nullptr;
}

/// What is posted to the handler's executor: an operation that is complete.
template <class Operation>
class posted_completion
{
public:
    using allocator_type = typename Operation::post_allocator;

    explicit posted_completion(Operation* op) noexcept : operation_(op) {}
    posted_completion(posted_completion&& other) noexcept
        : operation_(std::exchange(other.operation_, nullptr))
    {
    }
    ~posted_completion()
    {
        if (operation_ != nullptr)
            operation_->destroy();
    }

    allocator_type get_allocator() const noexcept { return operation_->get_post_allocator(); }

    void operator()() { std::exchange(operation_, nullptr)->call_handler(); }

private:
    Operation* operation_;
};

/// Whether the executor can be told to call nothing at once. Asio's any_completion_handler has one
/// that cannot.
template <class Executor>
inline constexpr bool
    can_post = !asio::execution::is_executor<Executor>::value ||
               asio::can_require<Executor, asio::execution::blocking_t::never_t>::value;

/// What is posted to the I/O executor for a handler's executor that cannot post.
template <class Operation, class Executor>
class forwarded_completion
{
public:
    using allocator_type = typename Operation::post_allocator;

    forwarded_completion(Operation* op, Executor&& executor)
        : completion_(op), to_(std::move(executor))
    {
    }

    allocator_type get_allocator() const noexcept { return completion_.get_allocator(); }

    void operator()() { asio::dispatch(to_, std::move(completion_)); }

private:
    posted_completion<Operation> completion_;
    Executor to_;
};

/**
 * An asynchronous operation: calls its handler by way of `Deliver`. Its memory comes from the
 * handler's associated allocator, all of it when it is started, so that nothing is missing when it
 * is complete; it is returned before the handler is called, but not before the cancellation slot
 * was cleared: until then nobody else must have its address.
 */
template <class Handler, class IoExecutor, class Deliver, class... Results>
class async_operation final : public operation<Results...>, private complete_operation
{
public:
    using allocator_type = asio::associated_allocator_t<Handler, asio::recycling_allocator<void>>;

private:
    using memory_type = operation_memory<async_operation>;
    using handler_executor = asio::associated_executor_t<Handler, IoExecutor>;

public:
    /// For what is posted to the handler's executor.
    using post_allocator = room_allocator<void, memory_type, allocator_type>;

    /// Enough for what is posted, by way of another executor perhaps, and what Asio needs besides:
    /// its queue's links and a copy of the allocator.
    static constexpr std::size_t room_size = sizeof(handler_executor) + 2 * sizeof(post_allocator) +
                                             64;

    static async_operation* create(
        Handler&& handler,
        const IoExecutor& executor,
        Deliver&& deliver,
        operation_count::token token
    )
    {
        const allocator_type from = allocator_of(handler);
        memory_type* const memory = memory_type::create(from);
        try
        {
            return new (memory->object())
                async_operation(std::move(handler), executor, std::move(deliver), std::move(token));
        }
        catch (...)
        {
            memory->let_go(from);
            throw;
        }
    }

    void complete(error_code ec, Results... results) override
    {
        results_.emplace(ec, std::move(results)...);
        post();
    }

    void destroy() noexcept override
    {
        const auto token = std::move(token_);
        // Kept until the memory is free: it may own that from which the memory came.
        Handler handler(std::move(handler_));
        free(allocator_of(handler));
    }

    post_allocator get_post_allocator() noexcept
    {
        return post_allocator(memory(), allocator_of(handler_));
    }

    /// On the handler's executor, so this cannot race with its cancellation.
    void call_handler()
    {
        auto slot = asio::get_associated_cancellation_slot(handler_);
        if (slot.is_connected())
            slot.clear();
        Handler handler(std::move(handler_));
        Deliver deliver(std::move(deliver_));
        auto results = std::move(*results_);
        {
            [[maybe_unused]] const auto busy(std::move(work_));
            free(allocator_of(handler));
        }
        std::apply(
            [&](error_code ec, Results&... rest) { deliver(handler, ec, std::move(rest)...); },
            results
        );
    }

private:
    async_operation(
        Handler&& handler,
        const IoExecutor& executor,
        Deliver&& deliver,
        operation_count::token&& token
    )
        : token_(std::move(token)),
          handler_(std::move(handler)),
          deliver_(std::move(deliver)),
          executor_(asio::get_associated_executor(handler_, executor)),
          work_(track_work(executor_)),
          io_work_(track_work(executor))
    {
    }

    static allocator_type allocator_of(const Handler& handler) noexcept
    {
        return asio::get_associated_allocator(handler, asio::recycling_allocator<void>());
    }

    memory_type& memory() noexcept { return memory_type::of(this); }

    void free(const allocator_type& from) noexcept
    {
        memory_type& mine = memory();
        this->~async_operation();
        mine.let_go(from);
    }

    void post() override
    {
        // Ends last. What follows uses the context.
        const operation_count::posting now(token_.count(), *this);
        if (!now)
            return;
        // To post is to give this object away, with what keeps the context busy: on this thread
        // that could outlive the handler. But another context than the I/O executor's must be kept
        // busy until the post has returned, so that whoever waits for its work may destroy it then.
        // (The I/O executor's waits for the token when it ends.) What waits there has no claim on
        // the I/O executor's context, which may end before it.
        const auto token = std::move(token_);
        const auto io_executor = executor_of(*io_work_);
        std::optional<tracked_work<handler_executor>> busy;
        std::optional<tracked_work<IoExecutor>> io_busy;
        if (context_of(executor_) != context_of(io_executor))
        {
            busy.emplace(track_work(executor_));
            io_busy.emplace(std::move(*io_work_));
            io_work_.reset();
        }
        // A composed operation's handler has one that keeps the context busy.
        auto executor = untracked(executor_);
        if constexpr (can_post<handler_executor>)
        {
            asio::post(executor, posted_completion<async_operation>(this));
        }
        else
        {
            asio::post(
                io_executor,
                forwarded_completion<async_operation, decltype(executor)>(this, std::move(executor))
            );
        }
    }

    void post_aborted() override { complete(asio::error::operation_aborted, Results()...); }

    void discard() noexcept override { destroy(); }

    operation_count::token token_;
    Handler handler_;
    Deliver deliver_;
    handler_executor executor_;
    // Keeps the executor busy until just before the handler is called, as Asio's composed
    // operations do. Not longer: what the handler sets off in another thread may be the restart of
    // its context, which work that ends afterwards would stop again.
    tracked_work<handler_executor> work_;
    std::optional<tracked_work<IoExecutor>> io_work_;
    std::optional<std::tuple<error_code, Results...>> results_;
};

}  // namespace socketlock::detail

#endif
