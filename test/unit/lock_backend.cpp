// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// The operations of a lock object over a backend that is not the local one.

#include <socketlock/process_lock.hpp>
#include <socketlock/scoped_lock.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <future>
#include <memory>
#include <mutex>
#include <optional>

#include "lock_fixture.hpp"
#include "memory_backend.hpp"

namespace asio = boost::asio;
using namespace std::chrono_literals;
using socketlock::errc;
using socketlock::error_code;
using socketlock::process_lock;
using socketlock::scoped_lock;

namespace {

struct with_memory_locks : lock_fixture::with_locks
{
    std::shared_ptr<memory_backend::lock> kept = std::make_shared<memory_backend::lock>();
    process_lock first = make_lock();
    process_lock second = make_lock();

    process_lock make_lock()
    {
        return socketlock::detail::lock_access::make<asio::any_io_executor>(
            context.get_executor(),
            std::make_unique<memory_backend::backend>(kept)
        );
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(another_backend, with_memory_locks)

BOOST_AUTO_TEST_CASE(one_of_two_owns)
{
    std::unique_lock<process_lock> owner(first);
    BOOST_TEST(first.owns_lock());
    BOOST_TEST(first.fencing_token() == 1u);
    BOOST_TEST(!second.try_lock());
    BOOST_TEST(!second.try_lock_for(1ms));
    BOOST_TEST((first.holder().has_value()));
    owner.unlock();
    BOOST_TEST(!first.holder().has_value());
    BOOST_TEST(second.try_lock_for(1min));
    BOOST_TEST(second.fencing_token() == 2u);
    error_code ec;
    first.unlock(ec);
    BOOST_TEST(ec == errc::not_owner);
    second.lock(ec);
    BOOST_TEST(ec == errc::already_locked);
}

BOOST_AUTO_TEST_CASE(waiter_has_its_turn_and_its_owner_unlocks)
{
    first.lock();
    std::optional<error_code> contended;
    first.async_wait_contended([&](error_code ec) {
        contended = ec;
        first.async_unlock([](error_code failed) { BOOST_TEST(!failed); });
    });
    scoped_lock owner;
    second.async_scoped_lock([&](error_code ec, scoped_lock acquired) {
        BOOST_TEST(!ec);
        owner = std::move(acquired);
    });
    run();
    BOOST_TEST_REQUIRE(contended.has_value());
    BOOST_TEST(!*contended);
    BOOST_TEST(owner.owns_lock());
    BOOST_TEST(second.owns_lock());
    owner = {};
    BOOST_TEST(!second.owns_lock());
    BOOST_TEST(first.try_lock());
}

BOOST_AUTO_TEST_CASE(cancelled_waiter_never_owns)
{
    first.lock();
    asio::cancellation_signal stop;
    std::optional<error_code> result;
    second.async_lock(asio::bind_cancellation_slot(stop.slot(), [&](error_code ec) { result = ec; })
    );
    stop.emit(asio::cancellation_type::terminal);
    run();
    BOOST_TEST_REQUIRE(result.has_value());
    BOOST_TEST(*result == asio::error::operation_aborted);
    first.unlock();
    BOOST_TEST(!second.owns_lock());
    BOOST_TEST(make_lock().try_lock());
}

BOOST_AUTO_TEST_CASE(destroyed_lock_object_leaves_the_queue)
{
    first.lock();
    std::optional<error_code> result;
    {
        process_lock third = make_lock();
        third.async_lock([&](error_code ec) { result = ec; });
    }
    run();
    BOOST_TEST_REQUIRE(result.has_value());
    BOOST_TEST(*result == asio::error::operation_aborted);
    first.unlock();
    BOOST_TEST(lock_fixture::soon([&] { return second.try_lock(); }));
}

BOOST_AUTO_TEST_SUITE_END()
