// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/spawn.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/system_executor.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>

#include "lock_fixture.hpp"
#include "operations.hpp"

using namespace lock_fixture;
using socketlock::holder_info;
using socketlock::scoped_lock;
using std::chrono::hours;
using std::chrono::steady_clock;

namespace {

/// A handler that can only be moved, and only be called as something that is given away.
struct move_only_handler
{
    std::unique_ptr<int> calls_left = std::make_unique<int>(1);
    int* calls;

    template <class... Args>
    void operator()(Args&&...) &&
    {
        --*calls_left;
        ++*calls;
    }
};

struct with_pool : with_locks
{
    asio::thread_pool pool{1};
};

bool is_sanitized_by(const std::string& name)
{
    const char* const sanitizers = std::getenv("SOCKETLOCK_SANITIZE");
    return sanitizers != nullptr && std::string(sanitizers).find(name) != std::string::npos;
}

boost::test_tools::assertion_result can_switch_stacks(boost::unit_test::test_unit_id)
{
    // ThreadSanitizer must be told of every switch, and Boost.Context is not built for that.
    return !is_sanitized_by("thread");
}

}  // namespace

// Every completion style, and executors of every kind.
BOOST_FIXTURE_TEST_SUITE(completion, with_pool)

BOOST_AUTO_TEST_CASE(callbacks_are_called_with_their_results)
{
    process_lock lock = make();
    int calls = 0;
    lock.async_lock([&](error_code ec) {
        BOOST_TEST(!ec, ec.message());
        ++calls;
    });
    run();
    BOOST_TEST(lock.owns_lock());
    lock.async_holder([&](error_code ec, std::optional<holder_info> holder) {
        BOOST_TEST(!ec, ec.message());
        BOOST_REQUIRE(holder.has_value());
        BOOST_TEST(holder->fencing_token == lock.fencing_token());
        BOOST_TEST(holder->verified);
        ++calls;
    });
    run();
    process_lock other = make();
    other.async_try_lock([&](error_code ec, bool acquired) {
        BOOST_TEST(!ec, ec.message());
        BOOST_TEST(!acquired);
        BOOST_TEST(other.blocker()->fencing_token == lock.fencing_token());
        ++calls;
    });
    run();
    lock.async_unlock([&](error_code ec) {
        BOOST_TEST(!ec, ec.message());
        BOOST_TEST(!lock.owns_lock());
        ++calls;
    });
    run();
    other.async_try_lock_for(hours(1), [&](error_code ec, bool acquired) {
        BOOST_TEST(!ec, ec.message());
        BOOST_TEST(acquired);
        ++calls;
    });
    run();
    lock.async_scoped_lock([&](error_code ec, scoped_lock owner) {
        BOOST_TEST(!ec, ec.message());
        BOOST_TEST(owner.owns_lock());
        ++calls;
    });
    other.unlock();
    run();
    BOOST_TEST(calls == 6);
    BOOST_TEST(!lock.owns_lock());
}

BOOST_AUTO_TEST_CASE(errors_are_told_to_callbacks)
{
    process_lock lock = make();
    lock.lock();
    process_lock not_owner = make("other");
    int calls = 0;
    const auto expect = [&](errc expected) {
        return [&calls, expected](error_code ec, auto&&...) {
            BOOST_TEST(ec == expected);
            ++calls;
        };
    };
    lock.async_lock(expect(errc::already_locked));
    lock.async_try_lock(expect(errc::already_locked));
    lock.async_try_lock_for(hours(1), expect(errc::already_locked));
    lock.async_scoped_lock([&](error_code ec, scoped_lock owner) {
        BOOST_TEST(ec == errc::already_locked);
        BOOST_TEST(!owner);
        ++calls;
    });
    not_owner.async_unlock(expect(errc::not_owner));
    not_owner.async_wait_contended(expect(errc::not_owner));
    not_owner.async_wait_lost(expect(errc::not_owner));
    run();
    BOOST_TEST(calls == 7);
    BOOST_TEST(lock.owns_lock());
}

BOOST_AUTO_TEST_CASE(handlers_may_be_movable_only)
{
    process_lock lock = make();
    int calls = 0;
    for_every_operation([&](auto start) {
        start(lock, move_only_handler{std::make_unique<int>(1), &calls});
        run();
    });
    BOOST_TEST(calls == 10);
}

BOOST_AUTO_TEST_CASE(futures_get_values_and_exceptions)
{
    auto lock = make_on(pool.get_executor());
    lock.async_lock(asio::use_future).get();
    BOOST_TEST(lock.owns_lock());
    BOOST_TEST(lock.async_holder(asio::use_future).get()->verified);
    BOOST_CHECK_EXCEPTION(
        lock.async_lock(asio::use_future).get(),
        boost::system::system_error,
        [](const auto& error) { return error.code() == errc::already_locked; }
    );
    lock.async_unlock(asio::use_future).get();
    BOOST_TEST(lock.async_try_lock(asio::use_future).get());
    lock.async_unlock(asio::use_future).get();
    BOOST_TEST(lock.async_try_lock_for(hours(1), asio::use_future).get());
    lock.async_unlock(asio::use_future).get();
    {
        const scoped_lock owner = lock.async_scoped_lock(asio::use_future).get();
        BOOST_TEST(owner.owns_lock());
        BOOST_TEST(lock.owns_lock());
    }
    BOOST_TEST(!lock.owns_lock());
}

BOOST_AUTO_TEST_CASE(deferred_operation_starts_when_it_is_called)
{
    process_lock lock = make();
    auto operation = lock.async_lock(asio::deferred);
    static_assert(std::is_copy_constructible_v<decltype(operation)>);
    run();
    BOOST_TEST(directory.names().empty());
    error_code result = errc::io_error;
    operation([&](error_code ec) { result = ec; });
    run();
    BOOST_TEST(!result);
    BOOST_TEST(lock.owns_lock());

    auto unlocked_and_tried = lock.async_unlock(asio::deferred)(asio::deferred([&](error_code ec) {
        BOOST_TEST(!ec);
        return lock.async_try_lock(asio::deferred);
    }));
    bool again = false;
    std::move(unlocked_and_tried)([&](error_code, bool acquired) { again = acquired; });
    run();
    BOOST_TEST(again);
}

BOOST_AUTO_TEST_CASE(
    stackful_coroutines_wait_for_locks,
    *boost::unit_test::precondition(can_switch_stacks)
)
{
    process_lock lock = make();
    process_lock other = make();
    bool finished = false;
    lock.lock();
    asio::spawn(
        context,
        [&](asio::yield_context yield) {
            BOOST_TEST(!other.async_try_lock(yield));
            BOOST_TEST(!other.async_try_lock_for(std::chrono::milliseconds(1), yield));
            error_code ec;
            other.async_unlock(yield[ec]);
            BOOST_TEST(ec == errc::not_owner);
            // AddressSanitizer cannot unwind the stack of a fiber.
            if (!is_sanitized_by("address"))
                BOOST_CHECK_THROW(other.async_unlock(yield), boost::system::system_error);
            asio::post(context, [&] { lock.unlock(); });
            other.async_lock(yield);
            BOOST_TEST(other.owns_lock());
            BOOST_TEST(other.async_holder(yield)->fencing_token == other.fencing_token());
            other.async_unlock(yield);
            const scoped_lock owner = other.async_scoped_lock(yield);
            BOOST_TEST(owner.owns_lock());
            finished = true;
        },
        asio::detached
    );
    run();
    BOOST_TEST(finished);
    BOOST_TEST(!other.owns_lock());
}

BOOST_AUTO_TEST_CASE(tuples_of_results_are_delivered)
{
    process_lock lock = make();
    bool acquired = false;
    lock.async_try_lock(asio::as_tuple([&](std::tuple<error_code, bool> results) {
        acquired = !std::get<0>(results) && std::get<1>(results);
    }));
    run();
    BOOST_TEST(acquired);
}

BOOST_AUTO_TEST_CASE(
    stackful_coroutines_take_tuples,
    *boost::unit_test::precondition(can_switch_stacks)
)
{
    process_lock lock = make();
    lock.lock();
    bool finished = false;
    asio::spawn(
        context,
        [&](asio::yield_context yield) {
            const auto [ec, owner] = lock.async_scoped_lock(asio::as_tuple(yield));
            BOOST_TEST(ec == errc::already_locked);
            BOOST_TEST(!owner.owns_lock());
            finished = true;
        },
        asio::detached
    );
    run();
    BOOST_TEST(finished);
}

BOOST_AUTO_TEST_CASE(executors_bring_default_tokens)
{
    auto lock = asio::deferred.as_default_on(make());
    static_assert(!std::is_same_v<decltype(lock), process_lock>);
    error_code result = errc::io_error;
    lock.async_lock()([&](error_code ec) { result = ec; });
    run();
    BOOST_TEST(!result);
    BOOST_TEST(lock.owns_lock());
    std::size_t calls = 0;
    const auto count = [&](auto&&...) { ++calls; };
    lock.async_holder()(count);
    lock.async_wait_contended()(count);
    lock.async_wait_lost()(count);
    lock.async_unlock()(count);
    run();
    lock.async_try_lock_for(hours(1))(count);
    run();
    lock.async_unlock()(count);
    run();
    lock.async_try_lock_until(steady_clock::now() + hours(1))(count);
    run();
    lock.unlock();
    lock.async_scoped_lock()(count);
    run();
    lock.async_try_lock()(count);
    run();
    BOOST_TEST(calls == 9u);
    BOOST_TEST(lock.owns_lock());
    process_lock plain = std::move(lock);
    BOOST_TEST(plain.owns_lock());

    auto quiet = asio::detached_t::as_default_on(make("quiet"));
    quiet.async_lock();
    run();
    BOOST_TEST(quiet.owns_lock());
}

BOOST_AUTO_TEST_CASE(locks_live_on_executors_of_every_kind)
{
    const auto check = [this](auto executor, auto run_handlers) {
        auto lock = make_on(executor);
        static_assert(std::is_same_v<typename decltype(lock)::executor_type, decltype(executor)>);
        BOOST_TEST((lock.get_executor() == executor));
        std::promise<error_code> result;
        lock.async_lock([&](error_code ec) { result.set_value(ec); });
        run_handlers();
        BOOST_TEST(!result.get_future().get());
        BOOST_TEST(lock.owns_lock());
        lock.unlock();
    };
    const auto run_context = [this] { run(); };
    const auto runs_by_itself = [] {};
    check(context.get_executor(), run_context);
    check(asio::any_io_executor(context.get_executor()), run_context);
    check(asio::make_strand(context), run_context);
    check(asio::strand<asio::any_io_executor>(context.get_executor()), run_context);
    check(pool.get_executor(), runs_by_itself);
    check(asio::any_io_executor(pool.get_executor()), runs_by_itself);
    check(asio::make_strand(pool), runs_by_itself);
    check(asio::system_executor(), runs_by_itself);
}

BOOST_AUTO_TEST_SUITE_END()
