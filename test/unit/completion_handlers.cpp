// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/bind_allocator.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/compose.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <future>
#include <utility>

#include "lock_fixture.hpp"
#include "operations.hpp"
#include "recording.hpp"

using namespace lock_fixture;
using namespace recording;

// Where handlers run, when, and with whose memory.
BOOST_FIXTURE_TEST_SUITE(completion_handlers, with_locks)

BOOST_AUTO_TEST_CASE(handlers_run_on_the_executor_of_the_lock)
{
    const recording_executor executor(context);
    auto lock = make_on(executor);
    std::size_t calls = 0;
    for_every_operation([&](auto start) {
        start(lock, [&](auto&&...) {
            BOOST_TEST(executor.running_in_this_thread());
            ++calls;
        });
        run_until([&, before = calls] { return calls != before; });
    });
    BOOST_TEST(calls == 10u);
    // Nothing else runs there.
    BOOST_TEST(executor.runs() == 10u);
}

BOOST_AUTO_TEST_CASE(handlers_run_on_their_own_executor_if_they_have_one)
{
    const recording_executor executor_of_lock(context);
    const recording_executor executor(context);
    auto lock = make_on(executor_of_lock);
    std::size_t calls = 0;
    const auto handler = [&](auto&&...) {
        BOOST_TEST(executor.running_in_this_thread());
        ++calls;
    };
    for_every_operation([&](auto start) {
        start(lock, asio::bind_executor(executor, handler));
        run_until([&, before = calls] { return calls != before; });
    });
    for_every_immediate_failure([&](auto owns, auto start) {
        auto other = make_on(executor_of_lock, "other");
        if (owns)
            other.lock();
        start(other, asio::bind_executor(executor, handler));
        run_until([&, before = calls] { return calls != before; });
    });
    BOOST_TEST(executor_of_lock.runs() == 0u);
}

BOOST_AUTO_TEST_CASE(handlers_may_be_bound_to_strands_and_other_contexts)
{
    process_lock lock = make();
    asio::thread_pool pool(1);
    const auto strand = asio::make_strand(lock.get_executor());
    const auto pool_strand = asio::make_strand(pool);
    bool called = false;
    lock.async_lock(asio::bind_executor(strand, [&](error_code) {
        BOOST_TEST(strand.running_in_this_thread());
        called = true;
    }));
    run();
    BOOST_TEST(called);
    std::promise<bool> in_pool;
    lock.async_unlock(asio::bind_executor(pool_strand, [&](error_code) {
        in_pool.set_value(pool_strand.running_in_this_thread());
    }));
    // The lock's own context has work as long as its operation has not completed.
    run();
    BOOST_TEST(in_pool.get_future().get());
    // Another context than the lock's is in use until its work has ended, as with Asio's own.
    pool.join();
}

BOOST_AUTO_TEST_CASE(handlers_never_run_inside_the_initiating_function)
{
    process_lock lock = make();
    std::size_t calls = 0;
    bool inside = false;
    const auto handler = [&](auto&&...) {
        BOOST_TEST(!inside);
        ++calls;
    };
    // Started on the very executor that they may run on.
    const auto start_inside = [&](auto& on, auto start) {
        const std::size_t before = calls;
        asio::post(context, [&] {
            inside = true;
            start(on, handler);
            inside = false;
        });
        run();
        BOOST_TEST(calls == before + 1);
    };
    for_every_operation([&](auto start) { start_inside(lock, start); });
    for_every_immediate_failure([&](auto owns, auto start) {
        process_lock other = make("other");
        if (owns)
            other.lock();
        start_inside(other, start);
    });
    asio::post(context, [&] {
        inside = true;
        lock.async_lock(handler);
        lock.cancel();
        inside = false;
    });
    run();
    BOOST_TEST(calls == 18u);
}

BOOST_AUTO_TEST_CASE(memory_comes_from_the_handler_and_is_free_when_it_runs)
{
    auto lock = make_on(context.get_executor());
    allocations counts;
    const counting_allocator<> allocator(counts);
    std::size_t calls = 0;
    const auto handler = [&](auto&&...) {
        BOOST_TEST(counts.live() == 0u);
        ++calls;
    };
    for_every_operation([&](auto start) {
        const std::size_t before = counts.total();
        start(lock, asio::bind_allocator(allocator, handler));
        run();
        // For the operation and what is posted to the executor at once.
        BOOST_TEST(counts.total() == before + 1);
        BOOST_TEST(counts.live() == 0u);
    });
    BOOST_TEST(calls == 10u);
    for_every_immediate_failure([&](auto owns, auto start) {
        auto other = make_on(context.get_executor(), "other");
        if (owns)
            other.lock();
        start(other, asio::bind_allocator(allocator, handler));
        run();
        BOOST_TEST(counts.live() == 0u);
    });
    BOOST_TEST(calls == 17u);
}

BOOST_AUTO_TEST_CASE(memory_of_pending_operations_is_the_handlers)
{
    process_lock holder = make();
    holder.lock();
    allocations counts;
    const counting_allocator<> allocator(counts);
    auto waiter = make_on(context.get_executor());
    bool called = false;
    waiter.async_lock(asio::bind_allocator(allocator, [&](error_code ec) {
        BOOST_TEST(!ec);
        BOOST_TEST(counts.live() == 0u);
        called = true;
    }));
    holder.async_wait_contended(asio::bind_allocator(allocator, [&](error_code) {
        BOOST_TEST(counts.live() == 1u);
        holder.unlock();
    }));
    BOOST_TEST(counts.live() == 2u);
    run();
    BOOST_TEST(called);
    BOOST_TEST(counts.live() == 0u);
}

// The memory must be free already, so that the next operation can use the same again.
BOOST_AUTO_TEST_CASE(next_operation_can_be_started_from_the_handler)
{
    auto lock = make_on(context.get_executor());
    allocations counts;
    const counting_allocator<> allocator(counts);
    int rounds = 0;
    struct
    {
        decltype(lock)& l;
        const counting_allocator<>& a;
        allocations& c;
        int& n;

        void locked()
        {
            BOOST_TEST(c.live() == 0u);
            l.async_unlock(asio::bind_allocator(a, [this](error_code ec) {
                BOOST_TEST(!ec, ec.message());
                if (++n < 5)
                    l.async_lock(asio::bind_allocator(a, [this](error_code) { locked(); }));
            }));
        }
    } chain{lock, allocator, counts, rounds};
    lock.async_lock(asio::bind_allocator(allocator, [&](error_code) { chain.locked(); }));
    run();
    BOOST_TEST(rounds == 5);
}

BOOST_AUTO_TEST_CASE(context_keeps_running_while_operations_are_pending)
{
    process_lock holder = make();
    holder.lock();
    process_lock waiter = make();
    bool called = false;
    waiter.async_lock([&](error_code) { called = true; });
    BOOST_TEST(!context.stopped());
    BOOST_TEST(context.poll() == 0u);
    BOOST_TEST(!context.stopped());
    holder.unlock();
    run();
    BOOST_TEST(called);
    BOOST_TEST(context.stopped());
}

// A context that is restarted when a handler has run must not be stopped again by what is left of
// the operation.
BOOST_AUTO_TEST_CASE(nothing_keeps_the_context_busy_when_the_handler_runs)
{
    const busy_executor busy(context);
    const auto check = [&](auto start, long at_most = 0) {
        std::promise<long> work;
        start([&](auto&&...) { work.set_value(busy.work()); });
        BOOST_TEST(work.get_future().get() <= at_most);
    };
    const auto check_on = [&](const auto& executor) {
        auto lock = make_on(executor);
        for_every_operation([&](auto start) {
            check([&](auto handler) { start(lock, std::move(handler)); });
        });
        for_every_immediate_failure([&](auto owns, auto start) {
            auto other = make_on(executor, "other");
            if (owns)
                other.lock();
            check([&](auto handler) { start(other, std::move(handler)); });
        });
        auto holder = make_on(executor, "held");
        auto waiter = make_on(executor, "held");
        holder.lock();
        check([&](auto handler) {
            waiter.async_lock(std::move(handler));
            BOOST_TEST(busy.work() > 0);
            holder.unlock();
        });
        waiter.unlock();
        // A composed operation's handler has an executor that keeps the context busy; its own may
        // last longer, on its thread.
        const auto start_composed = [&](auto handler) {
            asio::async_compose<decltype(handler), void(error_code)>(
                [&waiter, begun = false](auto& self, error_code ec = {}) mutable {
                    if (std::exchange(begun, true))
                        self.complete(ec);
                    else
                        waiter.async_lock(std::move(self));
                },
                handler,
                executor
            );
        };
        check(start_composed, 1);
    };
    check_on(busy);
    check_on(asio::any_io_executor(busy));
}

BOOST_AUTO_TEST_CASE(context_that_is_blocked_keeps_nobody_else_from_the_lock)
{
    // Its handlers do not run; the lock's own work goes on.
    asio::io_context blocked;
    process_lock holder(blocked, "myapp", options());
    holder.lock();
    process_lock waiter(blocked, "myapp", options());
    waiter.async_lock([](error_code) {});
    process_lock next = make();
    holder.unlock();
    BOOST_TEST(soon([&] { return waiter.owns_lock(); }));
    BOOST_TEST(!next.try_lock());
    BOOST_TEST(next.holder()->verified);
    waiter.unlock();
    BOOST_TEST(next.try_lock());
}

BOOST_AUTO_TEST_SUITE_END()
