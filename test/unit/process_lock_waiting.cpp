// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#include <boost/asio/bind_executor.hpp>
#include <boost/asio/error.hpp>
#include <boost/test/unit_test.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <future>
#include <mutex>
#include <numeric>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "lock_fixture.hpp"
#include "recording.hpp"

using namespace lock_fixture;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::steady_clock;
using std::chrono::system_clock;

namespace {

/// A thread that is joined before its test ends.
class joined_thread
{
public:
    template <class Function>
    explicit joined_thread(Function function) : thread_(std::move(function))
    {
    }
    joined_thread(joined_thread&&) = default;
    ~joined_thread()
    {
        if (thread_.joinable())
            thread_.join();
    }

private:
    std::thread thread_;
};

struct with_holder : with_locks
{
    process_lock holder = make();

    with_holder() { holder.lock(); }

    /// Waits until somebody queues behind the holder.
    void wait_contended()
    {
        error_code result = errc::io_error;
        holder.async_wait_contended([&](error_code ec) { result = ec; });
        run();
        BOOST_TEST_REQUIRE(!result, result.message());
    }

    /// Runs what is pending once the lock has been unlocked.
    void unlock_and_run()
    {
        holder.unlock();
        run();
    }
};

}  // namespace

// Waiting by the synchronous functions, and what the standard library makes of them.
BOOST_FIXTURE_TEST_SUITE(lock_waiting, with_holder)

BOOST_AUTO_TEST_CASE(lock_waits_until_it_is_unlocked)
{
    process_lock waiter = make();
    std::atomic<bool> unlocked{false};
    bool came_after = false;
    {
        joined_thread thread([&] {
            waiter.lock();
            came_after = unlocked;
        });
        wait_contended();
        BOOST_TEST(!waiter.owns_lock());
        unlocked = true;
        holder.unlock();
    }
    BOOST_TEST(came_after);
    BOOST_TEST(waiter.owns_lock());
    BOOST_TEST(!make().try_lock());
}

BOOST_AUTO_TEST_CASE(destroyed_holder_lets_the_next_one_in)
{
    process_lock waiter = make();
    {
        joined_thread thread([&] { waiter.lock(); });
        wait_contended();
        const process_lock destroyed = std::move(holder);
    }
    BOOST_TEST(waiter.owns_lock());
}

BOOST_AUTO_TEST_CASE(grant_gives_a_larger_fencing_token)
{
    process_lock waiter = make();
    const auto token = holder.fencing_token();
    {
        joined_thread thread([&] { waiter.lock(); });
        wait_contended();
        holder.unlock();
    }
    BOOST_TEST(waiter.fencing_token() > token);
}

BOOST_AUTO_TEST_CASE(timed_functions_give_up_in_time_and_not_before)
{
    process_lock waiter = make();
    error_code ec = errc::io_error;
    auto start = steady_clock::now();
    BOOST_TEST(!waiter.try_lock_for(milliseconds(20), ec));
    BOOST_TEST(!ec, ec.message());
    BOOST_TEST((steady_clock::now() >= start + milliseconds(20)));
    start = steady_clock::now();
    BOOST_TEST(!waiter.try_lock_until(start + milliseconds(20)));
    BOOST_TEST((steady_clock::now() >= start + milliseconds(20)));
    start = steady_clock::now();
    BOOST_TEST(!waiter.try_lock_until(system_clock::now() + milliseconds(20)));
    BOOST_TEST((steady_clock::now() >= start + milliseconds(20)));
    BOOST_TEST(!waiter.owns_lock());
    BOOST_TEST(waiter.blocker().has_value());
    BOOST_TEST(!waiter.ahead().has_value());
    // Then the waiter is in nobody's way.
    holder.unlock();
    BOOST_TEST(make().try_lock());
    BOOST_TEST(waiter.try_lock());
}

BOOST_AUTO_TEST_CASE(waiter_may_ask_whether_it_is_the_next)
{
    process_lock first = make();
    process_lock second = make();
    BOOST_TEST(!first.ahead().has_value());
    for (process_lock* const waiter : {&first, &second})
        waiter->async_lock([](error_code ec) { BOOST_TEST(!ec, ec.message()); });
    const std::optional<std::uint64_t> next = 0;
    BOOST_TEST(soon([&] { return first.ahead() == next; }));
    // All that is known of the other one is that it is not the next.
    BOOST_TEST(!second.ahead().has_value());
    BOOST_TEST(!holder.ahead().has_value());
    holder.unlock();
    run_until([&] { return first.owns_lock(); });
    BOOST_TEST(!first.ahead().has_value());
    BOOST_TEST(soon([&] { return second.ahead() == next; }));
    first.unlock();
    run_until([&] { return second.owns_lock(); });
}

// Between the two, the waiter may be granted the lock, and must not be found to have it.
BOOST_AUTO_TEST_CASE(who_is_told_that_he_gave_up_but_has_not_left_yet_is_in_nobodys_way)
{
    std::promise<void> told;
    std::promise<void> go_on;
    std::future<void> may_go_on = go_on.get_future();
    process_lock waiter = make();
    waiter.async_try_lock_for(
        milliseconds(1),
        asio::bind_executor(
            recording::slow_executor(context, told, may_go_on),
            [](error_code, bool acquired) { BOOST_TEST(!acquired); }
        )
    );
    told.get_future().wait();
    holder.unlock();
    BOOST_TEST(make().try_lock());
    BOOST_TEST(waiter.try_lock());
    go_on.set_value();
    run();
}

BOOST_AUTO_TEST_CASE(limit_that_has_passed_is_a_try)
{
    process_lock waiter = make();
    const auto now = steady_clock::now();
    const auto check = [&](bool expected) {
        for (const auto patience : {hours(0), hours(-1), hours::min()})
        {
            BOOST_TEST(waiter.try_lock_for(patience) == expected);
            if (expected)
                waiter.unlock();
        }
        for (const auto limit : {now, now - hours(1), steady_clock::time_point::min()})
        {
            BOOST_TEST(waiter.try_lock_until(limit) == expected);
            if (expected)
                waiter.unlock();
        }
        BOOST_TEST(waiter.try_lock_until(system_clock::time_point::min()) == expected);
        if (expected)
            waiter.unlock();
    };
    check(false);
    holder.unlock();
    check(true);
}

BOOST_AUTO_TEST_CASE(limit_beyond_the_end_of_the_clock_is_for_ever)
{
    for (int kind = 0; kind < 4; ++kind)
    {
        process_lock waiter = make();
        bool acquired = false;
        {
            joined_thread thread([&] {
                acquired = kind == 0   ? waiter.try_lock_for(hours::max())
                           : kind == 1 ? waiter.try_lock_for(std::chrono::duration<double>(1e300))
                           : kind == 2 ? waiter.try_lock_until(steady_clock::time_point::max())
                                       : waiter.try_lock_until(system_clock::time_point::max());
            });
            wait_contended();
            holder.unlock();
        }
        BOOST_TEST(acquired);
        BOOST_TEST(waiter.owns_lock());
        waiter.unlock();
        holder.lock();
    }
}

BOOST_AUTO_TEST_CASE(timed_function_gets_the_lock_in_time)
{
    process_lock waiter = make();
    bool acquired = false;
    {
        joined_thread thread([&] { acquired = waiter.try_lock_for(hours(1)); });
        wait_contended();
        holder.unlock();
    }
    BOOST_TEST(acquired);
}

BOOST_AUTO_TEST_CASE(waiters_are_served_in_their_order)
{
    constexpr int count = 20;
    std::vector<process_lock> waiters;
    std::vector<int> served;
    for (int i = 0; i < count; ++i)
        waiters.push_back(make());
    for (int i = 0; i < count; ++i)
    {
        waiters[static_cast<std::size_t>(i)].async_lock([&, i](error_code ec) {
            BOOST_TEST(!ec, ec.message());
            served.push_back(i);
            waiters[static_cast<std::size_t>(i)].unlock();
        });
    }
    unlock_and_run();
    std::vector<int> expected(count);
    std::iota(expected.begin(), expected.end(), 0);
    BOOST_TEST(served == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(waiter_that_leaves_harms_nobody_else)
{
    constexpr std::size_t count = 10;
    std::vector<process_lock> waiters;
    std::vector<std::size_t> served;
    std::size_t aborted = 0;
    for (std::size_t i = 0; i < count; ++i)
        waiters.push_back(make());
    for (std::size_t i = 0; i < count; ++i)
    {
        waiters[i].async_lock([&, i](error_code ec) {
            if (ec)
            {
                BOOST_TEST(ec == asio::error::operation_aborted);
                ++aborted;
                return;
            }
            served.push_back(i);
            waiters[i].unlock();
        });
    }
    // The first, the last, some in the middle.
    for (const std::size_t i : {std::size_t(0), std::size_t(4), std::size_t(5), count - 1})
        waiters[i].cancel();
    unlock_and_run();
    BOOST_TEST(aborted == 4u);
    const std::vector<std::size_t> expected{1, 2, 3, 6, 7, 8};
    BOOST_TEST(served == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(locking_while_waiting_is_an_error_that_changes_nothing)
{
    process_lock waiter = make();
    bool acquired = false;
    waiter.async_lock([&](error_code ec) { acquired = !ec; });
    error_code ec;
    waiter.lock(ec);
    BOOST_TEST(ec == errc::already_locked);
    BOOST_TEST(!waiter.try_lock(ec));
    BOOST_TEST(ec == errc::already_locked);
    waiter.unlock(ec);
    BOOST_TEST(ec == errc::not_owner);
    holder.unlock();
    run();
    BOOST_TEST(acquired);
}

BOOST_AUTO_TEST_CASE(cancelled_object_can_lock_again_at_once)
{
    process_lock waiter = make();
    waiter.cancel();
    for (int i = 0; i < 20; ++i)
    {
        waiter.async_lock([](error_code ec) { BOOST_TEST(ec == asio::error::operation_aborted); });
        waiter.cancel();
    }
    error_code ec;
    BOOST_TEST(!waiter.try_lock(ec));
    BOOST_TEST(!ec, ec.message());
    // A lock that is held stays held.
    holder.cancel();
    BOOST_TEST(holder.owns_lock());
    holder.unlock();
    BOOST_TEST(waiter.try_lock());
    run();
}

BOOST_AUTO_TEST_CASE(unique_lock_works)
{
    process_lock lock = make();
    std::unique_lock<process_lock> deferred(lock, std::defer_lock);
    BOOST_TEST(!deferred.try_lock());
    BOOST_TEST(!deferred.try_lock_for(milliseconds(1)));
    BOOST_TEST(!deferred.try_lock_until(steady_clock::now()));
    holder.unlock();
    {
        const std::unique_lock<process_lock> owner(lock);
        BOOST_TEST(lock.owns_lock());
        process_lock other = make();
        BOOST_TEST(!std::unique_lock<process_lock>(other, std::try_to_lock).owns_lock());
    }
    BOOST_TEST(!lock.owns_lock());
    const std::lock_guard<process_lock> guard(lock);
    BOOST_TEST(lock.owns_lock());
}

BOOST_AUTO_TEST_CASE(scoped_locks_in_opposite_orders_do_not_deadlock)
{
    holder.unlock();
    int unprotected = 0;
    const auto work = [&](bool backwards) {
        process_lock a = make("a");
        process_lock b = make("b");
        for (int i = 0; i < 100; ++i)
        {
            if (backwards)
            {
                const std::scoped_lock both(b, a);
                ++unprotected;
            }
            else
            {
                std::lock(a, b);
                ++unprotected;
                a.unlock();
                b.unlock();
            }
        }
    };
    {
        joined_thread forwards([&] { work(false); });
        joined_thread backwards([&] { work(true); });
    }
    BOOST_TEST(unprotected == 200);
}

BOOST_AUTO_TEST_CASE(threads_exclude_each_other)
{
    constexpr int threads = 4;
    constexpr int times = 100;
    holder.unlock();
    int unprotected = 0;
    std::uint64_t last_token = 0;
    int tokens_that_did_not_grow = 0;
    {
        std::vector<joined_thread> all;
        for (int t = 0; t < threads; ++t)
        {
            all.emplace_back([&, t] {
                process_lock lock = make();
                for (int i = 0; i < times; ++i)
                {
                    if (t % 2 == 0)
                        lock.lock();
                    else
                        while (!lock.try_lock())
                            std::this_thread::yield();
                    ++unprotected;
                    if (lock.fencing_token() <= last_token)
                        ++tokens_that_did_not_grow;
                    last_token = lock.fencing_token();
                    lock.unlock();
                }
            });
        }
    }
    BOOST_TEST(unprotected == threads * times);
    BOOST_TEST(tokens_that_did_not_grow == 0);
}

BOOST_AUTO_TEST_SUITE_END()
