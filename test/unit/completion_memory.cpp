// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// Operations have what they need to complete from when they are started.

#include <boost/asio/bind_allocator.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/strand.hpp>
#include <boost/test/unit_test.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <new>
#include <utility>

#include "lock_fixture.hpp"
#include "operations.hpp"

using namespace lock_fixture;

namespace {

/// One block of memory: whoever wants a second one is out of luck.
class one_block
{
public:
    void* take(std::size_t size)
    {
        if (size > sizeof block_ || is_taken_.exchange(true))
            throw std::bad_alloc();
        return block_;
    }
    void give_back() { is_taken_ = false; }
    bool is_taken() const { return is_taken_; }

private:
    alignas(std::max_align_t) unsigned char block_[4096];
    std::atomic<bool> is_taken_{false};
};

template <class T = void>
class block_allocator
{
public:
    using value_type = T;

    explicit block_allocator(one_block& block) noexcept : block_(&block) {}
    template <class U>
    block_allocator(const block_allocator<U>& other) noexcept : block_(other.block_)
    {
    }

    T* allocate(std::size_t n) { return static_cast<T*>(block_->take(n * sizeof(T))); }
    void deallocate(T*, std::size_t) { block_->give_back(); }

    friend bool operator==(const block_allocator& a, const block_allocator& b) noexcept
    {
        return a.block_ == b.block_;
    }
    friend bool operator!=(const block_allocator& a, const block_allocator& b) noexcept
    {
        return !(a == b);
    }

private:
    template <class U>
    friend class block_allocator;

    one_block* block_;
};

/// A handler that has one block, and what became of it.
struct frugal_call
{
    one_block block;
    int calls = 0;

    auto handler()
    {
        return asio::bind_allocator(block_allocator<>(block), [this](auto&&...) {
            ++calls;
            BOOST_TEST(!block.is_taken());
        });
    }
};

struct with_frugal_calls : with_locks
{
    process_lock keeps_runtime = make("another");

    with_frugal_calls() { keeps_runtime.lock(); }

    /// Each operation on locks that are made by `make_lock`, its handler changed by `bind`.
    template <class Make, class Bind>
    void try_all(Make make_lock, Bind bind)
    {
        auto lock = make_lock();
        for_every_operation([&](auto start) {
            frugal_call call;
            start(lock, bind(call.handler()));
            run();
            BOOST_TEST(call.calls == 1);
        });
        auto owner = make_lock();
        owner.lock();
        for_every_immediate_failure([&](auto owns, auto start) {
            frugal_call call;
            start(owns ? owner : lock, bind(call.handler()));
            run();
            BOOST_TEST(call.calls == 1);
        });
        // What ends by way of another operation.
        frugal_call contended;
        frugal_call lost;
        frugal_call cancelled;
        frugal_call timed_out;
        frugal_call taken_over;
        auto waiter = make_lock();
        auto late = make_lock();
        owner.async_wait_contended(bind(contended.handler()));
        owner.async_wait_lost(bind(lost.handler()));
        waiter.async_lock(bind(cancelled.handler()));
        run_until([&] { return contended.calls == 1; });
        waiter.cancel();
        run_until([&] { return cancelled.calls == 1; });
        late.async_try_lock_for(std::chrono::milliseconds(1), bind(timed_out.handler()));
        run_until([&] { return timed_out.calls == 1; });
        waiter.async_lock(bind(taken_over.handler()));
        owner.unlock();
        run();
        BOOST_TEST(taken_over.calls == 1);
        BOOST_TEST(lost.calls == 1);
        BOOST_TEST(waiter.owns_lock());
    }
};

const auto as_it_is = [](auto handler) { return handler; };

}  // namespace

BOOST_FIXTURE_TEST_SUITE(completion_memory, with_frugal_calls)

BOOST_AUTO_TEST_CASE(one_block_is_enough)
{
    try_all([&] { return make_on(context.get_executor()); }, as_it_is);
}

BOOST_AUTO_TEST_CASE(one_block_is_enough_for_any_executor)
{
    try_all([&] { return make(); }, as_it_is);
}

BOOST_AUTO_TEST_CASE(one_block_is_enough_for_a_strand)
{
    try_all([&] { return make_on(asio::make_strand(context)); }, as_it_is);
}

BOOST_AUTO_TEST_CASE(one_block_is_enough_for_a_strand_of_any_executor)
{
    const asio::any_io_executor any = context.get_executor();
    try_all([&] { return make_on(asio::make_strand(any)); }, as_it_is);
}

BOOST_AUTO_TEST_CASE(one_block_is_enough_for_a_handler_with_an_executor_of_its_own)
{
    const auto strand = asio::make_strand(context);
    try_all(
        [&] { return make_on(context.get_executor()); },
        [&](auto handler) { return asio::bind_executor(strand, std::move(handler)); }
    );
}

BOOST_AUTO_TEST_SUITE_END()
