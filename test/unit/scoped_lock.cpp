// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#include <socketlock/detail/record/lock_file.hpp>

#include <boost/asio/bind_executor.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include "lock_fixture.hpp"
#include "other_process.hpp"

using namespace lock_fixture;
using socketlock::scoped_lock;
using std::chrono::hours;

namespace {

struct with_owner : with_locks
{
    asio::thread_pool pool{1};
    socketlock::basic_process_lock<asio::thread_pool::executor_type> lock = make_on(
        pool.get_executor()
    );

    scoped_lock own() { return lock.async_scoped_lock(asio::use_future).get(); }
};

}  // namespace

// The owner that async_scoped_lock delivers.
BOOST_FIXTURE_TEST_SUITE(scoped_lock_owner, with_owner)

BOOST_AUTO_TEST_CASE(new_owner_owns_nothing)
{
    scoped_lock owner;
    BOOST_TEST(!owner.owns_lock());
    BOOST_TEST(!owner);
    BOOST_TEST(owner.fencing_token() == 0u);
    error_code ec;
    owner.unlock(ec);
    BOOST_TEST(ec == errc::not_owner);
    BOOST_CHECK_THROW(owner.unlock(), boost::system::system_error);
    owner.release();
    static_assert(!std::is_copy_constructible_v<scoped_lock>);
    static_assert(std::is_nothrow_move_constructible_v<scoped_lock>);
    static_assert(std::is_nothrow_move_assignable_v<scoped_lock>);
}

BOOST_AUTO_TEST_CASE(owner_unlocks_when_it_is_destroyed)
{
    {
        const scoped_lock owner = own();
        BOOST_TEST(owner.owns_lock());
        BOOST_TEST(static_cast<bool>(owner));
        BOOST_TEST(lock.owns_lock());
        BOOST_TEST(owner.fencing_token() == lock.fencing_token());
        BOOST_TEST(!make().try_lock());
    }
    BOOST_TEST(!lock.owns_lock());
    BOOST_TEST(make().try_lock());
    // The lock object can be used again.
    BOOST_TEST(own().owns_lock());
}

BOOST_AUTO_TEST_CASE(owner_unlocks_when_it_is_told_to)
{
    scoped_lock owner = own();
    owner.unlock();
    BOOST_TEST(!owner.owns_lock());
    BOOST_TEST(owner.fencing_token() == 0u);
    BOOST_TEST(make().try_lock());
    error_code ec;
    owner.unlock(ec);
    BOOST_TEST(ec == errc::not_owner);
}

BOOST_AUTO_TEST_CASE(released_owner_leaves_the_lock_to_its_object)
{
    {
        scoped_lock owner = own();
        owner.release();
        BOOST_TEST(!owner.owns_lock());
    }
    BOOST_TEST(lock.owns_lock());
    lock.unlock();
    BOOST_TEST(make().try_lock());
}

BOOST_AUTO_TEST_CASE(moved_owner_owns_and_what_it_was_moved_from_does_not)
{
    scoped_lock owner = own();
    scoped_lock moved = std::move(owner);
    BOOST_TEST(moved.owns_lock());
    owner = scoped_lock();
    BOOST_TEST(lock.owns_lock());
    scoped_lock assigned;
    assigned = std::move(moved);
    BOOST_TEST(assigned.owns_lock());
    BOOST_TEST(lock.owns_lock());
    scoped_lock& itself = assigned;
    assigned = std::move(itself);
    BOOST_TEST(assigned.owns_lock());
}

BOOST_AUTO_TEST_CASE(assignment_unlocks_what_was_owned)
{
    auto other_lock = make_on(pool.get_executor(), "other");
    scoped_lock owner = own();
    owner = other_lock.async_scoped_lock(asio::use_future).get();
    BOOST_TEST(!lock.owns_lock());
    BOOST_TEST(other_lock.owns_lock());
    BOOST_TEST(make().try_lock());
    owner = scoped_lock();
    BOOST_TEST(!other_lock.owns_lock());
}

BOOST_AUTO_TEST_CASE(owner_outlives_its_lock_object_and_follows_none_of_its_moves)
{
    scoped_lock owner = own();
    {
        auto moved = std::move(lock);
        BOOST_TEST(owner.owns_lock());
    }
    BOOST_TEST(!owner.owns_lock());
    BOOST_TEST(make().try_lock());
    error_code ec;
    owner.unlock(ec);
    BOOST_TEST(ec == errc::not_owner);
}

BOOST_AUTO_TEST_CASE(owner_of_an_unlocked_lock_does_not_unlock_the_next_claim)
{
    {
        const scoped_lock owner = own();
        lock.unlock();
        BOOST_TEST(!owner.owns_lock());
        lock.lock();
        BOOST_TEST(!owner.owns_lock());
    }
    BOOST_TEST(lock.owns_lock());
}

BOOST_AUTO_TEST_CASE(failed_operation_delivers_an_owner_of_nothing)
{
    lock.lock();
    auto waiter = make();
    int calls = 0;
    waiter.async_scoped_lock([&](error_code ec, scoped_lock owner) {
        BOOST_TEST(ec == asio::error::operation_aborted);
        BOOST_TEST(!owner.owns_lock());
        ++calls;
    });
    waiter.cancel();
    run();
    BOOST_TEST(calls == 1);
    BOOST_TEST(lock.owns_lock());
}

BOOST_AUTO_TEST_CASE(owner_that_nobody_looks_at_unlocks)
{
    auto other = make();
    other.async_scoped_lock([](error_code, const scoped_lock&) {});
    run();
    BOOST_TEST(!other.owns_lock());
    // Nor does a future that is thrown away keep the lock.
    lock.async_scoped_lock(asio::use_future);
    BOOST_TEST(make().try_lock_for(hours(1)));
}

BOOST_AUTO_TEST_CASE(owner_that_is_destroyed_unseen_unlocks)
{
    auto second = std::make_unique<asio::io_context>();
    auto lost = std::make_shared<process_lock>(*second, "myapp", options());
    lost->async_scoped_lock([lost](error_code, scoped_lock) { BOOST_ERROR("called"); });
    BOOST_TEST(soon([&] { return lost->owns_lock(); }));
    // The result waits in the context's queue, and the lock object lives on.
    second.reset();
    BOOST_TEST(!lost->owns_lock());
    BOOST_TEST(make().try_lock_for(hours(1)));
}

BOOST_AUTO_TEST_CASE(those_who_wait_are_told_when_the_next_claim_begins)
{
    std::optional<scoped_lock> owner(own());
    std::optional<error_code> lost;
    std::optional<error_code> contended;
    asio::io_context loop;
    lock.async_wait_lost(asio::bind_executor(loop, [&](error_code ec) { lost = ec; }));
    lock.async_wait_contended(asio::bind_executor(loop, [&](error_code ec) { contended = ec; }));
    // Nothing can be unlocked meanwhile: another process is in the middle of a transaction.
    other_process keeper([&](line& parent) {
        error_code ec;
        socketlock::detail::lock_file file(lock.path(), 0600);
        socketlock::detail::transaction t(file);
        if (!t.begin(ec))
            return 1;
        parent.say('G');
        parent.hear();
        return 0;
    });
    BOOST_TEST_REQUIRE(keeper.hear() == 'G');
    owner.reset();
    BOOST_TEST(!lock.owns_lock());
    auto result = lock.async_lock(asio::use_future);
    loop.run_for(std::chrono::minutes(1));
    BOOST_TEST((lost == asio::error::operation_aborted));
    BOOST_TEST((contended == asio::error::operation_aborted));
    BOOST_TEST(!lock.owns_lock());
    keeper.kill();
    result.get();
    BOOST_TEST(lock.owns_lock());
}

BOOST_AUTO_TEST_CASE(next_in_the_queue_gets_what_an_owner_unlocks)
{
    process_lock waiter = make();
    std::optional<scoped_lock> owner(own());
    std::optional<error_code> result;
    waiter.async_lock([&](error_code ec) { result = ec; });
    lock.async_wait_contended(asio::use_future).get();
    owner.reset();
    run();
    BOOST_TEST((result == error_code()));
    BOOST_TEST(waiter.owns_lock());
}

BOOST_AUTO_TEST_CASE(owner_in_a_child_owns_nothing_and_unlocks_nothing)
{
    scoped_lock owner = own();
    other_process child([&](line&) {
        if (owner.owns_lock() || owner.fencing_token() != 0)
            return 1;
        error_code ec;
        owner.unlock(ec);
        if (ec != errc::not_owner)
            return 2;
        owner = scoped_lock();
        return 0;
    });
    BOOST_TEST(child.wait() == 0);
    BOOST_TEST(owner.owns_lock());
    BOOST_TEST(!make().try_lock());
}

BOOST_AUTO_TEST_SUITE_END()
