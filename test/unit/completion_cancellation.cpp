// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/cancellation_type.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstddef>
#include <future>
#include <optional>

#include "lock_fixture.hpp"

using namespace lock_fixture;
using asio::cancellation_type;
using asio::error::operation_aborted;
using std::chrono::hours;

namespace {

constexpr cancellation_type every_type[] = {
    cancellation_type::terminal,
    cancellation_type::partial,
    cancellation_type::total,
    cancellation_type::all,
};

struct with_waiter : with_locks
{
    process_lock holder = make();
    process_lock waiter = make();
    asio::cancellation_signal signal;
    std::optional<error_code> result;

    with_waiter() { holder.lock(); }

    /// A handler for any operation, cancelled by `signal`, that leaves its error in `result`.
    auto cancellable()
    {
        result.reset();
        return asio::bind_cancellation_slot(signal.slot(), [this](error_code ec, auto&&...) {
            BOOST_TEST(!signal.slot().has_handler());
            BOOST_TEST(!result.has_value());
            result = ec;
        });
    }

    error_code run_to_result()
    {
        run();
        BOOST_REQUIRE(result.has_value());
        return *result;
    }
};

}  // namespace

// Cancellation of single operations, before and after they have taken the lock.
BOOST_FIXTURE_TEST_SUITE(completion_cancellation, with_waiter)

BOOST_AUTO_TEST_CASE(waiting_operations_are_cancelled_by_every_type)
{
    for (const cancellation_type type : every_type)
    {
        for (int kind = 0; kind < 4; ++kind)
        {
            BOOST_TEST_CONTEXT("type " << static_cast<int>(type) << ", operation " << kind)
            {
                if (kind == 0)
                    waiter.async_lock(cancellable());
                else if (kind == 1)
                    waiter.async_try_lock_for(hours(1), cancellable());
                else if (kind == 2)
                    waiter.async_scoped_lock(cancellable());
                else
                    holder.async_wait_lost(cancellable());
                BOOST_TEST(context.poll() == 0u);
                signal.emit(type);
                BOOST_TEST(run_to_result() == operation_aborted);
                BOOST_TEST(!waiter.owns_lock());
                BOOST_TEST(holder.owns_lock());
            }
        }
    }
    // The cancelled ones are in nobody's way.
    holder.unlock();
    BOOST_TEST(make().try_lock_for(hours(1)));
}

BOOST_AUTO_TEST_CASE(cancelling_nothing_does_nothing)
{
    waiter.async_lock(cancellable());
    signal.emit(cancellation_type::none);
    BOOST_TEST(context.poll() == 0u);
    holder.unlock();
    BOOST_TEST(!run_to_result());
    BOOST_TEST(waiter.owns_lock());
}

BOOST_AUTO_TEST_CASE(operation_is_cancelled_before_it_has_begun)
{
    // The first step is taken on another thread: whichever is faster, the outcome is consistent.
    for (int i = 0; i < 100; ++i)
    {
        process_lock lock = make("other");
        lock.async_lock(cancellable());
        signal.emit(cancellation_type::total);
        const error_code ec = run_to_result();
        BOOST_TEST((!ec || ec == operation_aborted));
        BOOST_TEST(lock.owns_lock() == !ec);
    }
    BOOST_TEST(make("other").try_lock_for(hours(1)));
}

BOOST_AUTO_TEST_CASE(cancellation_has_no_effect_once_the_lock_is_taken)
{
    holder.unlock();
    for (const cancellation_type type : every_type)
    {
        waiter.async_lock(cancellable());
        // The lock is taken, but its handler has not run.
        BOOST_TEST(soon([&] { return waiter.owns_lock(); }));
        BOOST_TEST(!result.has_value());
        signal.emit(type);
        waiter.cancel();
        BOOST_TEST(!run_to_result());
        BOOST_TEST(waiter.owns_lock());
        signal.emit(type);
        BOOST_TEST(waiter.owns_lock());
        waiter.unlock();
    }
}

BOOST_AUTO_TEST_CASE(slot_can_be_used_again_when_the_handler_runs)
{
    holder.unlock();
    std::optional<error_code> second;
    waiter.async_lock(asio::bind_cancellation_slot(signal.slot(), [&](error_code) {
        BOOST_TEST(!signal.slot().has_handler());
        holder.async_lock(asio::bind_cancellation_slot(signal.slot(), [&](error_code ec) {
            second = ec;
        }));
        BOOST_TEST(signal.slot().has_handler());
        signal.emit(cancellation_type::terminal);
    }));
    run();
    BOOST_TEST((second == operation_aborted));
    BOOST_TEST(waiter.owns_lock());
}

BOOST_AUTO_TEST_CASE(unlocking_cannot_be_cancelled)
{
    holder.async_unlock(cancellable());
    BOOST_TEST(!signal.slot().has_handler());
    signal.emit(cancellation_type::all);
    holder.cancel();
    BOOST_TEST(!run_to_result());
    BOOST_TEST(make().try_lock());
}

BOOST_AUTO_TEST_CASE(asking_for_the_holder_can_be_cancelled)
{
    for (const cancellation_type type : every_type)
    {
        for (int i = 0; i < 20; ++i)
        {
            waiter.async_holder(cancellable());
            signal.emit(type);
            const error_code ec = run_to_result();
            BOOST_TEST((!ec || ec == operation_aborted));
        }
    }
    BOOST_TEST(holder.owns_lock());
}

BOOST_AUTO_TEST_CASE(slot_cancels_its_own_operation_only)
{
    std::optional<error_code> lost;
    std::optional<error_code> contended;
    holder.async_wait_lost([&](error_code ec) { lost = ec; });
    holder.async_wait_contended(cancellable());
    signal.emit(cancellation_type::total);
    context.poll();
    BOOST_TEST((result == operation_aborted));
    BOOST_TEST(!lost.has_value());
    holder.async_wait_contended([&](error_code ec) { contended = ec; });
    // What is over cannot be cancelled again, nor what came after it in its place.
    signal.emit(cancellation_type::total);
    context.poll();
    BOOST_TEST(!contended.has_value());
    holder.cancel();
    run();
    BOOST_TEST((lost == operation_aborted));
    BOOST_TEST((contended == operation_aborted));
    BOOST_TEST(holder.owns_lock());
}

BOOST_AUTO_TEST_CASE(completed_operation_does_not_cancel_its_successor)
{
    // The first has been completed, but its handler, which would clear the slot, has not run.
    asio::cancellation_signal first;
    bool first_called = false;
    holder.async_wait_contended(asio::bind_cancellation_slot(first.slot(), [&](error_code) {
        first_called = true;
    }));
    holder.cancel();
    holder.async_wait_contended(cancellable());
    first.emit(cancellation_type::all);
    BOOST_TEST(context.poll() == 1u);
    BOOST_TEST(first_called);
    BOOST_TEST(!result.has_value());
    signal.emit(cancellation_type::all);
    BOOST_TEST(run_to_result() == operation_aborted);
}

// Of a grant and a cancellation at the same moment one wins, and the lock is not swallowed.
BOOST_AUTO_TEST_CASE(cancellation_and_grant_may_meet)
{
    asio::thread_pool pool(1);
    holder.unlock();
    std::size_t granted = 0;
    for (int i = 0; i < 200; ++i)
    {
        process_lock first = make();
        first.lock();
        auto second = make_on(pool.get_executor());
        auto outcome = second.async_lock(asio::use_future);
        first.unlock();
        second.cancel();
        error_code ec;
        try
        {
            outcome.get();
            ++granted;
        }
        catch (const boost::system::system_error& error)
        {
            ec = error.code();
            BOOST_TEST(ec == operation_aborted);
        }
        BOOST_TEST(second.owns_lock() == !ec);
        if (!ec)
            second.unlock();
        process_lock third = make();
        BOOST_TEST_REQUIRE(third.try_lock_for(hours(1)));
    }
    BOOST_TEST_MESSAGE(granted << " of 200 were granted");
}

BOOST_AUTO_TEST_CASE(time_limit_and_grant_may_meet)
{
    asio::thread_pool pool(1);
    holder.unlock();
    for (int i = 0; i < 100; ++i)
    {
        process_lock first = make();
        first.lock();
        auto second = make_on(pool.get_executor());
        auto outcome = second.async_try_lock_for(std::chrono::microseconds(100), asio::use_future);
        first.unlock();
        const bool acquired = outcome.get();
        BOOST_TEST(second.owns_lock() == acquired);
        if (acquired)
            second.unlock();
        process_lock third = make();
        BOOST_TEST_REQUIRE(third.try_lock_for(hours(1)));
    }
}

BOOST_AUTO_TEST_SUITE_END()
