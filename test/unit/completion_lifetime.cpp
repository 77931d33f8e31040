// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#include <boost/asio/bind_allocator.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstddef>
#include <future>
#include <memory>
#include <optional>
#include <thread>
#include <utility>

#include "lock_fixture.hpp"
#include "operations.hpp"
#include "recording.hpp"

using namespace lock_fixture;
using namespace recording;
using asio::error::operation_aborted;
using socketlock::scoped_lock;
using std::chrono::hours;

namespace {

struct with_second_context : with_locks
{
    process_lock holder = make();
    std::optional<asio::io_context> second{std::in_place};

    with_second_context() { holder.lock(); }

    process_lock make_on_second(const std::string& name = "myapp")
    {
        return process_lock(*second, name, options());
    }
};

}  // namespace

// What becomes of pending operations when their context or their lock object goes away.
BOOST_FIXTURE_TEST_SUITE(completion_lifetime, with_second_context)

BOOST_AUTO_TEST_CASE(context_that_is_destroyed_destroys_the_handlers_of_waiting_locks)
{
    fate f;
    allocations counts;
    const counting_allocator<> allocator(counts);
    // Handlers own their locks, so that those outlive the context's services.
    for (int kind = 0; kind < 3; ++kind)
    {
        auto waiter = std::make_shared<process_lock>(make_on_second());
        const auto handler = [&] {
            return asio::bind_allocator(allocator, watched(f, [waiter](auto&&...) {}));
        };
        if (kind == 0)
            waiter->async_lock(handler());
        else if (kind == 1)
            waiter->async_try_lock_for(hours(1), handler());
        else
            waiter->async_scoped_lock(handler());
    }
    BOOST_TEST(second->poll() == 0u);
    BOOST_TEST(counts.live() == 3u);
    second.reset();
    BOOST_TEST(f.called == 0u);
    BOOST_TEST(f.destroyed_uncalled == 3u);
    BOOST_TEST(counts.live() == 0u);
    // They are in nobody's way.
    holder.unlock();
    BOOST_TEST(holder.try_lock_for(hours(1)));
}

BOOST_AUTO_TEST_CASE(context_that_is_destroyed_destroys_the_handlers_of_holders)
{
    fate f;
    for (int kind = 0; kind < 4; ++kind)
    {
        auto lock = std::make_shared<process_lock>(make_on_second("lock" + std::to_string(kind)));
        lock->lock();
        const auto owner = [&] { return watched(f, [lock](auto&&...) {}); };
        if (kind % 2 == 0)
            lock->async_wait_contended(owner());
        if (kind < 2)
            lock->async_wait_lost(owner());
        if (kind == 3)
            lock->async_holder(owner());
    }
    second.reset();
    BOOST_TEST(f.called == 0u);
    BOOST_TEST(f.destroyed_uncalled == 5u);
    // The locks were destroyed with their handlers, which unlocked them.
    for (int kind = 0; kind < 4; ++kind)
        BOOST_TEST(make("lock" + std::to_string(kind)).try_lock_for(hours(1)));
}

BOOST_AUTO_TEST_CASE(context_that_is_destroyed_destroys_handlers_at_every_stage)
{
    // Begun, being taken, taken but not told: whatever the other thread has done by then.
    holder.unlock();
    for (int i = 0; i < 100; ++i)
    {
        fate f;
        allocations counts;
        {
            asio::io_context context_of_this_round;
            for (int kind = 0; kind < 2; ++kind)
            {
                auto lock = std::make_shared<process_lock>(
                    context_of_this_round,
                    "lock" + std::to_string(kind),
                    options()
                );
                auto handler = asio::bind_allocator(
                    counting_allocator<>(counts),
                    watched(f, [lock](auto&&...) {})
                );
                if (kind == 0)
                    lock->async_lock(std::move(handler));
                else
                    lock->async_scoped_lock(std::move(handler));
            }
        }
        BOOST_TEST(f.called == 0u);
        BOOST_TEST(f.destroyed_uncalled == 2u);
        BOOST_TEST(counts.live() == 0u);
    }
    for (int kind = 0; kind < 2; ++kind)
        BOOST_TEST(make("lock" + std::to_string(kind)).try_lock_for(hours(1)));
}

BOOST_AUTO_TEST_CASE(lock_may_outlive_its_context_unused)
{
    process_lock lock = make_on_second("other");
    lock.lock();
    second.reset();
    BOOST_TEST(lock.owns_lock());
    lock.unlock();
    BOOST_TEST(make("other").try_lock());
}

// What waits in another context has nothing to do with the lock's own any more.
BOOST_AUTO_TEST_CASE(handler_may_outlive_the_context_of_its_lock_in_another)
{
    fate f;
    {
        process_lock lock = make_on_second("other");
        lock.async_lock(asio::bind_executor(context, watched(f, [](error_code ec) {
                                                BOOST_TEST(!ec, ec.message());
                                            })));
        // Has work as long as the handler has not been posted.
        second->run();
        second.reset();
        BOOST_TEST(f.called == 0u);
        run();
    }
    BOOST_TEST(f.called == 1u);
}

BOOST_AUTO_TEST_CASE(thread_pool_that_is_stopped_destroys_handlers)
{
    fate f;
    {
        asio::thread_pool pool(1);
        auto waiter = std::make_shared<
            socketlock::basic_process_lock<asio::thread_pool::executor_type>>(
            pool.get_executor(),
            "myapp",
            options()
        );
        waiter->async_lock(watched(f, [waiter](auto&&...) {}));
        pool.stop();
    }
    BOOST_TEST(f.called == 0u);
    BOOST_TEST(f.destroyed_uncalled == 1u);
}

BOOST_AUTO_TEST_CASE(lock_that_is_destroyed_aborts_its_operations)
{
    std::size_t aborted = 0;
    const auto handler = [&](error_code ec, auto&&...) {
        BOOST_TEST(ec == operation_aborted);
        ++aborted;
    };
    make().async_lock(handler);
    make().async_try_lock_for(hours(1), handler);
    make().async_scoped_lock([&](error_code ec, scoped_lock owner) {
        BOOST_TEST(!owner.owns_lock());
        handler(ec);
    });
    {
        process_lock lock = make("other");
        lock.lock();
        lock.async_wait_contended(handler);
        lock.async_wait_lost(handler);
    }
    run();
    BOOST_TEST(aborted == 5u);
    BOOST_TEST(make("other").try_lock_for(hours(1)));
    holder.unlock();
    BOOST_TEST(make().try_lock_for(hours(1)));
}

BOOST_AUTO_TEST_CASE(lock_that_is_destroyed_before_its_first_step_aborts_or_unlocks)
{
    for (int i = 0; i < 100; ++i)
    {
        std::size_t calls = 0;
        make("other").async_lock([&](error_code ec) {
            BOOST_TEST((!ec || ec == operation_aborted));
            ++calls;
        });
        make("another").async_holder([&](error_code ec, auto&&) {
            BOOST_TEST((!ec || ec == operation_aborted));
            ++calls;
        });
        run();
        BOOST_TEST(calls == 2u);
    }
    BOOST_TEST(make("other").try_lock_for(hours(1)));
}

BOOST_AUTO_TEST_CASE(lock_that_is_destroyed_while_it_is_being_unlocked_tells_that_it_is_unlocked)
{
    for (int i = 0; i < 100; ++i)
    {
        std::optional<error_code> result;
        {
            process_lock lock = make("other");
            lock.lock();
            lock.async_unlock([&](error_code ec) { result = ec; });
        }
        run();
        BOOST_TEST((result == error_code()));
        BOOST_TEST(make("other").try_lock_for(hours(1)));
    }
}

BOOST_AUTO_TEST_CASE(handler_may_destroy_its_lock)
{
    holder.unlock();
    std::size_t calls = 0;
    for_every_operation([&](auto start) {
        auto lock = std::make_unique<process_lock>(make());
        start(*lock, [&](auto&&...) {
            lock.reset();
            ++calls;
        });
        run();
    });
    BOOST_TEST(calls == 10u);
    auto lock = std::make_unique<process_lock>(make());
    lock->lock();
    lock->async_wait_contended([&](error_code) { lock.reset(); });
    process_lock waiter = make();
    waiter.async_lock([&](error_code ec) { BOOST_TEST(!ec); });
    run();
    BOOST_TEST(!lock);
    BOOST_TEST(waiter.owns_lock());
}

BOOST_AUTO_TEST_CASE(pending_operations_go_on_when_their_lock_is_moved)
{
    process_lock lock = make();
    bool locked = false;
    lock.async_lock([&](error_code ec) { locked = !ec; });
    process_lock moved = std::move(lock);
    holder.unlock();
    run();
    BOOST_TEST(locked);
    BOOST_TEST(moved.owns_lock());
    std::optional<error_code> lost;
    moved.async_wait_lost([&](error_code ec) { lost = ec; });
    process_lock last = std::move(moved);
    last.unlock();
    run();
    BOOST_TEST((lost == operation_aborted));
}

BOOST_AUTO_TEST_CASE(assignment_aborts_what_was_pending)
{
    process_lock lock = make();
    std::optional<error_code> result;
    lock.async_lock([&](error_code ec) { result = ec; });
    lock = make("other");
    run();
    BOOST_TEST((result == operation_aborted));
    BOOST_TEST(lock.try_lock());
}

BOOST_AUTO_TEST_CASE(many_operations_leave_nothing_behind)
{
    asio::thread_pool pool(2);
    holder.unlock();
    allocations counts;
    for (int i = 0; i < 50; ++i)
    {
        auto lock = make_on(pool.get_executor());
        const auto token = asio::use_future_t<counting_allocator<>>(counting_allocator<>(counts));
        lock.async_lock(token).get();
        lock.async_unlock(token).get();
    }
    pool.join();
    BOOST_TEST(counts.total() > 0u);
    // A promise lives as long as its executor, which the thread that posts has a copy of.
    const auto limit = std::chrono::steady_clock::now() + std::chrono::minutes(3);
    while (counts.live() != 0u && std::chrono::steady_clock::now() < limit)
        std::this_thread::yield();
    BOOST_TEST(counts.live() == 0u);
}

BOOST_AUTO_TEST_SUITE_END()
