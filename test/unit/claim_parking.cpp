// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#include <boost/test/unit_test.hpp>

#include <string>

#include "claim_script.hpp"

using namespace claim_script;
using machine = claim_machine;

// Who cannot attach stands in the record, and polls.
BOOST_AUTO_TEST_SUITE(claim_parking)

BOOST_AUTO_TEST_CASE(who_cannot_reach_the_claim_before_it_parks_and_polls)
{
    script s;
    s.after(&machine::begin, true);
    s.after(&machine::transacted, enqueued_behind(2, 5));
    CHECK_WORDS(s.after(&machine::link_unreachable, 1), "disconnect", "park");
    CHECK_WORDS(s.after(&machine::transacted, parked_behind(2)), "timer 50");
    BOOST_TEST(s.claim.phase() == claim_phase::parked);
    CHECK_WORDS(s.after(&machine::timer_fired), "park");
    CHECK_WORDS(s.after(&machine::transacted, parked_behind(2)), "timer 100");
    CHECK_WORDS(s.after(&machine::timer_fired), "park");
    CHECK_WORDS(s.after(&machine::transacted, acquired(70)), "locked 70");
    BOOST_TEST(s.claim.ticket() == 5u);
}

BOOST_AUTO_TEST_CASE(polls_become_rarer_down_to_the_longest_pause)
{
    script s(timing_of(300, 1000, 5000));
    s.park(2);
    for (const char* const pause : {"timer 600", "timer 1000", "timer 1000"})
    {
        s.after(&machine::timer_fired);
        CHECK_WORDS(s.after(&machine::transacted, parked_behind(2)), pause);
    }
}

BOOST_AUTO_TEST_CASE(who_polls_attaches_to_another_claim_if_it_can)
{
    script s;
    s.park(2);
    s.after(&machine::timer_fired);
    CHECK_WORDS(s.after(&machine::transacted, parked_behind(3)), "connect to 3 as 2");
    CHECK_WORDS(s.after(&machine::link_up, 2), "attach");
    // It stands in the record until it is accepted.
    CHECK_WORDS(s.after(&machine::attach_accepted, 2, true), "peek");
    CHECK_NO_WORDS(s.after(&machine::transacted, held_by(3)));
    BOOST_TEST(s.claim.phase() == claim_phase::attached);
}

BOOST_AUTO_TEST_CASE(who_is_accepted_sees_to_it_that_it_stands_in_the_record_no_more)
{
    script s;
    s.park(2);
    s.after(&machine::timer_fired);
    s.after(&machine::transacted, parked_behind(3));
    s.after(&machine::link_up, 2);
    s.after(&machine::attach_accepted, 2, true);
    CHECK_WORDS(s.after(&machine::transacted, failed(errc::io_error)), "timer 50");
    CHECK_WORDS(s.after(&machine::timer_fired), "peek");
    // It had its turn by the record, of which nobody told it.
    CHECK_WORDS(s.after(&machine::transacted, result_of(outcome::available)), "disconnect", "look");
}

BOOST_AUTO_TEST_CASE(connection_that_fails_is_tried_again_more_and_more_rarely)
{
    script s(timing_of(100, 100, 300));
    s.after(&machine::begin, true);
    s.after(&machine::transacted, enqueued_behind(2, 5));
    link_id link = 1;
    for (const int polls : {1, 2, 3, 3})
    {
        CHECK_WORDS(s.after(&machine::link_ended, link), "disconnect", "park");
        for (int i = 0; i < polls; ++i)
        {
            CHECK_WORDS(s.after(&machine::transacted, parked_behind(2)), "timer 100");
            CHECK_WORDS(s.after(&machine::timer_fired), "park");
        }
        const std::string again = "connect to 2 as " + std::to_string(++link);
        CHECK_WORDS(s.after(&machine::transacted, parked_behind(2)), again);
    }
}

BOOST_AUTO_TEST_CASE(unreachable_claim_is_not_tried_again)
{
    script s(timing_of(100, 100, 100));
    s.park(2);
    for (int i = 0; i < 20; ++i)
    {
        s.after(&machine::timer_fired);
        CHECK_WORDS(s.after(&machine::transacted, parked_behind(2)), "timer 100");
    }
}

BOOST_AUTO_TEST_CASE(who_is_not_answered_in_time_parks_though_attach_was_said)
{
    script s;
    s.after(&machine::begin, true);
    s.after(&machine::transacted, enqueued_behind(2, 5));
    s.after(&machine::link_up, 1);
    CHECK_WORDS(s.after(&machine::link_ended, 1), "disconnect", "park");
}

// The lock may go from hand to hand faster than it connects.
BOOST_AUTO_TEST_CASE(who_comes_too_late_twice_stands_in_the_record)
{
    script s;
    s.after(&machine::begin, true);
    s.after(&machine::transacted, enqueued_behind(2, 5));
    s.after(&machine::link_up, 1);
    CHECK_WORDS(s.after(&machine::look, 1), "disconnect", "look");
    CHECK_WORDS(s.after(&machine::transacted, held_by(3)), "connect to 3 as 2");
    s.after(&machine::link_up, 2);
    CHECK_WORDS(s.after(&machine::look, 2), "disconnect", "park");
    CHECK_WORDS(s.after(&machine::transacted, parked_behind(4)), "connect to 4 as 3");
    s.after(&machine::link_up, 3);
    CHECK_WORDS(s.after(&machine::look, 3), "disconnect", "park");
    s.after(&machine::transacted, parked_behind(5));
    s.after(&machine::link_up, 4);
    s.after(&machine::attach_accepted, 4, true);
    s.after(&machine::transacted, held_by(5));
    // Accepted: all is as at first.
    s.after(&machine::look, 4);
    s.after(&machine::transacted, held_by(6));
    s.after(&machine::link_up, 5);
    CHECK_WORDS(s.after(&machine::look, 5), "disconnect", "look");
}

// A dying process may refuse before its presence tells that it is dead.
BOOST_AUTO_TEST_CASE(who_was_turned_away_does_not_go_back_to_the_same_claim_at_once)
{
    script s;
    s.after(&machine::begin, true);
    s.after(&machine::transacted, enqueued_behind(2, 5));
    s.after(&machine::link_up, 1);
    s.after(&machine::look, 1);
    CHECK_WORDS(s.after(&machine::transacted, held_by(2)), "park");
    CHECK_WORDS(s.after(&machine::transacted, parked_behind(2)), "timer 50");
    s.after(&machine::timer_fired);
    CHECK_WORDS(s.after(&machine::transacted, parked_behind(2)), "connect to 2 as 2");
}

BOOST_AUTO_TEST_CASE(who_waits_for_a_holder_without_a_queue_polls_and_queues_as_soon_as_it_can)
{
    script s;
    s.after(&machine::begin, true);
    // One of version 1: there is nobody to attach to.
    CHECK_WORDS(s.after(&machine::transacted, result_of(outcome::held)), "timer 50");
    BOOST_TEST(!s.claim.has_ticket());
    CHECK_WORDS(s.after(&machine::timer_fired), "enqueue");
    CHECK_WORDS(s.after(&machine::transacted, result_of(outcome::held)), "timer 100");
    CHECK_WORDS(s.after(&machine::timer_fired), "enqueue");
    CHECK_WORDS(s.after(&machine::transacted, enqueued_behind(2, 5)), "connect to 2 as 1");
    BOOST_TEST(s.claim.ticket() == 5u);
    s.after(&machine::link_unreachable, 1);
    // And again one of version 1.
    CHECK_WORDS(s.after(&machine::transacted, result_of(outcome::held)), "timer 200");
    CHECK_WORDS(s.after(&machine::timer_fired), "park");
}

BOOST_AUTO_TEST_CASE(poll_that_fails_is_told_and_the_claim_leaves)
{
    script s;
    s.park(2);
    s.after(&machine::timer_fired);
    const std::string sentence = make_error_code(errc::io_error).message();
    CHECK_WORDS(
        s.after(&machine::transacted, failed(errc::io_error)),
        "not locked: " + sentence,
        "leave"
    );
}

BOOST_AUTO_TEST_SUITE_END()
