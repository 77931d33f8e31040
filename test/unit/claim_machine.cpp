// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#include <boost/test/unit_test.hpp>

#include <string>

#include "claim_script.hpp"

using namespace claim_script;
using machine = claim_machine;

// The way to the lock: enter, attach, be granted, or find out anew where things stand.
BOOST_AUTO_TEST_SUITE(claim_waiting)

BOOST_AUTO_TEST_CASE(new_claim_does_nothing)
{
    script s;
    BOOST_TEST(s.claim.phase() == claim_phase::idle);
    CHECK_NO_WORDS(s.done());
    CHECK_WORDS(s.after(&machine::abandon), "finish");
    BOOST_TEST(s.claim.phase() == claim_phase::over);
}

BOOST_AUTO_TEST_CASE(one_transaction_takes_a_free_lock)
{
    script s;
    CHECK_WORDS(s.after(&machine::begin, false), "take");
    CHECK_WORDS(s.after(&machine::transacted, acquired(70)), "locked 70");
    BOOST_TEST(s.claim.is_holding());
    BOOST_TEST(s.claim.fencing_token() == 70u);

    script waiting;
    CHECK_WORDS(waiting.after(&machine::begin, true), "enqueue");
    CHECK_WORDS(waiting.after(&machine::transacted, acquired(70)), "locked 70");
}

BOOST_AUTO_TEST_CASE(one_transaction_refuses_who_does_not_wait)
{
    script s;
    s.after(&machine::begin, false);
    CHECK_WORDS(s.after(&machine::transacted, held_by(2)), "not locked", "finish");
    BOOST_TEST(s.claim.phase() == claim_phase::over);
}

BOOST_AUTO_TEST_CASE(failed_first_transaction_ends_the_claim)
{
    script s;
    s.after(&machine::begin, true);
    const std::string sentence = make_error_code(errc::no_space).message();
    CHECK_WORDS(
        s.after(&machine::transacted, failed(errc::no_space)),
        "not locked: " + sentence,
        "finish"
    );
}

BOOST_AUTO_TEST_CASE(who_is_in_the_queue_attaches_to_the_claim_before_him)
{
    script s;
    s.after(&machine::begin, true);
    CHECK_WORDS(s.after(&machine::transacted, enqueued_behind(2, 5)), "connect to 2 as 1");
    BOOST_TEST((s.claim.predecessor() == numbered_claim(2)));
    CHECK_WORDS(s.after(&machine::link_up, 1), "attach");
    CHECK_NO_WORDS(s.after(&machine::attach_accepted, 1));
    BOOST_TEST(s.claim.ticket() == 5u);
}

BOOST_AUTO_TEST_CASE(grant_makes_the_holder)
{
    script s;
    s.attach(2);
    BOOST_TEST(!s.claim.is_holding());
    s.claim.granted(1, 71);
    CHECK_WORDS(s.done(), "disconnect", "locked 71");
    BOOST_TEST(s.claim.is_holding());
    BOOST_TEST(s.claim.fencing_token() == 71u);
}

BOOST_AUTO_TEST_CASE(who_hears_moved_looks_at_the_record)
{
    script s;
    s.attach(2);
    CHECK_WORDS(s.after(&machine::moved, 1), "disconnect", "recover");
}

BOOST_AUTO_TEST_CASE(who_loses_his_connection_looks_at_the_record)
{
    script s;
    s.attach(2);
    CHECK_WORDS(s.after(&machine::link_ended, 1), "disconnect", "recover");
}

BOOST_AUTO_TEST_CASE(who_is_turned_out_without_having_asked_looks_at_the_record)
{
    script s;
    s.attach(2);
    CHECK_WORDS(s.after(&machine::detached, 1), "disconnect", "recover");
}

BOOST_AUTO_TEST_CASE(who_recovers_takes_the_lock_that_he_may_have)
{
    script s;
    s.attach(2);
    s.after(&machine::moved, 1);
    CHECK_WORDS(s.after(&machine::transacted, acquired(72)), "locked 72");
}

BOOST_AUTO_TEST_CASE(who_recovers_attaches_to_the_holder_and_keeps_his_ticket)
{
    script s;
    s.attach(2, 5);
    s.after(&machine::moved, 1);
    CHECK_WORDS(s.after(&machine::transacted, held_by(3)), "connect to 3 as 2");
    CHECK_WORDS(s.after(&machine::link_up, 2), "attach");
    BOOST_TEST(s.claim.ticket() == 5u);
}

BOOST_AUTO_TEST_CASE(who_cannot_reach_the_claim_before_him_keeps_his_place_and_looks_again)
{
    script s;
    s.after(&machine::begin, true);
    s.after(&machine::transacted, enqueued_behind(2, 5));
    CHECK_WORDS(s.after(&machine::link_ended, 1), "disconnect", "timer 50");
    CHECK_WORDS(s.after(&machine::timer_fired), "recover");
    CHECK_WORDS(s.after(&machine::transacted, held_by(2)), "connect to 2 as 2");
    BOOST_TEST(s.claim.ticket() == 5u);
}

BOOST_AUTO_TEST_CASE(pauses_double_up_to_the_longest)
{
    claim_timing timing = script::without_safety_net();
    timing.first_pause = claim_timing::duration(300);
    timing.longest_pause = claim_timing::duration(1000);
    script s(timing);
    s.after(&machine::begin, true);
    s.after(&machine::transacted, enqueued_behind(2, 5));
    link_id link = 1;
    for (const char* const pause : {"timer 300", "timer 600", "timer 1000", "timer 1000"})
    {
        CHECK_WORDS(s.after(&machine::link_ended, link), "disconnect", pause);
        s.after(&machine::timer_fired);
        s.after(&machine::transacted, held_by(2));
        ++link;
    }
}

// It may have died without the system reporting it; or have been stopped, or get no processor.
BOOST_AUTO_TEST_CASE(who_is_not_answered_is_given_more_and_more_time_up_to_the_longest)
{
    claim_timing timing = script::without_safety_net();
    timing.first_connect_limit = claim_timing::duration(300);
    timing.longest_connect_limit = claim_timing::duration(1000);
    script s(timing);
    const auto limit_after = [&](const transaction_result& result) {
        s.claim.transacted(result);
        return s.claim.take_actions().back().pause.count();
    };
    const auto limit_after_silence = [&](link_id link, unsigned char holder) {
        s.after(&machine::link_ended, link);
        s.after(&machine::timer_fired);
        return limit_after(held_by(holder));
    };
    s.after(&machine::begin, true);
    BOOST_TEST(limit_after(enqueued_behind(2, 5)) == 300);
    BOOST_TEST(limit_after_silence(1, 2) == 600);
    BOOST_TEST(limit_after_silence(2, 2) == 1000);
    BOOST_TEST(limit_after_silence(3, 2) == 1000);
    // Another one.
    BOOST_TEST(limit_after_silence(4, 3) == 300);
    BOOST_TEST(limit_after_silence(5, 3) == 600);
    // One that has answered since.
    s.after(&machine::link_up, 6);
    s.after(&machine::attach_accepted, 6);
    s.after(&machine::link_ended, 6);
    BOOST_TEST(limit_after(held_by(3)) == 300);
}

// A process that is stopped must not make a lock wait that nobody has.
BOOST_AUTO_TEST_CASE(who_stands_between_us_and_a_free_lock_is_given_little_time_each_time)
{
    script s;
    s.after(&machine::begin, true);
    transaction_result behind = enqueued_behind(2, 5);
    behind.decided.is_free = true;
    for (link_id link = 1; link != 4; ++link)
    {
        s.claim.transacted(behind);
        const auto actions = s.claim.take_actions();
        BOOST_TEST(actions.back().pause.count() == claim_timing().first_connect_limit.count());
        s.after(&machine::link_ended, link);
        s.after(&machine::timer_fired);
    }
}

// A dying process may refuse before its presence tells that it is dead.
BOOST_AUTO_TEST_CASE(who_was_turned_away_does_not_go_back_to_the_same_claim_at_once)
{
    script s;
    s.after(&machine::begin, true);
    s.after(&machine::transacted, enqueued_behind(2, 5));
    s.after(&machine::link_up, 1);
    CHECK_WORDS(s.after(&machine::moved, 1), "disconnect", "recover");
    CHECK_WORDS(s.after(&machine::transacted, held_by(2)), "timer 50");
    s.after(&machine::timer_fired);
    CHECK_WORDS(s.after(&machine::transacted, held_by(2)), "connect to 2 as 2");
    s.after(&machine::link_up, 2);
    s.after(&machine::moved, 2);
    CHECK_WORDS(s.after(&machine::transacted, held_by(3)), "connect to 3 as 3");
}

BOOST_AUTO_TEST_CASE(accepted_claim_starts_its_pauses_afresh)
{
    script s;
    s.after(&machine::begin, true);
    s.after(&machine::transacted, enqueued_behind(2, 5));
    CHECK_WORDS(s.after(&machine::link_ended, 1), "disconnect", "timer 50");
    s.after(&machine::timer_fired);
    s.after(&machine::transacted, held_by(2));
    s.after(&machine::link_up, 2);
    s.after(&machine::attach_accepted, 2);
    // Accepted before: it may go back at once, too.
    s.after(&machine::link_ended, 2);
    CHECK_WORDS(s.after(&machine::transacted, held_by(2)), "connect to 2 as 3");
    CHECK_WORDS(s.after(&machine::link_ended, 3), "disconnect", "timer 50");
}

BOOST_AUTO_TEST_CASE(who_waits_for_a_holder_without_a_queue_polls)
{
    script s;
    s.after(&machine::begin, true);
    // One of version 1: there is nobody to attach to.
    CHECK_WORDS(s.after(&machine::transacted, verdict_of(outcome::held)), "timer 50");
    CHECK_WORDS(s.after(&machine::timer_fired), "recover");
    transaction_result unknown = held_by(2);
    unknown.decided.holder = liveness::unknown;
    CHECK_WORDS(s.after(&machine::transacted, unknown), "timer 100");
    s.after(&machine::timer_fired);
    CHECK_WORDS(s.after(&machine::transacted, acquired(70)), "locked 70");
}

BOOST_AUTO_TEST_CASE(failed_recovery_is_told_and_leaves_nothing_behind)
{
    script s;
    s.attach(2);
    s.after(&machine::successor_attached, a_successor(11, 6));
    s.after(&machine::moved, 1);
    const std::string sentence = make_error_code(errc::io_error).message();
    CHECK_WORDS(
        s.after(&machine::transacted, failed(errc::io_error)),
        "not locked: " + sentence,
        "moved to 11",
        "timer 50"
    );
    // The record may name this claim, and then must not go on to.
    CHECK_WORDS(s.after(&machine::timer_fired), "release");
    CHECK_WORDS(s.after(&machine::transacted, failed(errc::io_error)), "timer 100");
    s.after(&machine::timer_fired);
    s.claim.transacted(verdict_of(outcome::not_owner));
    BOOST_TEST(s.done().back() == "finish");
}

BOOST_AUTO_TEST_CASE(safety_net_looks_at_the_record_from_time_to_time)
{
    claim_timing timing;
    timing.safety_net = claim_timing::duration(9000);
    script s(timing);
    s.after(&machine::begin, true);
    s.after(&machine::transacted, enqueued_behind(2, 5));
    CHECK_WORDS(s.after(&machine::link_up, 1), "attach", "timer 9000");
    s.after(&machine::attach_accepted, 1);
    CHECK_WORDS(s.after(&machine::timer_fired), "peek");
    CHECK_WORDS(s.after(&machine::transacted, held_by(3)), "timer 9000");
    s.after(&machine::timer_fired);
    CHECK_WORDS(s.after(&machine::transacted, failed(errc::io_error)), "timer 9000");
    // The lock is free, or ours: leave the queue in good order, then take it.
    s.after(&machine::timer_fired);
    CHECK_WORDS(
        s.after(&machine::transacted, verdict_of(outcome::available)),
        "detach",
        "timer 9000"
    );
    CHECK_WORDS(s.after(&machine::detached, 1), "disconnect", "recover");
}

// A process that has died with its connection left open, as with its host's network, never answers.
BOOST_AUTO_TEST_CASE(safety_net_gives_up_on_an_answer_when_the_lock_is_free)
{
    claim_timing timing;
    timing.safety_net = claim_timing::duration(9000);
    script s(timing);
    s.attach(2);
    s.after(&machine::timer_fired);
    s.after(&machine::transacted, verdict_of(outcome::available));
    CHECK_WORDS(s.after(&machine::timer_fired), "peek");
    CHECK_WORDS(s.after(&machine::transacted, held_by(2)), "timer 9000");
    CHECK_WORDS(s.after(&machine::timer_fired), "peek");
    CHECK_WORDS(
        s.after(&machine::transacted, verdict_of(outcome::available)),
        "disconnect",
        "recover"
    );
}

BOOST_AUTO_TEST_CASE(grant_counts_while_the_safety_net_looks)
{
    script s;
    s.attach(2);
    CHECK_WORDS(s.after(&machine::timer_fired), "peek");
    CHECK_WORDS(s.after(&machine::granted, 1, 71), "disconnect", "locked 71");
    // What was seen before it is out of date.
    CHECK_NO_WORDS(s.after(&machine::transacted, verdict_of(outcome::available)));
    BOOST_TEST(s.claim.is_holding());
}

BOOST_AUTO_TEST_CASE(grant_counts_while_a_waiter_leaves_to_recover)
{
    script s;
    s.attach(2);
    s.after(&machine::timer_fired);
    CHECK_WORDS(s.after(&machine::transacted, verdict_of(outcome::available)), "detach");
    CHECK_WORDS(s.after(&machine::granted, 1, 71), "disconnect", "locked 71");
}

BOOST_AUTO_TEST_CASE(events_of_earlier_connections_are_ignored)
{
    script s;
    s.attach(2);
    s.after(&machine::moved, 1);
    s.after(&machine::transacted, held_by(3));
    CHECK_NO_WORDS(s.after(&machine::link_up, 1));
    CHECK_NO_WORDS(s.after(&machine::attach_accepted, 1));
    CHECK_NO_WORDS(s.after(&machine::granted, 1, 99));
    CHECK_NO_WORDS(s.after(&machine::moved, 1));
    CHECK_NO_WORDS(s.after(&machine::detached, 1));
    CHECK_NO_WORDS(s.after(&machine::link_ended, 1));
    BOOST_TEST(s.claim.phase() == claim_phase::connecting);
    CHECK_WORDS(s.after(&machine::link_up, 2), "attach");
    // Nor does one come up twice.
    CHECK_NO_WORDS(s.after(&machine::link_up, 2));
}

BOOST_AUTO_TEST_SUITE_END()
