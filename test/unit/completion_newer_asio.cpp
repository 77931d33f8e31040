// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// What newer versions of Asio offer to every asynchronous operation. Boost 1.81 has next to nothing
// of it; to try it with a newer Asio, put its headers in front:
// cmake -DCMAKE_CXX_FLAGS="-isystem path/to/asio/include"

#if __has_include(<boost/asio/any_completion_handler.hpp>)
#define HAS_ANY_COMPLETION_HANDLER
#include <boost/asio/any_completion_handler.hpp>
#endif
#if __has_include(<boost/asio/immediate.hpp>)
#define HAS_IMMEDIATE
#include <boost/asio/bind_immediate_executor.hpp>
#include <boost/asio/immediate.hpp>
#endif
#if __has_include(<boost/asio/cancel_after.hpp>)
#define HAS_CANCEL_AFTER
#include <boost/asio/cancel_after.hpp>
#endif

#include <boost/asio/bind_executor.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/execution.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/system_executor.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <utility>

#include "lock_fixture.hpp"

using namespace lock_fixture;
using socketlock::scoped_lock;
using std::chrono::hours;
using std::chrono::milliseconds;

BOOST_FIXTURE_TEST_SUITE(newer_asio, with_locks)

// As any_completion_handler's executor: it cannot be told never to call a handler at once.
using plain_executor = asio::execution::any_executor<
    asio::execution::context_as_t<asio::execution_context&>,
    asio::execution::prefer_only<asio::execution::outstanding_work_t::tracked_t>>;

BOOST_AUTO_TEST_CASE(a_handlers_executor_need_not_be_able_to_post)
{
    process_lock lock = make();
    asio::thread_pool pool(1);
    int calls = 0;
    lock.async_lock(asio::bind_executor(plain_executor(pool.get_executor()), [&](error_code ec) {
        BOOST_TEST(!ec, ec.message());
        BOOST_TEST(pool.get_executor().running_in_this_thread());
        ++calls;
    }));
    BOOST_TEST(calls == 0);
    run();
    pool.join();
    BOOST_TEST(calls == 1);
    BOOST_TEST(lock.owns_lock());
}

BOOST_AUTO_TEST_CASE(such_a_handler_is_not_called_within_the_initiating_function)
{
    process_lock lock = make();
    bool initiated = false;
    bool called = false;
    asio::post(context, [&] {
        const auto handler = [&](error_code ec) {
            BOOST_TEST(!ec, ec.message());
            BOOST_TEST(initiated);
            called = true;
        };
        lock.async_lock(asio::bind_executor(plain_executor(context.get_executor()), handler));
        initiated = true;
    });
    run();
    BOOST_TEST(called);
}

#ifdef HAS_ANY_COMPLETION_HANDLER
BOOST_AUTO_TEST_CASE(any_completion_handler_is_a_handler)
{
    process_lock lock = make();
    int calls = 0;
    asio::any_completion_handler<void(error_code)> handler = [&](error_code ec) {
        BOOST_TEST(!ec, ec.message());
        ++calls;
    };
    lock.async_lock(std::move(handler));
    run();
    BOOST_TEST(lock.owns_lock());
    process_lock other = make();
    asio::any_completion_handler<void(error_code, bool)> answer = [&](error_code ec, bool got) {
        BOOST_TEST(!ec, ec.message());
        BOOST_TEST(!got);
        ++calls;
    };
    other.async_try_lock(std::move(answer));
    asio::any_completion_handler<void(error_code)> unlocked = [&](error_code) { ++calls; };
    lock.async_unlock(std::move(unlocked));
    run();
    BOOST_TEST(calls == 3);
    asio::any_completion_handler<void(error_code, scoped_lock)> owner = [&](error_code ec,
                                                                            scoped_lock held) {
        BOOST_TEST(!ec, ec.message());
        BOOST_TEST(held.owns_lock());
        ++calls;
    };
    lock.async_scoped_lock(std::move(owner));
    run();
    BOOST_TEST(calls == 4);
}
#endif

#ifdef HAS_CANCEL_AFTER
BOOST_AUTO_TEST_CASE(cancel_after_takes_a_waiter_out_of_the_queue)
{
    process_lock lock = make();
    lock.lock();
    process_lock other = make();
    error_code result;
    other.async_lock(asio::cancel_after(milliseconds(1), [&](error_code ec) { result = ec; }));
    run();
    BOOST_TEST(result == asio::error::operation_aborted);
    lock.unlock();
    BOOST_TEST(other.try_lock());
}

BOOST_AUTO_TEST_CASE(cancel_after_is_harmless_when_the_lock_is_free)
{
    process_lock lock = make();
    int calls = 0;
    lock.async_scoped_lock(asio::cancel_after(hours(1), [&](error_code ec, scoped_lock held) {
        BOOST_TEST(!ec, ec.message());
        BOOST_TEST(held.owns_lock());
        ++calls;
    }));
    run();
    BOOST_TEST(calls == 1);
}
#endif

#ifdef HAS_IMMEDIATE
BOOST_AUTO_TEST_CASE(an_operation_composes_with_async_immediate)
{
    process_lock lock = make();
    int calls = 0;
    asio::async_immediate(lock.get_executor(), [&] {
        lock.async_lock([&](error_code ec) {
            BOOST_TEST(!ec, ec.message());
            ++calls;
        });
    });
    run();
    BOOST_TEST(calls == 1);
}

BOOST_AUTO_TEST_CASE(an_associated_immediate_executor_is_accepted)
{
    process_lock lock = make();
    int calls = 0;
    lock.async_try_lock(asio::bind_immediate_executor(
        asio::system_executor(),
        [&](error_code ec, bool got) {
            BOOST_TEST(!ec, ec.message());
            BOOST_TEST(got);
            ++calls;
        }
    ));
    run();
    BOOST_TEST(calls == 1);
}
#endif

BOOST_AUTO_TEST_SUITE_END()
