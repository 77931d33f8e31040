// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#include <boost/asio/error.hpp>
#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

#include "lock_fixture.hpp"

namespace fs = std::filesystem;
using namespace lock_fixture;
using asio::error::already_started;
using asio::error::operation_aborted;

namespace {

struct with_holder : with_locks
{
    process_lock holder = make();
    std::optional<error_code> contended;
    std::optional<error_code> lost;

    with_holder() { holder.lock(); }

    void wait()
    {
        contended.reset();
        lost.reset();
        holder.async_wait_contended([this](error_code ec) { contended = ec; });
        holder.async_wait_lost([this](error_code ec) { lost = ec; });
        context.restart();
        context.poll();
    }
};

}  // namespace

// async_wait_contended and async_wait_lost.
BOOST_FIXTURE_TEST_SUITE(lock_events, with_holder)

BOOST_AUTO_TEST_CASE(both_wait_while_nothing_happens)
{
    wait();
    BOOST_TEST(!contended.has_value());
    BOOST_TEST(!lost.has_value());
    // A refused try is not contention, nor is a query.
    BOOST_TEST(!make().try_lock());
    BOOST_TEST(make().holder().has_value());
    context.poll();
    BOOST_TEST(!contended.has_value());
    BOOST_TEST(!lost.has_value());
}

BOOST_AUTO_TEST_CASE(contention_is_told_when_somebody_queues)
{
    wait();
    process_lock waiter = make();
    waiter.async_lock([](error_code) {});
    run_until([&] { return contended.has_value(); });
    BOOST_TEST((contended == error_code()));
    BOOST_TEST(!lost.has_value());
    BOOST_TEST(holder.owns_lock());
}

BOOST_AUTO_TEST_CASE(contention_is_told_at_once_when_somebody_has_queued_before)
{
    process_lock waiter = make();
    waiter.async_lock([](error_code) {});
    wait();
    run_until([&] { return contended.has_value(); });
    for (int i = 0; i < 3; ++i)
    {
        contended.reset();
        holder.async_wait_contended([this](error_code ec) { contended = ec; });
        run_until([&] { return contended.has_value(); });
        BOOST_TEST((contended == error_code()));
    }
}

BOOST_AUTO_TEST_CASE(new_holder_is_told_of_those_behind_him)
{
    std::vector<process_lock> waiters;
    std::size_t contended_waiters = 0;
    for (int i = 0; i < 3; ++i)
        waiters.push_back(make());
    for (auto& waiter : waiters)
    {
        waiter.async_lock([&](error_code ec) {
            BOOST_TEST(!ec);
            waiter.async_wait_contended([&](error_code e) {
                if (e)
                    return;
                ++contended_waiters;
                waiter.unlock();
            });
        });
    }
    holder.unlock();
    run_until([&] { return contended_waiters == 2; });
    // Behind the last one is nobody.
    BOOST_TEST(waiters.back().owns_lock());
    waiters.back().unlock();
    run();
    BOOST_TEST(contended_waiters == 2u);
}

BOOST_AUTO_TEST_CASE(both_end_when_the_lock_is_unlocked)
{
    wait();
    holder.unlock();
    run();
    BOOST_TEST((contended == operation_aborted));
    BOOST_TEST((lost == operation_aborted));
}

BOOST_AUTO_TEST_CASE(only_one_of_each_at_a_time)
{
    wait();
    std::optional<error_code> second_contended;
    std::optional<error_code> second_lost;
    holder.async_wait_contended([&](error_code ec) { second_contended = ec; });
    holder.async_wait_lost([&](error_code ec) { second_lost = ec; });
    run_until([&] { return second_contended && second_lost; });
    BOOST_TEST((second_contended == already_started));
    BOOST_TEST((second_lost == already_started));
    BOOST_TEST(!contended.has_value());
    BOOST_TEST(!lost.has_value());
}

BOOST_AUTO_TEST_CASE(only_the_holder_waits)
{
    process_lock other = make();
    std::vector<error_code> results;
    const auto handler = [&](error_code ec) { results.push_back(ec); };
    other.async_wait_contended(handler);
    other.async_wait_lost(handler);
    run();
    BOOST_TEST(results.size() == 2u);
    for (const error_code& ec : results)
        BOOST_TEST(ec == errc::not_owner);
}

BOOST_AUTO_TEST_CASE(second_unlock_under_way_is_an_error)
{
    std::vector<error_code> results;
    const auto handler = [&](error_code ec) { results.push_back(ec); };
    holder.async_unlock(handler);
    holder.async_unlock(handler);
    run();
    BOOST_REQUIRE(results.size() == 2u);
    std::size_t successes = 0;
    for (const error_code& ec : results)
    {
        successes += !ec;
        // The first may be over when the second is started.
        BOOST_TEST((!ec || ec == already_started || ec == errc::not_owner));
    }
    BOOST_TEST(successes == 1u);
}

BOOST_AUTO_TEST_CASE(loss_is_told_and_unlocking_tells_it_again)
{
    wait();
    // Another holder is written into it, then the file is replaced: our record is not put back.
    const std::string
        stolen = R"({"port":1,"pid":4711,"timestamp":1,"name":"myapp","socketlock":)"
                 R"({"version":2,"fencing_token":18446744073709551614,"next_ticket":1}})";
    write_file(directory / "new", stolen);
    fs::rename(directory / "new", holder.path());
    run_until([&] { return lost.has_value(); });
    BOOST_TEST((lost == make_error_code(errc::lost)));
    BOOST_TEST(!holder.owns_lock());
    run_until([&] { return contended.has_value(); });
    BOOST_TEST((contended == operation_aborted));
    error_code ec;
    holder.unlock(ec);
    BOOST_TEST(ec == errc::lost);
    BOOST_TEST(contents_of(holder.path()) == stolen);
    std::optional<error_code> again;
    holder.async_wait_lost([&](error_code e) { again = e; });
    run_until([&] { return again.has_value(); });
    BOOST_TEST((again == make_error_code(errc::lost)));
}

BOOST_AUTO_TEST_CASE(removed_file_that_is_put_back_is_no_loss)
{
    wait();
    for (int i = 0; i < 5; ++i)
    {
        fs::remove(holder.path());
        BOOST_TEST(soon([&] { return fs::exists(holder.path()); }));
    }
    context.poll();
    BOOST_TEST(!lost.has_value());
    BOOST_TEST(holder.owns_lock());
    holder.unlock();
    run();
    BOOST_TEST((lost == operation_aborted));
}

// A newcomer afterwards queues behind the holder in this process, as before.
BOOST_AUTO_TEST_CASE(directory_that_is_put_back_is_no_other)
{
    wait();
    const std::string gone = directory.path() + ".gone";
    fs::rename(directory.path(), gone);
    const auto is_put_back = [&] {
        std::error_code ec;
        const auto size = fs::file_size(holder.path(), ec);
        return !ec && size != 0;
    };
    BOOST_TEST_REQUIRE(soon(is_put_back));
    process_lock waiter = make();
    waiter.async_lock([](error_code ec) { BOOST_TEST(!ec, ec.message()); });
    run_until([&] { return contended.has_value(); });
    BOOST_TEST((contended == error_code()));
    BOOST_TEST(!lost.has_value());
    holder.unlock();
    run();
    BOOST_TEST(waiter.owns_lock());
    fs::remove_all(gone);
}

BOOST_AUTO_TEST_SUITE_END()
