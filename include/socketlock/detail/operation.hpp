// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// An operation as the runtime sees it: something to complete once, whatever its handler's type.

#ifndef SOCKETLOCK_DETAIL_OPERATION_HPP
#define SOCKETLOCK_DETAIL_OPERATION_HPP

#include <socketlock/config.hpp>

#include <boost/asio/associated_allocator.hpp>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/recycling_allocator.hpp>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <tuple>
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

/// A caller of a synchronous function; lives on his stack.
template <class... Results>
class blocking_operation final : public operation<Results...>
{
public:
    void complete(error_code ec, Results... results) override
    {
        // Notified under the mutex: the waiting thread may destroy this object as soon as it can.
        const std::lock_guard<std::mutex> lock(mutex_);
        results_.emplace(ec, std::move(results)...);
        done_.notify_one();
    }

    void destroy() noexcept override {}

    std::tuple<error_code, Results...> wait()
    {
        std::unique_lock<std::mutex> lock(mutex_);
        done_.wait(lock, [this] { return results_.has_value(); });
        return std::move(*results_);
    }

private:
    std::mutex mutex_;
    std::condition_variable done_;
    std::optional<std::tuple<error_code, Results...>> results_;
};

/// What is posted to the handler's executor: calls it by way of `Deliver`.
template <class Handler, class Deliver, class... Results>
class bound_completion
{
public:
    using allocator_type = asio::associated_allocator_t<Handler, asio::recycling_allocator<void>>;

    bound_completion(
        Handler&& handler,
        Deliver&& deliver,
        std::tuple<error_code, Results...> results
    )
        : handler_(std::move(handler)), deliver_(std::move(deliver)), results_(std::move(results))
    {
    }

    allocator_type get_allocator() const noexcept
    {
        return asio::get_associated_allocator(handler_, asio::recycling_allocator<void>());
    }

    void operator()()
    {
        // On the handler's own executor, so this cannot race with its cancellation.
        auto slot = asio::get_associated_cancellation_slot(handler_);
        if (slot.is_connected())
            slot.clear();
        std::apply(
            [this](error_code ec, Results&... results) {
                deliver_(handler_, ec, std::move(results)...);
            },
            results_
        );
    }

private:
    Handler handler_;
    Deliver deliver_;
    std::tuple<error_code, Results...> results_;
};

/**
 * An asynchronous operation: keeps handler and executors busy until it completes. Its memory comes
 * from the handler's associated allocator and is returned before the handler is posted.
 */
template <class Handler, class IoExecutor, class Deliver, class... Results>
class async_operation final : public operation<Results...>
{
    using allocator = asio::associated_allocator_t<Handler, asio::recycling_allocator<void>>;
    using own_allocator = typename std::allocator_traits<allocator>::template rebind_alloc<
        async_operation>;
    using own_traits = std::allocator_traits<own_allocator>;
    using handler_executor = asio::associated_executor_t<Handler, IoExecutor>;

public:
    static async_operation* create(Handler&& handler, const IoExecutor& executor, Deliver&& deliver)
    {
        own_allocator alloc(
            asio::get_associated_allocator(handler, asio::recycling_allocator<void>())
        );
        async_operation* const memory = own_traits::allocate(alloc, 1);
        try
        {
            return new (memory) async_operation(std::move(handler), executor, std::move(deliver));
        }
        catch (...)
        {
            own_traits::deallocate(alloc, memory, 1);
            throw;
        }
    }

    void complete(error_code ec, Results... results) override
    {
        auto handler_work = std::move(handler_work_);
        auto io_work = std::move(io_work_);
        bound_completion<Handler, Deliver, Results...> completion(
            std::move(handler_),
            std::move(deliver_),
            std::tuple<error_code, Results...>(ec, std::move(results)...)
        );
        free(completion.get_allocator());
        asio::post(handler_work.get_executor(), std::move(completion));
    }

    void destroy() noexcept override
    {
        // Kept until the memory is free: it may own that from which the memory came.
        Handler handler(std::move(handler_));
        free(asio::get_associated_allocator(handler, asio::recycling_allocator<void>()));
    }

private:
    async_operation(Handler&& handler, const IoExecutor& executor, Deliver&& deliver)
        : handler_(std::move(handler)),
          deliver_(std::move(deliver)),
          handler_work_(asio::get_associated_executor(handler_, executor)),
          io_work_(executor)
    {
    }

    void free(const allocator& from) noexcept
    {
        own_allocator alloc(from);
        this->~async_operation();
        own_traits::deallocate(alloc, this, 1);
    }

    Handler handler_;
    Deliver deliver_;
    asio::executor_work_guard<handler_executor> handler_work_;
    asio::executor_work_guard<IoExecutor> io_work_;
};

}  // namespace socketlock::detail

#endif
