// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#include <boost/test/unit_test.hpp>

#include <string>

#include "claim_script.hpp"

using namespace claim_script;
using machine = claim_machine;

// A claim that nobody wants any more never owns, and never swallows the lock.
BOOST_AUTO_TEST_SUITE(claim_abandoned)

BOOST_AUTO_TEST_CASE(waiter_leaves_in_good_order)
{
    script s;
    s.attach(2);
    s.after(&machine::successor_attached, a_successor(12, 7));
    s.after(&machine::successor_attached, a_successor(11, 6));
    CHECK_WORDS(s.after(&machine::abandon), "detach");
    CHECK_WORDS(s.after(&machine::detached, 1), "disconnect", "leave");
    // Only now may they look: before, the record could have named it.
    CHECK_WORDS(
        s.after(&machine::transacted, result_of(outcome::left)),
        "look to 11",
        "look to 12",
        "finish"
    );
    BOOST_TEST(s.claim.phase() == claim_phase::over);
}

BOOST_AUTO_TEST_CASE(turn_that_was_on_its_way_is_passed_on_and_not_taken)
{
    for (const auto event : {&machine::look, &machine::link_ended})
    {
        script s;
        s.attach(2);
        s.after(&machine::abandon);
        CHECK_WORDS(s.after(event, 1), "disconnect", "leave");
        s.after(&machine::transacted, result_of(outcome::left));
        BOOST_TEST(!s.claim.is_holding());
        BOOST_TEST(s.claim.phase() == claim_phase::over);
    }
}

BOOST_AUTO_TEST_CASE(leaving_claim_accepts_successors_until_its_last_transaction_is_done)
{
    script s;
    s.attach(2);
    s.after(&machine::abandon);
    CHECK_WORDS(s.after(&machine::successor_attached, a_successor(11, 6)), "attached to 11");
    // Even one with a lower ticket, since it waits on nobody.
    CHECK_WORDS(
        s.after(&machine::successor_attached, a_successor(12, 3)),
        "attached to 12",
        "attached to 11, not first"
    );
    BOOST_TEST(s.claim.next_in_line()->link == 12u);
    s.after(&machine::detached, 1);
    CHECK_WORDS(
        s.after(&machine::successor_attached, a_successor(13, 8)),
        "attached to 13, not first"
    );
    CHECK_WORDS(s.after(&machine::successor_detached, 13), "detached to 13");
    CHECK_WORDS(s.after(&machine::transacted, failed(errc::io_error)), "timer 50");
    CHECK_WORDS(
        s.after(&machine::successor_attached, a_successor(14, 9)),
        "attached to 14, not first"
    );
    CHECK_WORDS(s.after(&machine::timer_fired), "leave");
    CHECK_WORDS(
        s.after(&machine::transacted, result_of(outcome::left)),
        "look to 12",
        "look to 11",
        "look to 14",
        "finish"
    );
    CHECK_WORDS(s.after(&machine::successor_attached, a_successor(15, 9)), "look to 15");
}

BOOST_AUTO_TEST_CASE(waiter_that_connects_or_polls_leaves_at_once)
{
    script connecting;
    connecting.after(&machine::begin, true);
    connecting.after(&machine::transacted, enqueued_behind(2, 5));
    CHECK_WORDS(connecting.after(&machine::abandon), "disconnect", "leave");
    CHECK_NO_WORDS(connecting.after(&machine::link_up, 1));

    script polling;
    polling.park(2);
    CHECK_WORDS(polling.after(&machine::abandon), "leave");
    CHECK_NO_WORDS(polling.after(&machine::timer_fired));
}

// It has not got the guard yet: a cancelled claim never owns.
BOOST_AUTO_TEST_CASE(transaction_under_way_is_replaced)
{
    script looking;
    looking.attach(2);
    looking.after(&machine::look, 1);
    CHECK_WORDS(looking.after(&machine::abandon), "leave");
    script parking;
    parking.park(2);
    parking.after(&machine::timer_fired);
    CHECK_WORDS(parking.after(&machine::abandon), "leave");
    script peeking;
    peeking.attach(2);
    peeking.after(&machine::timer_fired);
    CHECK_WORDS(peeking.after(&machine::abandon), "detach");
    // The first one has never been in the record.
    script entering;
    entering.after(&machine::begin, true);
    CHECK_WORDS(entering.after(&machine::abandon), "finish");
}

BOOST_AUTO_TEST_CASE(last_word_is_not_waited_for_when_the_lock_may_be_reserved_for_it)
{
    claim_timing timing;
    timing.safety_net = claim_timing::duration(9000);
    script s(timing);
    s.attach(2);
    CHECK_WORDS(s.after(&machine::abandon), "detach", "timer 9000");
    CHECK_WORDS(s.after(&machine::timer_fired), "peek");
    CHECK_WORDS(s.after(&machine::transacted, held_by(2)), "timer 9000");
    CHECK_WORDS(s.after(&machine::timer_fired), "peek");
    CHECK_WORDS(
        s.after(&machine::transacted, result_of(outcome::available)),
        "disconnect",
        "leave"
    );
}

BOOST_AUTO_TEST_CASE(claim_that_cannot_be_named_in_the_file_just_ends)
{
    for (const errc value : {errc::directory_missing, errc::corrupt_record, errc::name_mismatch})
    {
        script s;
        s.attach(2);
        s.after(&machine::abandon);
        s.after(&machine::detached, 1);
        CHECK_WORDS(s.after(&machine::transacted, failed(value)), "finish");
    }
}

BOOST_AUTO_TEST_CASE(holder_unlocks)
{
    script s;
    s.hold();
    s.after(&machine::successor_attached, a_successor(11, 6));
    CHECK_WORDS(s.after(&machine::abandon), "release");
    CHECK_WORDS(
        s.after(&machine::transacted, result_of(outcome::released)),
        "unlocked",
        "look to 11",
        "finish"
    );
}

BOOST_AUTO_TEST_CASE(unlock_under_way_goes_on_and_keeps_its_successors)
{
    script s;
    s.hold();
    s.after(&machine::successor_attached, a_successor(11, 6));
    s.after(&machine::release);
    CHECK_NO_WORDS(s.after(&machine::abandon));
    // Nobody is there to try again.
    const std::string unlocked = "unlocked: " + make_error_code(errc::io_error).message();
    CHECK_WORDS(s.after(&machine::transacted, failed(errc::io_error)), unlocked, "timer 50");
    s.after(&machine::timer_fired);
    CHECK_WORDS(
        s.after(&machine::transacted, result_of(outcome::released)),
        "unlocked",
        "look to 11",
        "finish"
    );
}

BOOST_AUTO_TEST_CASE(abandoning_twice_is_abandoning_once)
{
    script s;
    s.attach(2);
    s.after(&machine::abandon);
    CHECK_NO_WORDS(s.after(&machine::abandon));
    s.after(&machine::detached, 1);
    CHECK_NO_WORDS(s.after(&machine::abandon));
}

BOOST_AUTO_TEST_CASE(claim_that_is_over_ignores_everything)
{
    script s;
    s.attach(2);
    s.after(&machine::abandon);
    s.after(&machine::detached, 1);
    s.after(&machine::transacted, result_of(outcome::left));
    CHECK_NO_WORDS(s.after(&machine::transacted, acquired(99)));
    CHECK_NO_WORDS(s.after(&machine::timer_fired));
    CHECK_NO_WORDS(s.after(&machine::release));
    CHECK_NO_WORDS(s.after(&machine::check_record));
    CHECK_NO_WORDS(s.after(&machine::look, 1));
    CHECK_NO_WORDS(s.after(&machine::link_ended, 1));
    BOOST_TEST(s.claim.phase() == claim_phase::over);
}

BOOST_AUTO_TEST_SUITE_END()
