// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <exception>
#include <type_traits>
#include <utility>
#include <variant>

#include "lock_fixture.hpp"

using namespace lock_fixture;
using namespace asio::experimental::awaitable_operators;
using asio::awaitable;
using asio::use_awaitable;
using socketlock::scoped_lock;
using std::chrono::hours;

namespace {

struct with_coroutines : with_locks
{
    process_lock lock = make();
    process_lock holder = make();

    /// Runs a coroutine to its end; what it throws is thrown here.
    template <class Coroutine>
    void run_coroutine(Coroutine coroutine)
    {
        bool finished = false;
        std::exception_ptr error;
        asio::co_spawn(context, std::move(coroutine), [&](std::exception_ptr e) {
            error = e;
            finished = true;
        });
        run();
        if (error)
            std::rethrow_exception(error);
        BOOST_TEST(finished);
    }

    /// Makes the holder unlock as soon as somebody waits for the lock.
    void unlock_when_contended()
    {
        holder.async_wait_contended([this](error_code ec) {
            BOOST_TEST(!ec, ec.message());
            holder.unlock();
        });
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(completion_of_awaitables, with_coroutines)

BOOST_AUTO_TEST_CASE(coroutines_wait_for_locks)
{
    holder.lock();
    unlock_when_contended();
    run_coroutine([&]() -> awaitable<void> {
        BOOST_TEST(!co_await lock.async_try_lock(use_awaitable));
        co_await lock.async_lock(use_awaitable);
        BOOST_TEST(lock.owns_lock());
        const auto info = co_await lock.async_holder(use_awaitable);
        BOOST_TEST(info->fencing_token == lock.fencing_token());
        co_await lock.async_unlock(use_awaitable);
        BOOST_TEST(co_await lock.async_try_lock_for(hours(1), use_awaitable));
        co_await lock.async_unlock(use_awaitable);
        {
            const scoped_lock owner = co_await lock.async_scoped_lock(use_awaitable);
            BOOST_TEST(owner.owns_lock());
        }
        BOOST_TEST(!lock.owns_lock());
    });
}

BOOST_AUTO_TEST_CASE(errors_are_thrown_into_coroutines)
{
    run_coroutine([&]() -> awaitable<void> {
        error_code ec;
        try
        {
            co_await lock.async_unlock(use_awaitable);
        }
        catch (const boost::system::system_error& error)
        {
            ec = error.code();
        }
        BOOST_TEST(ec == errc::not_owner);
        const auto [told] = co_await lock.async_unlock(asio::as_tuple(use_awaitable));
        BOOST_TEST(told == errc::not_owner);
    });
}

BOOST_AUTO_TEST_CASE(awaitable_is_the_default_token_of_a_lock_that_was_made_so)
{
    auto lock_with_default = use_awaitable.as_default_on(make());
    run_coroutine([&]() -> awaitable<void> {
        co_await lock_with_default.async_lock();
        BOOST_TEST(lock_with_default.owns_lock());
        BOOST_TEST((co_await lock_with_default.async_holder())->verified);
        co_await lock_with_default.async_unlock();
        BOOST_TEST(co_await lock_with_default.async_try_lock());
        co_await lock_with_default.async_unlock();
        BOOST_TEST(co_await lock_with_default.async_try_lock_for(hours(1)));
        co_await lock_with_default.async_unlock();
        const scoped_lock owner = co_await lock_with_default.async_scoped_lock();
        BOOST_TEST(owner.owns_lock());
    });
    using default_lock = asio::use_awaitable_t<>::as_default_on_t<process_lock>;
    static_assert(std::is_same_v<decltype(lock_with_default), default_lock>);
    default_lock direct(context, "direct", options());
    run_coroutine([&]() -> awaitable<void> { co_await direct.async_lock(); });
    BOOST_TEST(direct.owns_lock());
}

BOOST_AUTO_TEST_CASE(coroutine_stays_on_its_executor)
{
    holder.lock();
    unlock_when_contended();
    auto strand = asio::make_strand(context);
    bool finished = false;
    asio::co_spawn(
        strand,
        [&]() -> awaitable<void> {
            co_await lock.async_lock(use_awaitable);
            BOOST_TEST(strand.running_in_this_thread());
            co_await lock.async_unlock(use_awaitable);
            BOOST_TEST(strand.running_in_this_thread());
            finished = true;
        },
        asio::detached
    );
    run();
    BOOST_TEST(finished);
}

BOOST_AUTO_TEST_CASE(timer_that_is_faster_cancels_the_lock)
{
    holder.lock();
    run_coroutine([&]() -> awaitable<void> {
        asio::steady_timer timer(context, std::chrono::milliseconds(1));
        const auto first = co_await(
            lock.async_lock(use_awaitable) || timer.async_wait(use_awaitable)
        );
        BOOST_TEST(first.index() == 1u);
        BOOST_TEST(!lock.owns_lock());
        // The queue is empty now.
        holder.unlock();
        BOOST_TEST(co_await holder.async_try_lock_for(hours(1), use_awaitable));
    });
}

BOOST_AUTO_TEST_CASE(lock_that_is_faster_cancels_the_timer)
{
    run_coroutine([&]() -> awaitable<void> {
        asio::steady_timer timer(context, hours(1));
        const auto first = co_await(
            lock.async_lock(use_awaitable) || timer.async_wait(use_awaitable)
        );
        BOOST_TEST(first.index() == 0u);
        BOOST_TEST(lock.owns_lock());
    });
}

BOOST_AUTO_TEST_CASE(either_of_two_locks_is_taken_and_the_other_is_left)
{
    holder.lock();
    process_lock other = make("other");
    run_coroutine([&]() -> awaitable<void> {
        auto first = co_await(
            lock.async_scoped_lock(use_awaitable) || other.async_scoped_lock(use_awaitable)
        );
        BOOST_REQUIRE(first.index() == 1u);
        BOOST_TEST(std::get<1>(first).owns_lock());
        BOOST_TEST(!lock.owns_lock());
        BOOST_TEST(other.owns_lock());
    });
    BOOST_TEST(!other.owns_lock());
    holder.unlock();
    BOOST_TEST(make().try_lock_for(hours(1)));
}

BOOST_AUTO_TEST_CASE(two_locks_are_taken_together)
{
    holder.lock();
    unlock_when_contended();
    process_lock other = make("other");
    run_coroutine([&]() -> awaitable<void> {
        co_await(lock.async_lock(use_awaitable) && other.async_lock(use_awaitable));
        BOOST_TEST(lock.owns_lock());
        BOOST_TEST(other.owns_lock());
    });
}

BOOST_AUTO_TEST_CASE(holder_works_until_the_lock_is_wanted)
{
    holder.lock();
    run_coroutine([&]() -> awaitable<void> {
        asio::steady_timer work(context, hours(1));
        lock.async_lock([](error_code) {});
        const auto first = co_await(
            holder.async_wait_contended(use_awaitable) || holder.async_wait_lost(use_awaitable) ||
            work.async_wait(use_awaitable)
        );
        BOOST_TEST(first.index() == 0u);
        BOOST_TEST(holder.owns_lock());
        holder.unlock();
    });
    BOOST_TEST(lock.owns_lock());
}

BOOST_AUTO_TEST_CASE(coroutine_that_is_destroyed_while_it_waits_is_in_nobodys_way)
{
    holder.lock();
    {
        asio::io_context destroyed;
        process_lock waiter(destroyed, "myapp", options());
        asio::co_spawn(
            destroyed,
            [&]() -> awaitable<void> {
                const scoped_lock owner = co_await waiter.async_scoped_lock(use_awaitable);
                BOOST_ERROR("resumed");
            },
            asio::detached
        );
        destroyed.poll();
        holder.async_wait_contended([](error_code) {});
        run();
    }
    BOOST_TEST(holder.owns_lock());
    holder.unlock();
    BOOST_TEST(make().try_lock_for(hours(1)));
}

BOOST_AUTO_TEST_SUITE_END()
