// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#include <boost/asio/bind_executor.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/test/unit_test.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <future>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include "lock_fixture.hpp"
#include "other_process.hpp"
#include "recording.hpp"

using namespace lock_fixture;
using asio::error::operation_aborted;
using fork_event = asio::execution_context::fork_event;

namespace {

struct with_pending_operations : with_locks
{
    process_lock holder = make();
    process_lock waiter = make();
    std::size_t completed = 0;
    std::size_t aborted = 0;

    with_pending_operations()
    {
        holder.lock();
        const auto handler = [this](error_code ec) {
            ++(ec == operation_aborted ? aborted : completed);
        };
        holder.async_wait_lost(handler);
        waiter.async_lock(handler);
        // The record is left alone from when the waiter is in the queue.
        bool contended = false;
        holder.async_wait_contended([&](error_code ec) { contended = !ec; });
        run_until([&] { return contended; });
    }
};

/// In a child: what went wrong, as an exit code.
class checks
{
public:
    void check(bool good)
    {
        ++number_;
        if (!good && first_bad_ == 0)
            first_bad_ = number_;
    }
    int first_bad() const noexcept { return first_bad_; }

private:
    int number_ = 0;
    int first_bad_ = 0;
};

}  // namespace

// execution_context::notify_fork, and what a child may do with its parent's locks.
BOOST_FIXTURE_TEST_SUITE(completion_fork, with_pending_operations)

BOOST_AUTO_TEST_CASE(parent_goes_on_as_if_nothing_had_happened)
{
    context.notify_fork(fork_event::fork_prepare);
    other_process child([](line&) { return 0; });
    context.notify_fork(fork_event::fork_parent);
    BOOST_TEST(child.wait() == 0);
    BOOST_TEST(context.poll() == 0u);
    BOOST_TEST(holder.owns_lock());
    holder.unlock();
    run();
    BOOST_TEST(waiter.owns_lock());
    BOOST_TEST(completed == 1u);
    BOOST_TEST(aborted == 1u);
}

BOOST_AUTO_TEST_CASE(operations_are_aborted_in_a_child_that_notifies)
{
    context.notify_fork(fork_event::fork_prepare);
    other_process child([&](line&) {
        checks c;
        context.notify_fork(fork_event::fork_child);
        context.poll();
        c.check(aborted == 2);
        c.check(completed == 0);
        return c.first_bad();
    });
    context.notify_fork(fork_event::fork_parent);
    BOOST_TEST(child.wait() == 0);
    BOOST_TEST(aborted == 0u);
}

BOOST_AUTO_TEST_CASE(operations_never_complete_in_a_child_that_does_not_notify)
{
    other_process child([&](line& parent) {
        checks c;
        parent.say('F');
        parent.hear();
        context.poll();
        c.check(aborted == 0 && completed == 0);
        return c.first_bad();
    });
    BOOST_TEST_REQUIRE(child.hear() == 'F');
    holder.unlock();
    run();
    BOOST_TEST(waiter.owns_lock());
    child.say('.');
    BOOST_TEST(child.wait() == 0);
}

BOOST_AUTO_TEST_CASE(child_does_not_own_what_its_parent_holds)
{
    const std::string before = contents_of(holder.path());
    context.notify_fork(fork_event::fork_prepare);
    other_process child([&](line&) {
        checks c;
        context.notify_fork(fork_event::fork_child);
        c.check(!holder.owns_lock());
        c.check(holder.fencing_token() == 0);
        c.check(holder.port() == 0);
        error_code ec;
        holder.unlock(ec);
        c.check(ec == errc::not_owner);
        std::optional<error_code> unlocked;
        holder.async_unlock([&](error_code e) { unlocked = e; });
        context.restart();
        context.poll();
        c.check(unlocked == make_error_code(errc::not_owner));
        return c.first_bad();
    });
    context.notify_fork(fork_event::fork_parent);
    BOOST_TEST(child.wait() == 0);
    BOOST_TEST(holder.owns_lock());
    BOOST_TEST(contents_of(holder.path()) == before);
    BOOST_TEST(holder.holder()->verified);
}

BOOST_AUTO_TEST_CASE(child_may_lock_anew_by_a_runtime_of_its_own)
{
    context.notify_fork(fork_event::fork_prepare);
    other_process child([&](line& parent) {
        checks c;
        context.notify_fork(fork_event::fork_child);
        error_code ec;
        c.check(!holder.try_lock(ec));
        c.check(!ec);
        c.check(holder.blocker() && holder.blocker()->pid == ::getppid());
        const auto info = holder.holder(ec);
        c.check(info && info->pid == ::getppid() && info->verified);
        {
            process_lock own = make("other");
            c.check(own.try_lock());
            c.check(own.owns_lock());
            parent.say(c.first_bad() == 0 ? 'L' : 'E');
            parent.hear();
            own.unlock(ec);
            c.check(!ec);
        }
        return c.first_bad();
    });
    context.notify_fork(fork_event::fork_parent);
    BOOST_TEST(child.hear() == 'L');
    process_lock other = make("other");
    BOOST_TEST(!other.try_lock());
    BOOST_TEST(other.blocker()->pid == child.pid());
    child.say('.');
    BOOST_TEST(child.wait() == 0);
    BOOST_TEST(other.try_lock());
    BOOST_TEST(holder.owns_lock());
}

BOOST_AUTO_TEST_CASE(a_fork_waits_until_nothing_is_being_posted)
{
    process_lock other = make("other");
    // Held up on the runtime's thread, long enough for a fork that did not wait.
    std::atomic<bool> goes_on{false};
    std::promise<void> begun;
    std::future<void> may_go_on = std::async(std::launch::deferred, [&] {
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
        goes_on = true;
    });
    bool done = false;
    other.async_lock(asio::bind_executor(
        recording::slow_executor(context, begun, may_go_on),
        [&](error_code) { done = true; }
    ));
    begun.get_future().wait();
    context.notify_fork(fork_event::fork_prepare);
    BOOST_TEST(goes_on);
    context.notify_fork(fork_event::fork_parent);
    run_until([&] { return done; });
}

BOOST_AUTO_TEST_CASE(what_completes_before_a_fork_is_told_after_it)
{
    process_lock other = make("other");
    std::optional<error_code> result;
    context.notify_fork(fork_event::fork_prepare);
    other.async_lock([&](error_code ec) { result = ec; });
    // By the thread that locks, and after that.
    BOOST_TEST(make("other").holder().has_value());
    context.restart();
    context.poll();
    BOOST_TEST(!result.has_value());
    other_process child([&](line&) {
        checks c;
        context.notify_fork(fork_event::fork_child);
        context.restart();
        context.poll();
        c.check(result == error_code(operation_aborted));
        c.check(!other.owns_lock());
        c.check(aborted == 2);
        return c.first_bad();
    });
    context.notify_fork(fork_event::fork_parent);
    BOOST_TEST(child.wait() == 0);
    run_until([&] { return result.has_value(); });
    BOOST_TEST((result == error_code()));
    BOOST_TEST(other.owns_lock());
    BOOST_TEST(aborted == 0u);
}

BOOST_AUTO_TEST_CASE(context_that_ends_before_a_fork_destroys_what_was_not_told)
{
    recording::fate fate;
    std::optional<asio::io_context> second(std::in_place);
    process_lock other(*second, "other", options());
    second->notify_fork(fork_event::fork_prepare);
    other.async_lock(recording::watched(fate));
    BOOST_TEST(make("other").holder().has_value());
    second.reset();
    BOOST_TEST(fate.destroyed_uncalled == 1u);
}

// As in a process that has no parent.
BOOST_AUTO_TEST_CASE(context_in_a_child_waits_for_what_is_being_posted_when_it_ends)
{
    std::optional<asio::io_context> second(std::in_place);
    process_lock lock(*second, "other", options());
    other_process child([&](line&) {
        second->notify_fork(fork_event::fork_child);
        // Held up on the runtime's thread, long enough for a context that did not wait to end.
        std::atomic<bool> goes_on{false};
        std::promise<void> begun;
        std::future<void> may_go_on = std::async(std::launch::deferred, [&] {
            std::this_thread::sleep_for(std::chrono::milliseconds(50));
            goes_on = true;
        });
        lock.async_lock(asio::bind_executor(
            recording::slow_executor(*second, begun, may_go_on),
            [](error_code) {}
        ));
        begun.get_future().wait();
        second.reset();
        return goes_on ? 0 : 1;
    });
    BOOST_TEST(child.wait() == 0);
}

BOOST_AUTO_TEST_CASE(child_that_destroys_its_copies_leaves_the_parents_locks_alone)
{
    other_process child([&](line&) {
        {
            const process_lock dropped = std::move(holder);
            const process_lock dropped_too = std::move(waiter);
        }
        return 0;
    });
    BOOST_TEST(child.wait() == 0);
    BOOST_TEST(holder.owns_lock());
    BOOST_TEST(!make().try_lock());
    holder.unlock();
    run();
    BOOST_TEST(waiter.owns_lock());
}

BOOST_AUTO_TEST_SUITE_END()
