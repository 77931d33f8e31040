// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#include <socketlock/detail/wire/kept_connection.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "kept_connection_fixture.hpp"

using namespace kept_connection_fixture;

BOOST_FIXTURE_TEST_SUITE(connection_pools, fixture)

BOOST_AUTO_TEST_CASE(a_connection_is_for_the_same_processes_port_and_seed_only)
{
    const auto connection = connect();
    connection->finish(1, true);
    for (int what = 0; what < 4; ++what)
    {
        connection_key other = key();
        if (what == 0)
            other.own_presence = filled_id(9);
        if (what == 1)
            other.peer_presence = filled_id(9);
        if (what == 2)
            ++other.port;
        if (what == 3)
            other.signature_seed = "seeds";
        BOOST_TEST(pool->take(other) == nullptr);
    }
    BOOST_TEST(pool->take(key()) == connection);
    BOOST_TEST(pool->take(key()) == nullptr);
}

BOOST_AUTO_TEST_CASE(the_youngest_is_taken_first)
{
    const auto first = connect();
    const auto second = connect();
    first->finish(1, true);
    second->finish(1, true);
    BOOST_TEST(pool->take(key()) == second);
    BOOST_TEST(pool->take(key()) == first);
}

BOOST_AUTO_TEST_CASE(a_connection_that_ends_leaves_the_pool)
{
    const auto connection = connect();
    connection->finish(1, true);
    session()->drop();
    run_until([&] { return pool->size() == 0; });
    BOOST_TEST(pool->take(key()) == nullptr);
    BOOST_TEST(events->words.empty());
}

BOOST_AUTO_TEST_CASE(who_takes_one_whose_end_was_not_seen_yet_is_told_so)
{
    const auto connection = connect();
    connection->finish(1, true);
    session()->drop();
    // The end of the stream is there, but nobody has read it.
    BOOST_TEST_REQUIRE(pool->take(key()) == connection);
    BOOST_TEST(connection->begin(events) == 2u);
    connection->send(attach(2));
    run_until_told("end");
    connection->finish(2, false);
}

BOOST_AUTO_TEST_CASE(the_oldest_makes_room)
{
    std::vector<std::shared_ptr<kept_connection>> connections;
    while (connections.size() <= connection_pool::most_idle)
    {
        events->words.clear();
        connections.push_back(connect());
    }
    for (const auto& connection : connections)
        connection->finish(1, true);
    BOOST_TEST(pool->size() == connection_pool::most_idle);
    run_until([&] { return seen.ends == 1; });
    BOOST_TEST(seen.sessions.front().expired());
    run_until([&] { return connections.front().use_count() == 1; });
    for (std::size_t i = connections.size(); --i != 0;)
        BOOST_TEST(pool->take(key()) == connections[i]);
    BOOST_TEST(pool->take(key()) == nullptr);
}

BOOST_AUTO_TEST_CASE(all_are_closed_when_their_descriptors_are_needed)
{
    BOOST_TEST(!pool->close_all());
    const auto used = connect();
    const auto idle = connect();
    const auto other = connect();
    idle->finish(1, true);
    other->finish(1, true);
    BOOST_TEST(pool->close_all());
    BOOST_TEST(pool->size() == 0u);
    BOOST_TEST(!pool->close_all());
    run_until([&] { return seen.ends == 2; });
    // The pool keeps what comes later.
    used->finish(1, true);
    BOOST_TEST(pool->take(key()) == used);
}

BOOST_AUTO_TEST_CASE(an_idle_connection_is_closed_after_a_while)
{
    pool = std::make_shared<connection_pool>(context, 1ms);
    const auto connection = connect();
    const auto other = connect();
    connection->finish(1, true);
    run_until([&] { return pool->size() == 0; });
    run_until([&] { return seen.ends == 1; });

    // The wait that is over is followed by another one.
    other->finish(1, true);
    run_until([&] { return pool->size() == 0; });
    run_until([&] { return seen.ends == 2; });
    BOOST_TEST(events->words.empty());
}

BOOST_AUTO_TEST_CASE(the_wait_goes_on_for_those_that_are_younger)
{
    pool = std::make_shared<connection_pool>(context, 100ms);
    const auto taken = connect();
    const auto stays = connect();
    taken->finish(1, true);
    BOOST_TEST_REQUIRE(pool->take(key()) == taken);
    taken->begin(events);
    // So much younger that the wait which goes on is over before its time.
    context.run_for(50ms);
    const auto since = std::chrono::steady_clock::now();
    stays->finish(1, true);
    run_until([&] { return pool->size() == 0; });
    BOOST_TEST((std::chrono::steady_clock::now() - since >= 100ms));
    run_until([&] { return seen.ends == 1; });
    attach_with(taken, 2);
    taken->finish(2, false);
}

BOOST_AUTO_TEST_CASE(a_pool_that_goes_closes_what_it_has)
{
    const auto idle = connect();
    const auto used = connect();
    idle->finish(1, true);
    pool.reset();
    run_until([&] { return seen.ends == 1; });
    // There is nowhere to go for the other one.
    attach_with(used, 1);
    used->finish(1, true);
    run_until([&] { return seen.ends == 2; });
}

BOOST_AUTO_TEST_CASE(a_connection_that_nobody_has_any_more_is_gone_with_its_context)
{
    std::weak_ptr<kept_connection> idle;
    std::weak_ptr<kept_connection> used;
    {
        asio::io_context other{1};
        const auto short_lived = std::make_shared<connection_pool>(other);
        for (std::weak_ptr<kept_connection>* weak : {&idle, &used})
        {
            const auto connection = short_lived->make(key());
            *weak = connection;
            connection->begin(events);
            connection->connect(address(), common_ids(), 1h);
            events->words.clear();
            while (events->words.empty())
            {
                context.poll();
                other.poll();
            }
            BOOST_TEST(joined(events->words) == "ready");
        }
        idle.lock()->finish(1, true);
        BOOST_TEST(short_lived->size() == 1u);
    }
    BOOST_TEST(idle.expired());
    BOOST_TEST(used.expired());
}

BOOST_AUTO_TEST_SUITE_END()
