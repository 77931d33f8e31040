// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#include <socketlock/detail/wire/kept_connection.hpp>

#include <boost/test/unit_test.hpp>

#include <memory>
#include <string>

#include "kept_connection_fixture.hpp"

using namespace kept_connection_fixture;

BOOST_FIXTURE_TEST_SUITE(kept_connections, fixture)

BOOST_AUTO_TEST_CASE(two_attachments_follow_each_other_on_one_connection)
{
    const auto connection = connect();
    attach_with(connection, 1);
    session()->send_last_word(1, look_message{1}.encode());
    run_until_told("look");
    connection->finish(1, true);
    BOOST_TEST(pool->size() == 1u);

    const auto same = pool->take(key());
    BOOST_TEST(same == connection);
    const auto next = std::make_shared<recorded_events>();
    events = next;
    BOOST_TEST(same->begin(next) == 2u);
    // Authenticated as it is, it may be used at once.
    attach_with(same, 2);
    same->send(detach_message{2}.encode());
    run_until_told("detached");
    same->finish(2, true);

    BOOST_TEST(seen.sessions.size() == 1u);
    BOOST_TEST(session()->attaches == (std::vector<std::uint64_t>{1, 2}));
    BOOST_TEST(session()->detaches == (std::vector<std::uint64_t>{2}));
    BOOST_TEST(pool->size() == 1u);
}

BOOST_AUTO_TEST_CASE(what_is_said_of_an_earlier_attachment_is_not_heard)
{
    const auto connection = connect();
    attach_with(connection, 1);
    session()->send_last_word(1, look_message{1}.encode());
    run_until_told("look");
    connection->finish(1, true);
    BOOST_TEST_REQUIRE(pool->take(key()) == connection);
    connection->begin(events);
    events->words.clear();
    attach_with(connection, 2);

    session()->send(look_message{1}.encode());
    session()->send(detached_message{1}.encode());
    session()->send(attached_message{1}.encode());
    session()->send(look_message{3}.encode());
    session()->send(attached_message{2}.encode());
    session()->send_last_word(2, look_message{2}.encode());
    run_until_told("attached look");
    connection->finish(2, true);
    BOOST_TEST(pool->size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_detach_of_an_earlier_attachment_is_not_heard)
{
    const auto connection = connect();
    attach_with(connection, 1);
    // They cross.
    session()->send_last_word(1, look_message{1}.encode());
    connection->send(detach_message{1}.encode());
    run_until_told("look");
    connection->finish(1, true);
    BOOST_TEST_REQUIRE(pool->take(key()) == connection);
    connection->begin(events);
    events->words.clear();
    attach_with(connection, 2);
    connection->send(detach_message{1}.encode());
    connection->send(detach_message{3}.encode());
    run_until([&] { return session()->messages == 5; });
    BOOST_TEST(session()->is_current(2));
    BOOST_TEST(session()->detaches.empty());
    BOOST_TEST(events->words.empty());
    connection->finish(2, false);
}

BOOST_AUTO_TEST_CASE(no_event_follows_a_last_word)
{
    const auto connection = connect();
    attach_with(connection, 1);
    session()->send_last_word(1, look_message{1}.encode());
    session()->send(look_message{1}.encode());
    session()->send(detached_message{1}.encode());
    session()->drop();
    run_until([&] { return seen.ends == 1; });
    run_until([&] { return connection.use_count() == 1; });
    BOOST_TEST(joined(events->words) == "look");
    // It is not fit for another one, and the pool does not want it.
    connection->finish(1, true);
    BOOST_TEST(pool->size() == 0u);
    BOOST_TEST(connection->begin(events) == 0u);
}

BOOST_AUTO_TEST_CASE(no_event_follows_finish)
{
    const auto connection = connect();
    attach_with(connection, 1);
    connection->finish(1, false);
    session()->send_last_word(1, look_message{1}.encode());
    run_until([&] { return seen.ends == 1; });
    run_until([&] { return connection.use_count() == 1; });
    BOOST_TEST(events->words.empty());
}

BOOST_AUTO_TEST_CASE(an_attachment_that_is_not_clean_ends_the_connection)
{
    const auto connection = connect();
    attach_with(connection, 1);
    connection->finish(1, false);
    BOOST_TEST(pool->size() == 0u);
    BOOST_TEST(connection->begin(events) == 0u);
    run_until([&] { return seen.ends == 1; });
    BOOST_TEST(events->words.empty());
}

BOOST_AUTO_TEST_CASE(the_end_of_the_stream_ends_the_attachment_on_it)
{
    const auto connection = connect();
    attach_with(connection, 1);
    session()->drop();
    run_until_told("end");
    connection->finish(1, false);
    BOOST_TEST(connection->begin(events) == 0u);
}

BOOST_AUTO_TEST_CASE(an_attachment_that_was_never_sent_leaves_the_connection_clean)
{
    const auto connection = connect();
    connection->finish(1, true);
    BOOST_TEST_REQUIRE(pool->take(key()) == connection);
    BOOST_TEST(connection->begin(events) == 2u);
    attach_with(connection, 2);
    BOOST_TEST(session()->attaches == (std::vector<std::uint64_t>{2}));
    connection->finish(2, false);
}

BOOST_AUTO_TEST_CASE(a_connection_that_is_not_authenticated_does_not_go_to_the_pool)
{
    const auto connection = pool->make(key());
    BOOST_TEST(connection->begin(events) == 1u);
    connection->connect(address(), common_ids(), 1h);
    connection->finish(1, true);
    BOOST_TEST(pool->size() == 0u);
    run_until([&] { return connection.use_count() == 1; });
    BOOST_TEST(events->words.empty());
}

BOOST_AUTO_TEST_CASE(finish_counts_once_and_for_its_own_attachment_only)
{
    const auto connection = connect();
    connection->finish(1, true);
    connection->finish(1, true);
    BOOST_TEST(pool->size() == 1u);
    BOOST_TEST_REQUIRE(pool->take(key()) == connection);
    BOOST_TEST(connection->begin(events) == 2u);
    connection->finish(1, false);
    attach_with(connection, 2);
    connection->finish(2, false);
}

BOOST_AUTO_TEST_CASE(a_peer_that_cannot_be_reached_is_an_end)
{
    const auto connection = pool->make(key());
    connection->begin(events);
    peer_address nowhere = address();
    nowhere.address = "192.0.2.1";
    connection->connect(nowhere, common_ids(), 1h);
    run_until_told("end");
    connection->finish(1, false);
}

BOOST_AUTO_TEST_CASE(a_refusal_that_is_proved_is_told_and_nothing_follows)
{
    seen.key = key_of(7, "another");
    seen.refusal_key = key_without_seed();
    const auto connection = pool->make(key());
    connection->begin(events);
    connection->connect(address(), common_ids(), 1h);
    run_until([&] { return seen.ends == 1; });
    run_until([&] { return connection.use_count() == 1; });
    BOOST_TEST(joined(events->words) == "refused");
    connection->finish(1, true);
    BOOST_TEST(pool->size() == 0u);
}

BOOST_AUTO_TEST_CASE(a_refusal_that_is_not_proved_is_an_end)
{
    seen.key = key_of(7, "another");
    seen.refusal_key = common_key();
    const auto connection = pool->make(key());
    connection->begin(events);
    connection->connect(address(), common_ids(), 1h);
    run_until_told("end");
    connection->finish(1, false);
}

BOOST_AUTO_TEST_CASE(a_peer_without_the_key_and_without_a_refusal_is_an_end)
{
    seen.key = key_of(7, "another");
    const auto connection = pool->make(key());
    connection->begin(events);
    connection->connect(address(), common_ids(), 1h);
    run_until_told("end");
    run_until([&] { return seen.ends == 1; });
    connection->finish(1, false);
}

BOOST_AUTO_TEST_CASE(frames_that_cannot_be_understood_end_the_connection)
{
    // A word without its number; one whose number is cut short; an empty frame.
    encoded_frame cut(static_cast<unsigned char>(message_type::attached));
    cut.put_u16(1);
    for (const encoded_frame& garbage :
         {encoded_frame(static_cast<unsigned char>(message_type::look)), cut})
    {
        events->words.clear();
        const auto connection = connect();
        attach_with(connection, 1);
        session()->send(garbage);
        run_until_told("end");
        connection->finish(1, false);

        events->words.clear();
        const auto other = connect();
        const std::size_t ends = seen.ends;
        encoded_frame back(static_cast<unsigned char>(message_type::detach));
        other->send(back);
        run_until([&] { return seen.ends == ends + 1; });
        run_until_told("end");
        other->finish(1, false);
    }
}

BOOST_AUTO_TEST_CASE(messages_of_later_versions_are_ignored)
{
    const auto connection = connect();
    attach_with(connection, 1);
    session()->send(encoded_frame(200));
    session()->send_last_word(1, look_message{1}.encode());
    run_until_told("look");
    connection->finish(1, true);
    BOOST_TEST(pool->size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_second_attach_that_is_no_next_one_ends_the_connection)
{
    // While the first is under way; with the same number; with a lower one.
    for (int what = 0; what < 3; ++what)
    {
        events->words.clear();
        const auto connection = connect();
        attach_with(connection, 1);
        if (what != 0)
        {
            session()->send_last_word(1, look_message{1}.encode());
            run_until_told("look");
            events->words.clear();
        }
        const std::size_t ends = seen.ends;
        connection->send(attach(what == 0 ? 2 : what == 1 ? 1 : 0));
        run_until([&] { return seen.ends == ends + 1; });
        run_until([&] { return connection.use_count() == 1; });
        BOOST_TEST(joined(events->words) == (what == 0 ? "end" : ""));
        connection->finish(1, false);
    }
}

BOOST_AUTO_TEST_CASE(an_accepted_connection_without_an_attachment_ends_after_a_while)
{
    seen.limits = {1h, 1ms, 1ms};
    const auto connection = connect();
    run_until_told("end");
    BOOST_TEST(seen.ends == 1u);
    connection->finish(1, false);
}

BOOST_AUTO_TEST_CASE(an_accepted_connection_with_an_attachment_has_all_the_time)
{
    seen.limits = {1h, 1h, 1ms};
    const auto connection = connect();
    attach_with(connection, 1);
    const auto kept = session();
    // The limit for the first attachment passes, and the next one some times.
    kept->start_limit(0s);
    for (int i = 0; i < 20; ++i)
        context.run_one();
    BOOST_TEST(seen.ends == 0u);
    kept->send_last_word(1, look_message{1}.encode());
    run_until([&] { return seen.ends == 1; });
    BOOST_TEST(joined(events->words) == "look");
    connection->finish(1, true);
}

BOOST_AUTO_TEST_SUITE_END()
