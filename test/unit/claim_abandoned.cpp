// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#include <boost/test/unit_test.hpp>

#include <algorithm>

#include "claim_script.hpp"

using namespace claim_script;
using machine = claim_machine;

// A claim that nobody wants any more never ends up holding, and never swallows the lock.
BOOST_AUTO_TEST_SUITE(claim_abandoned)

BOOST_AUTO_TEST_CASE(waiter_leaves_in_good_order)
{
    script s;
    s.attach(2);
    s.after(&machine::successor_attached, a_successor(11, 6));
    s.after(&machine::successor_attached, a_successor(12, 7));
    CHECK_WORDS(s.after(&machine::abandon), "moved to 11", "moved to 12", "detach");
    CHECK_WORDS(s.after(&machine::detached, 1), "disconnect", "finish");
}

BOOST_AUTO_TEST_CASE(grant_that_was_on_its_way_is_passed_on_at_once)
{
    script s;
    s.attach(2);
    s.after(&machine::abandon);
    CHECK_WORDS(s.after(&machine::granted, 1, 71), "disconnect", "release");
    BOOST_TEST(!s.claim.is_holding());
    // To a claim that attached in the meantime, as the record named us.
    CHECK_WORDS(s.after(&machine::successor_attached, a_successor(11, 6)), "attached to 11");
    CHECK_WORDS(
        s.after(&machine::transacted, released(72)),
        "grant 72 to 11",
        "unlocked",
        "finish"
    );
}

// Whether the claim before it has granted it the lock, only the record can tell now.
BOOST_AUTO_TEST_CASE(waiter_without_a_last_word_makes_sure_that_the_record_does_not_name_it)
{
    for (const auto event : {&machine::link_ended, &machine::moved})
    {
        script s;
        s.attach(2);
        s.after(&machine::abandon);
        CHECK_WORDS(s.after(event, 1), "disconnect", "release");
        s.claim.transacted(verdict_of(outcome::not_owner));
        BOOST_TEST(s.done().back() == "finish");
        BOOST_TEST(s.claim.phase() == claim_phase::over);
    }
}

// The connection before, of which it heard nothing more, may have led to a claim that has granted.
BOOST_AUTO_TEST_CASE(waiter_between_two_connections_makes_sure_that_the_record_does_not_name_it)
{
    script connecting;
    connecting.attach(2);
    connecting.after(&machine::link_ended, 1);
    connecting.after(&machine::transacted, held_by(3));
    CHECK_WORDS(connecting.after(&machine::abandon), "disconnect", "release");
    CHECK_WORDS(connecting.after(&machine::transacted, released()), "unlocked", "finish");

    script pausing;
    pausing.attach(2);
    pausing.after(&machine::link_ended, 1);
    pausing.after(&machine::transacted, held_by(3));
    pausing.after(&machine::link_ended, 2);
    BOOST_TEST(pausing.claim.phase() == claim_phase::pausing);
    CHECK_WORDS(pausing.after(&machine::abandon), "release");
    CHECK_NO_WORDS(pausing.after(&machine::timer_fired));
    pausing.after(&machine::successor_attached, a_successor(11, 6));
    pausing.claim.transacted(verdict_of(outcome::not_owner));
    const words last = pausing.done();
    BOOST_TEST(last.back() == "finish");
    BOOST_TEST(std::count(last.begin(), last.end(), "moved to 11") == 1);
}

BOOST_AUTO_TEST_CASE(transaction_under_way_is_waited_for_and_undone)
{
    for (const bool recovers : {false, true})
    {
        for (const bool acquires : {false, true})
        {
            script s;
            if (recovers)
            {
                s.attach(2);
                s.after(&machine::moved, 1);
            }
            else
                s.after(&machine::begin, true);
            s.after(&machine::successor_attached, a_successor(11, 6));
            CHECK_WORDS(s.after(&machine::abandon), "moved to 11");
            CHECK_WORDS(s.after(&machine::successor_attached, a_successor(12, 7)), "moved to 12");
            if (acquires)
                CHECK_WORDS(s.after(&machine::transacted, acquired(71)), "release");
            else
                CHECK_WORDS(s.after(&machine::transacted, held_by(3)), "finish");
            BOOST_TEST(!s.claim.is_holding());
        }
    }
}

BOOST_AUTO_TEST_CASE(claim_that_enters_the_queue_at_that_moment_just_ends)
{
    script s;
    s.after(&machine::begin, true);
    s.after(&machine::abandon);
    CHECK_WORDS(s.after(&machine::transacted, enqueued_behind(2, 5)), "finish");
}

BOOST_AUTO_TEST_CASE(waiter_leaves_after_the_look_of_the_safety_net)
{
    for (const outcome seen : {outcome::held, outcome::available})
    {
        script s;
        s.attach(2);
        s.after(&machine::timer_fired);
        s.after(&machine::successor_attached, a_successor(11, 6));
        CHECK_WORDS(s.after(&machine::abandon), "moved to 11");
        CHECK_WORDS(s.after(&machine::transacted, verdict_of(seen)), "detach");
        CHECK_WORDS(s.after(&machine::detached, 1), "disconnect", "finish");
    }
}

BOOST_AUTO_TEST_CASE(waiter_that_is_leaving_to_recover_just_leaves)
{
    script s;
    s.attach(2);
    s.after(&machine::timer_fired);
    s.after(&machine::transacted, verdict_of(outcome::available));
    CHECK_NO_WORDS(s.after(&machine::abandon));
    CHECK_WORDS(s.after(&machine::detached, 1), "disconnect", "finish");
}

BOOST_AUTO_TEST_CASE(holder_unlocks)
{
    script s;
    s.hold();
    s.after(&machine::successor_attached, a_successor(11, 6));
    CHECK_WORDS(s.after(&machine::abandon), "release");
    CHECK_WORDS(
        s.after(&machine::transacted, released(71)),
        "grant 71 to 11",
        "unlocked",
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
    CHECK_WORDS(s.after(&machine::transacted, failed(errc::io_error)), "timer 50");
    s.after(&machine::timer_fired);
    CHECK_WORDS(
        s.after(&machine::transacted, released(71)),
        "grant 71 to 11",
        "unlocked",
        "finish"
    );
}

BOOST_AUTO_TEST_CASE(leaving_claim_accepts_no_successors)
{
    script s;
    s.attach(2);
    s.after(&machine::abandon);
    CHECK_WORDS(s.after(&machine::successor_attached, a_successor(11, 6)), "moved to 11");
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
    CHECK_NO_WORDS(s.after(&machine::transacted, acquired(99)));
    CHECK_NO_WORDS(s.after(&machine::timer_fired));
    CHECK_NO_WORDS(s.after(&machine::release));
    CHECK_NO_WORDS(s.after(&machine::check_record));
    CHECK_NO_WORDS(s.after(&machine::granted, 1, 99));
    CHECK_NO_WORDS(s.after(&machine::moved, 1));
    CHECK_NO_WORDS(s.after(&machine::link_ended, 1));
    BOOST_TEST(s.claim.phase() == claim_phase::over);
}

BOOST_AUTO_TEST_SUITE_END()
