// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// Executors, allocators and handlers that record what was done with them.

#ifndef SOCKETLOCK_TEST_UNIT_RECORDING_HPP
#define SOCKETLOCK_TEST_UNIT_RECORDING_HPP

#include <boost/asio/execution/blocking.hpp>
#include <boost/asio/execution/context.hpp>
#include <boost/asio/execution/outstanding_work.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/require.hpp>

#include <cstddef>
#include <future>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>

namespace recording {

namespace asio = boost::asio;

/// An executor that runs functions in an io_context and knows what it has run.
class recording_executor
{
public:
    explicit recording_executor(asio::io_context& context) : context_(&context) {}

    /// True while a function runs that was given to this executor or a copy of it.
    bool running_in_this_thread() const noexcept { return current() == state_.get(); }

    /// How many functions it has run.
    std::size_t runs() const noexcept { return state_->runs; }

    asio::execution_context& query(asio::execution::context_t) const noexcept { return *context_; }

    static constexpr asio::execution::blocking_t query(asio::execution::blocking_t) noexcept
    {
        return asio::execution::blocking.never;
    }

    recording_executor require(asio::execution::blocking_t::never_t) const { return *this; }

    template <class Function>
    void execute(Function&& function) const
    {
        asio::require(context_->get_executor(), asio::execution::blocking.never)
            .execute([state = state_, f = std::forward<Function>(function)]() mutable {
                const void* const before = std::exchange(current(), state.get());
                ++state->runs;
                std::move(f)();
                current() = before;
            });
    }

    friend bool operator==(const recording_executor& a, const recording_executor& b) noexcept
    {
        return a.state_ == b.state_;
    }
    friend bool operator!=(const recording_executor& a, const recording_executor& b) noexcept
    {
        return a.state_ != b.state_;
    }

private:
    struct state
    {
        std::size_t runs = 0;
    };

    static const void*& current()
    {
        thread_local const void* value = nullptr;
        return value;
    }

    asio::io_context* context_;
    std::shared_ptr<state> state_ = std::make_shared<state>();
};

/// An executor that holds up the caller that gives it a function.
class slow_executor
{
public:
    slow_executor(asio::io_context& context, std::promise<void>& begun, std::future<void>& go_on)
        : context_(&context), begun_(&begun), go_on_(&go_on)
    {
    }

    asio::execution_context& query(asio::execution::context_t) const noexcept { return *context_; }
    static constexpr asio::execution::blocking_t query(asio::execution::blocking_t) noexcept
    {
        return asio::execution::blocking.never;
    }
    slow_executor require(asio::execution::blocking_t::never_t) const { return *this; }

    template <class Function>
    void execute(Function&& function) const
    {
        begun_->set_value();
        go_on_->wait();
        asio::post(*context_, std::forward<Function>(function));
    }

    friend bool operator==(const slow_executor& a, const slow_executor& b) noexcept
    {
        return a.begun_ == b.begun_;
    }
    friend bool operator!=(const slow_executor& a, const slow_executor& b) noexcept
    {
        return !(a == b);
    }

private:
    asio::io_context* context_;
    std::promise<void>* begun_;
    std::future<void>* go_on_;
};

/// An executor that has run a function, in a thread of its own, when whoever gave it that goes on;
/// it knows what keeps it busy.
class busy_executor
{
public:
    explicit busy_executor(asio::io_context& context) : context_(&context) {}

    /// How many of its copies are there to keep it busy.
    long work() const noexcept { return work_->use_count() - 1; }

    asio::execution_context& query(asio::execution::context_t) const noexcept { return *context_; }
    static constexpr asio::execution::blocking_t query(asio::execution::blocking_t) noexcept
    {
        return asio::execution::blocking.never;
    }
    busy_executor require(asio::execution::blocking_t::never_t) const { return *this; }
    asio::execution::outstanding_work_t query(asio::execution::outstanding_work_t) const noexcept
    {
        using asio::execution::outstanding_work;
        return mine_ ? asio::execution::outstanding_work_t(outstanding_work.tracked)
                     : asio::execution::outstanding_work_t(outstanding_work.untracked);
    }
    busy_executor require(asio::execution::outstanding_work_t::tracked_t) const
    {
        busy_executor result = *this;
        result.mine_ = *work_;
        return result;
    }
    busy_executor require(asio::execution::outstanding_work_t::untracked_t) const
    {
        busy_executor result = *this;
        result.mine_.reset();
        return result;
    }

    template <class Function>
    void execute(Function&& function) const
    {
        std::thread([f = std::forward<Function>(function)]() mutable { std::move(f)(); }).join();
    }

    friend bool operator==(const busy_executor& a, const busy_executor& b) noexcept
    {
        return a.context_ == b.context_;
    }
    friend bool operator!=(const busy_executor& a, const busy_executor& b) noexcept
    {
        return !(a == b);
    }

private:
    using counted = std::shared_ptr<char>;

    asio::io_context* context_;
    std::shared_ptr<const counted> work_ = std::make_shared<const counted>(new char());
    counted mine_;
};

/// What counting_allocators have in use and have ever had.
class allocations
{
public:
    void add()
    {
        const std::lock_guard<std::mutex> lock(mutex_);
        ++total_;
        ++live_;
    }
    void remove()
    {
        const std::lock_guard<std::mutex> lock(mutex_);
        --live_;
    }
    std::size_t total() const
    {
        const std::lock_guard<std::mutex> lock(mutex_);
        return total_;
    }
    std::size_t live() const
    {
        const std::lock_guard<std::mutex> lock(mutex_);
        return live_;
    }

private:
    mutable std::mutex mutex_;
    std::size_t total_ = 0;
    std::size_t live_ = 0;
};

template <class T = void>
class counting_allocator
{
public:
    using value_type = T;

    explicit counting_allocator(allocations& counts) noexcept : counts_(&counts) {}

    template <class U>
    counting_allocator(const counting_allocator<U>& other) noexcept : counts_(other.counts_)
    {
    }

    T* allocate(std::size_t n)
    {
        T* const result = std::allocator<T>().allocate(n);
        counts_->add();
        return result;
    }
    void deallocate(T* p, std::size_t n)
    {
        std::allocator<T>().deallocate(p, n);
        counts_->remove();
    }

    friend bool operator==(const counting_allocator& a, const counting_allocator& b) noexcept
    {
        return a.counts_ == b.counts_;
    }
    friend bool operator!=(const counting_allocator& a, const counting_allocator& b) noexcept
    {
        return a.counts_ != b.counts_;
    }

private:
    template <class U>
    friend class counting_allocator;

    allocations* counts_;
};

/// What became of a watched_handler.
struct fate
{
    std::size_t called = 0;
    std::size_t destroyed_uncalled = 0;
};

/// A handler that tells if it was called, or destroyed without that.
template <class Function>
class watched_handler
{
public:
    watched_handler(fate& f, Function function) : fate_(&f), function_(std::move(function)) {}
    watched_handler(watched_handler&& other)
        : fate_(std::exchange(other.fate_, nullptr)), function_(std::move(other.function_))
    {
    }
    ~watched_handler()
    {
        if (fate_ != nullptr)
            ++fate_->destroyed_uncalled;
    }

    template <class... Args>
    void operator()(Args&&... args)
    {
        ++std::exchange(fate_, nullptr)->called;
        function_(std::forward<Args>(args)...);
    }

private:
    fate* fate_;
    Function function_;
};

inline auto watched(fate& f)
{
    const auto nothing = [](auto&&...) {};
    return watched_handler<decltype(nothing)>(f, nothing);
}

template <class Function>
watched_handler<Function> watched(fate& f, Function function)
{
    return watched_handler<Function>(f, std::move(function));
}

}  // namespace recording

#endif
