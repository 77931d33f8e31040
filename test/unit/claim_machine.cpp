// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#include <boost/test/unit_test.hpp>

#include <string>

#include "claim_script.hpp"

using namespace claim_script;
using machine = claim_machine;

// The way to the lock: enter, attach, be told to look, take.
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

BOOST_AUTO_TEST_CASE(who_is_in_the_queue_attaches_to_the_claim_before_it)
{
    script s;
    s.after(&machine::begin, true);
    CHECK_WORDS(s.after(&machine::transacted, enqueued_behind(2, 5)), "connect to 2 as 1");
    BOOST_TEST((s.claim.predecessor() == numbered_claim(2)));
    CHECK_WORDS(s.after(&machine::link_up, 1), "attach");
    CHECK_NO_WORDS(s.after(&machine::attach_accepted, 1, true));
    BOOST_TEST(s.claim.ticket() == 5u);
}

BOOST_AUTO_TEST_CASE(who_is_told_to_look_looks_and_takes_the_lock_by_its_own_transaction)
{
    for (const auto event : {&machine::look, &machine::link_ended, &machine::detached})
    {
        script s;
        s.attach(2);
        CHECK_WORDS(s.after(event, 1), "disconnect", "look");
        BOOST_TEST(!s.claim.is_holding());
        CHECK_WORDS(s.after(&machine::transacted, acquired(72)), "locked 72");
        BOOST_TEST(s.claim.is_holding());
    }
}

BOOST_AUTO_TEST_CASE(who_was_passed_over_queues_again_with_its_old_ticket)
{
    script s;
    s.attach(2, 5);
    s.after(&machine::look, 1);
    CHECK_WORDS(s.after(&machine::transacted, held_by(3)), "connect to 3 as 2");
    CHECK_WORDS(s.after(&machine::link_up, 2), "attach");
    BOOST_TEST(s.claim.ticket() == 5u);
    s.after(&machine::attach_accepted, 2, true);
    // To the same one it may go back at once, too: it was accepted there.
    s.after(&machine::look, 2);
    CHECK_WORDS(s.after(&machine::transacted, held_by(3)), "connect to 3 as 3");
}

BOOST_AUTO_TEST_CASE(who_is_attached_to_the_holder_is_the_next_and_else_it_is_not_known)
{
    script s;
    s.after(&machine::begin, true);
    transaction_result behind_holder = enqueued_behind(2, 5);
    behind_holder.decided.is_behind_holder = true;
    s.after(&machine::transacted, behind_holder);
    s.after(&machine::link_up, 1);
    BOOST_TEST(!s.claim.ahead().has_value());
    s.after(&machine::attach_accepted, 1, true);
    BOOST_TEST(s.claim.ahead().value() == 0u);
    s.after(&machine::timer_fired);
    BOOST_TEST(s.claim.ahead().value() == 0u);
    s.after(&machine::look, 1);
    BOOST_TEST(!s.claim.ahead().has_value());
    s.after(&machine::transacted, acquired(70));
    BOOST_TEST(!s.claim.ahead().has_value());

    // Others are attached there, too.
    script second;
    second.after(&machine::begin, true);
    second.after(&machine::transacted, behind_holder);
    second.after(&machine::link_up, 1);
    for (const bool is_first : {false, true, false})
    {
        CHECK_NO_WORDS(second.after(&machine::attach_accepted, 1, is_first));
        BOOST_TEST(second.claim.ahead().has_value() == is_first);
    }

    // A waiter may have come to hold the lock.
    script behind_waiter;
    behind_waiter.attach(2);
    for (const int holder : {3, 2, 3})
    {
        BOOST_TEST(!behind_waiter.claim.ahead().has_value());
        behind_waiter.after(&machine::timer_fired);
        behind_waiter.after(&machine::transacted, held_by(holder == 2 ? 2 : 3));
        BOOST_TEST(behind_waiter.claim.ahead().has_value() == (holder == 2));
        behind_waiter.after(&machine::timer_fired);
        behind_waiter.after(&machine::transacted, held_by(3));
    }
}

BOOST_AUTO_TEST_CASE(who_is_not_answered_is_given_more_and_more_time_up_to_the_longest)
{
    claim_timing timing = timing_of(100, 100, 100);
    timing.first_connect_limit = claim_timing::duration(300);
    timing.longest_connect_limit = claim_timing::duration(1000);
    script s(timing);
    const auto limit_after = [&](const transaction_result& result) {
        s.claim.transacted(result);
        const auto actions = s.claim.take_actions();
        BOOST_TEST_REQUIRE((actions.back().what == claim_action::kind::connect));
        return actions.back().pause.count();
    };
    const auto limit_after_silence = [&](link_id link, unsigned char holder) {
        s.after(&machine::link_ended, link);
        s.after(&machine::transacted, parked_behind(holder));
        s.after(&machine::timer_fired);
        return limit_after(parked_behind(holder));
    };
    s.after(&machine::begin, true);
    BOOST_TEST(limit_after(enqueued_behind(2, 5)) == 300);
    BOOST_TEST(limit_after_silence(1, 2) == 600);
    BOOST_TEST(limit_after_silence(2, 2) == 1000);
    BOOST_TEST(limit_after_silence(3, 2) == 1000);
    // Another one.
    s.after(&machine::link_ended, 4);
    BOOST_TEST(limit_after(parked_behind(3)) == 300);
    // One that has answered since.
    BOOST_TEST(limit_after_silence(5, 3) == 600);
    s.after(&machine::link_up, 6);
    s.after(&machine::attach_accepted, 6, true);
    s.after(&machine::link_ended, 6);
    BOOST_TEST(limit_after(held_by(3)) == 300);
}

BOOST_AUTO_TEST_CASE(failed_look_is_told_and_leaves_nothing_behind)
{
    for (const bool in_writing : {false, true})
    {
        script s(timing_of(50, 100, 100));
        s.attach(2);
        s.after(&machine::successor_attached, a_successor(11, 6));
        s.after(&machine::look, 1);
        const std::string sentence = make_error_code(errc::io_error).message();
        const transaction_result failure = in_writing ? failed_in_writing(errc::io_error)
                                                      : failed(errc::io_error);
        CHECK_WORDS(s.after(&machine::transacted, failure), "not locked: " + sentence, "leave");
        CHECK_WORDS(s.after(&machine::transacted, failed(errc::io_error)), "timer 50");
        CHECK_WORDS(s.after(&machine::timer_fired), "leave");
        CHECK_WORDS(s.after(&machine::transacted, failed(errc::io_error)), "timer 100");
        CHECK_WORDS(s.after(&machine::timer_fired), "leave");
        // The record may name it as the holder, and then must not go on to.
        if (in_writing)
        {
            CHECK_WORDS(s.after(&machine::transacted, failed(errc::io_error)), "timer 100");
            s.after(&machine::timer_fired);
            CHECK_WORDS(
                s.after(&machine::transacted, result_of(outcome::released)),
                "look to 11",
                "finish"
            );
        }
        else
        {
            // A reservation is stale by now.
            CHECK_WORDS(
                s.after(&machine::transacted, failed(errc::io_error)),
                "look to 11",
                "finish"
            );
        }
    }
}

BOOST_AUTO_TEST_CASE(first_transaction_that_fails_in_writing_leaves_nothing_behind)
{
    script s;
    s.after(&machine::begin, false);
    const std::string sentence = make_error_code(errc::io_error).message();
    CHECK_WORDS(
        s.after(&machine::transacted, failed_in_writing(errc::io_error)),
        "not locked: " + sentence,
        "leave"
    );
    CHECK_WORDS(s.after(&machine::transacted, result_of(outcome::left)), "finish");
}

BOOST_AUTO_TEST_CASE(another_signature_seed_ends_the_claim_in_good_order)
{
    script s;
    s.after(&machine::begin, true);
    s.after(&machine::transacted, enqueued_behind(2, 5));
    CHECK_NO_WORDS(s.after(&machine::handshake_refused, 7));
    const std::string sentence = make_error_code(errc::handshake_failed).message();
    CHECK_WORDS(
        s.after(&machine::handshake_refused, 1),
        "disconnect",
        "not locked: " + sentence,
        "leave"
    );
    BOOST_TEST(s.claim.is_abandoned());
    CHECK_WORDS(s.after(&machine::transacted, result_of(outcome::left)), "finish");
}

BOOST_AUTO_TEST_CASE(safety_net_looks_at_the_record_from_time_to_time)
{
    claim_timing timing;
    timing.safety_net = claim_timing::duration(9000);
    script s(timing);
    s.after(&machine::begin, true);
    s.after(&machine::transacted, enqueued_behind(2, 5));
    CHECK_WORDS(s.after(&machine::link_up, 1), "attach", "timer 9000");
    s.after(&machine::attach_accepted, 1, true);
    CHECK_WORDS(s.after(&machine::timer_fired), "peek");
    CHECK_WORDS(s.after(&machine::transacted, held_by(3)), "timer 9000");
    s.after(&machine::timer_fired);
    CHECK_WORDS(s.after(&machine::transacted, failed(errc::io_error)), "timer 9000");
    // Whoever is before us is stopped, or has died without the system's telling.
    s.after(&machine::timer_fired);
    CHECK_WORDS(s.after(&machine::transacted, result_of(outcome::available)), "disconnect", "look");
}

BOOST_AUTO_TEST_CASE(who_is_told_to_look_while_the_safety_net_peeks_looks)
{
    script s;
    s.attach(2);
    CHECK_WORDS(s.after(&machine::timer_fired), "peek");
    CHECK_WORDS(s.after(&machine::look, 1), "disconnect", "look");
    BOOST_TEST(s.claim.phase() == claim_phase::looking);
}

BOOST_AUTO_TEST_CASE(events_of_earlier_attachments_are_ignored)
{
    script s;
    s.attach(2);
    s.after(&machine::look, 1);
    s.after(&machine::transacted, held_by(3));
    CHECK_NO_WORDS(s.after(&machine::link_up, 1));
    CHECK_NO_WORDS(s.after(&machine::attach_accepted, 1, true));
    CHECK_NO_WORDS(s.after(&machine::look, 1));
    CHECK_NO_WORDS(s.after(&machine::detached, 1));
    CHECK_NO_WORDS(s.after(&machine::link_ended, 1));
    CHECK_NO_WORDS(s.after(&machine::link_unreachable, 1));
    CHECK_NO_WORDS(s.after(&machine::handshake_refused, 1));
    BOOST_TEST(s.claim.phase() == claim_phase::connecting);
    CHECK_WORDS(s.after(&machine::link_up, 2), "attach");
    // Nor does one come up twice.
    CHECK_NO_WORDS(s.after(&machine::link_up, 2));
}

BOOST_AUTO_TEST_SUITE_END()
