// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#include <boost/test/unit_test.hpp>

#include <string>

#include "claim_script.hpp"

using namespace claim_script;
using machine = claim_machine;

// Holding, the queue behind a claim, and how the lock is handed on.
BOOST_AUTO_TEST_SUITE(claim_holding)

BOOST_AUTO_TEST_CASE(nobody_in_the_queue_gets_nothing)
{
    script s;
    s.hold();
    BOOST_TEST(s.claim.next_in_line() == nullptr);
    CHECK_WORDS(s.after(&machine::release), "release");
    CHECK_WORDS(s.after(&machine::transacted, released()), "unlocked", "finish");
    BOOST_TEST(s.claim.phase() == claim_phase::over);
}

BOOST_AUTO_TEST_CASE(successor_with_the_lowest_ticket_is_granted_and_the_others_are_told)
{
    script s;
    s.hold();
    CHECK_WORDS(
        s.after(&machine::successor_attached, a_successor(11, 8)),
        "attached to 11",
        "contended"
    );
    CHECK_WORDS(
        s.after(&machine::successor_attached, a_successor(12, 6)),
        "attached to 12",
        "contended"
    );
    CHECK_WORDS(
        s.after(&machine::successor_attached, a_successor(13, 7)),
        "attached to 13",
        "contended"
    );
    BOOST_REQUIRE(s.claim.next_in_line() != nullptr);
    BOOST_TEST(s.claim.next_in_line()->link == 12u);
    CHECK_WORDS(s.after(&machine::release), "release");
    CHECK_WORDS(
        s.after(&machine::transacted, released(71)),
        "grant 71 to 12",
        "unlocked",
        "moved to 11",
        "moved to 13",
        "finish"
    );
    BOOST_TEST(s.claim.successors().empty());
}

BOOST_AUTO_TEST_CASE(waiting_claim_accepts_successors_and_keeps_them_when_it_holds)
{
    script s;
    s.attach(2);
    CHECK_WORDS(s.after(&machine::successor_attached, a_successor(11, 6)), "attached to 11");
    CHECK_WORDS(s.after(&machine::granted, 1, 71), "disconnect", "locked 71", "contended");
    s.after(&machine::release);
    CHECK_WORDS(
        s.after(&machine::transacted, released(72)),
        "grant 72 to 11",
        "unlocked",
        "finish"
    );
}

BOOST_AUTO_TEST_CASE(claim_that_connects_pauses_or_recovers_accepts_successors)
{
    script s;
    s.after(&machine::begin, true);
    CHECK_WORDS(s.after(&machine::successor_attached, a_successor(11, 6)), "attached to 11");
    s.after(&machine::transacted, enqueued_behind(2, 5));
    CHECK_WORDS(s.after(&machine::successor_attached, a_successor(12, 7)), "attached to 12");
    s.after(&machine::link_ended, 1);
    CHECK_WORDS(s.after(&machine::successor_attached, a_successor(13, 8)), "attached to 13");
    s.after(&machine::timer_fired);
    CHECK_WORDS(s.after(&machine::successor_attached, a_successor(14, 9)), "attached to 14");
    BOOST_TEST(s.claim.successors().size() == 4u);
}

BOOST_AUTO_TEST_CASE(claim_that_is_over_answers_moved)
{
    script s;
    s.hold();
    s.after(&machine::release);
    s.after(&machine::transacted, released());
    CHECK_WORDS(s.after(&machine::successor_attached, a_successor(11, 6)), "moved to 11");
    BOOST_TEST(s.claim.successors().empty());

    script not_begun;
    CHECK_WORDS(not_begun.after(&machine::successor_attached, a_successor(11, 6)), "moved to 11");
}

BOOST_AUTO_TEST_CASE(successor_that_attaches_during_the_release_is_served_by_it)
{
    script s;
    s.hold();
    s.after(&machine::release);
    CHECK_WORDS(s.after(&machine::successor_attached, a_successor(11, 6)), "attached to 11");
    CHECK_WORDS(
        s.after(&machine::transacted, released(71)),
        "grant 71 to 11",
        "unlocked",
        "finish"
    );
}

BOOST_AUTO_TEST_CASE(successor_that_left_or_died_gets_nothing)
{
    script s;
    s.hold();
    for (const link_id link : {11u, 12u, 13u})
        s.after(&machine::successor_attached, a_successor(link, link));
    CHECK_WORDS(s.after(&machine::successor_detached, 11), "detached to 11");
    CHECK_NO_WORDS(s.after(&machine::successor_ended, 12));
    BOOST_TEST(s.claim.next_in_line()->link == 13u);
    BOOST_REQUIRE(s.claim.last_detached());
    BOOST_TEST((*s.claim.last_detached() == numbered_claim(11)));
    // It has had its last word.
    CHECK_NO_WORDS(s.after(&machine::successor_detached, 11));
    CHECK_NO_WORDS(s.after(&machine::successor_detached, 99));
    CHECK_NO_WORDS(s.after(&machine::successor_ended, 99));
    s.after(&machine::release);
    CHECK_WORDS(
        s.after(&machine::transacted, released(71)),
        "grant 71 to 13",
        "unlocked",
        "finish"
    );
}

BOOST_AUTO_TEST_CASE(successor_that_comes_again_is_granted_by_its_new_connection_only)
{
    script s;
    s.hold();
    claim_machine::successor again = a_successor(11, 6);
    s.after(&machine::successor_attached, again);
    again.link = 12;
    CHECK_WORDS(s.after(&machine::successor_attached, again), "attached to 12", "contended");
    s.after(&machine::release);
    CHECK_WORDS(
        s.after(&machine::transacted, released(71)),
        "grant 71 to 12",
        "unlocked",
        "moved to 11",
        "finish"
    );
}

BOOST_AUTO_TEST_CASE(detach_that_comes_after_the_grant_is_not_answered)
{
    script s;
    s.hold();
    s.after(&machine::successor_attached, a_successor(11, 6));
    s.after(&machine::release);
    s.after(&machine::transacted, released(71));
    CHECK_NO_WORDS(s.after(&machine::successor_detached, 11));
}

BOOST_AUTO_TEST_CASE(failed_unlock_is_told_and_the_lock_is_still_held)
{
    script s;
    s.hold();
    s.after(&machine::release);
    const std::string unlocked = "unlocked: " + make_error_code(errc::no_space).message();
    CHECK_WORDS(s.after(&machine::transacted, failed(errc::no_space)), unlocked);
    BOOST_TEST(s.claim.is_holding());
    // Of a successor that came during the release nobody has been told.
    s.after(&machine::release);
    CHECK_WORDS(s.after(&machine::successor_attached, a_successor(11, 6)), "attached to 11");
    CHECK_WORDS(s.after(&machine::transacted, failed(errc::no_space)), unlocked, "contended");
    s.after(&machine::release);
    CHECK_WORDS(
        s.after(&machine::transacted, released(71)),
        "grant 71 to 11",
        "unlocked",
        "finish"
    );
}

BOOST_AUTO_TEST_CASE(record_that_was_removed_during_a_failed_unlock_is_seen_to)
{
    script s;
    s.hold();
    s.after(&machine::release);
    CHECK_NO_WORDS(s.after(&machine::check_record));
    const std::string unlocked = "unlocked: " + make_error_code(errc::guard_timeout).message();
    CHECK_WORDS(s.after(&machine::transacted, failed(errc::guard_timeout)), unlocked, "restore");
}

BOOST_AUTO_TEST_CASE(unlock_of_a_lock_that_the_record_does_not_name_us_for_tells_that_it_is_lost)
{
    const std::string sentence = make_error_code(errc::lost).message();
    for (const transaction_result& result :
         {verdict_of(outcome::not_owner),
          failed(errc::corrupt_record),
          failed(errc::newer_record),
          failed(errc::name_mismatch),
          failed(errc::directory_missing),
          failed(errc::not_a_regular_file)})
    {
        script s;
        s.hold();
        s.after(&machine::successor_attached, a_successor(11, 6));
        s.after(&machine::release);
        CHECK_WORDS(
            s.after(&machine::transacted, result),
            "unlocked: " + sentence,
            "moved to 11",
            "finish"
        );
    }
}

BOOST_AUTO_TEST_CASE(unlock_without_a_caller_is_tried_until_it_succeeds)
{
    script s;
    s.hold();
    CHECK_WORDS(s.after(&machine::abandon), "release");
    CHECK_WORDS(s.after(&machine::transacted, failed(errc::guard_timeout)), "timer 50");
    // A claim that comes now is served in the end.
    CHECK_WORDS(s.after(&machine::successor_attached, a_successor(11, 6)), "attached to 11");
    CHECK_WORDS(s.after(&machine::timer_fired), "release");
    CHECK_WORDS(s.after(&machine::transacted, failed(errc::io_error)), "timer 100");
    CHECK_WORDS(s.after(&machine::timer_fired), "release");
    s.claim.transacted(released(71));
    CHECK_WORDS(s.done(), "grant 71 to 11", "unlocked", "finish");
}

BOOST_AUTO_TEST_CASE(only_the_holder_unlocks)
{
    script s;
    CHECK_NO_WORDS(s.after(&machine::release));
    s.attach(2);
    CHECK_NO_WORDS(s.after(&machine::release));
    BOOST_TEST(s.claim.phase() == claim_phase::attached);
}

BOOST_AUTO_TEST_CASE(holder_sees_to_a_record_that_was_removed)
{
    script s;
    s.hold();
    CHECK_WORDS(s.after(&machine::check_record), "restore");
    CHECK_NO_WORDS(s.after(&machine::transacted, acquired(70)));
    BOOST_TEST(s.claim.is_holding());
    s.after(&machine::check_record);
    CHECK_WORDS(
        s.after(&machine::transacted, failed(errc::directory_missing)),
        "timer " + std::to_string(claim_timing().longest_pause.count())
    );
    BOOST_TEST(s.claim.is_holding());
    CHECK_WORDS(s.after(&machine::timer_fired), "restore");
}

BOOST_AUTO_TEST_CASE(holder_whom_somebody_was_faster_than_has_lost_the_lock)
{
    script s;
    s.hold();
    s.after(&machine::successor_attached, a_successor(11, 6));
    s.after(&machine::check_record);
    CHECK_WORDS(s.after(&machine::transacted, held_by(3)), "lost", "moved to 11", "finish");
    BOOST_TEST(!s.claim.is_holding());
    CHECK_NO_WORDS(s.after(&machine::release));
}

BOOST_AUTO_TEST_CASE(record_is_not_put_back_for_whom_nobody_waits_for)
{
    script s;
    s.attach(2);
    s.after(&machine::check_record);
    s.claim.granted(1, 71);
    const auto actions = s.claim.take_actions();
    BOOST_TEST_REQUIRE(to_words(actions).back() == "restore");
    BOOST_TEST(!s.claim.is_moot(actions.back()));
    // So the shell does when it finds that the operation was cancelled.
    CHECK_WORDS(s.after(&machine::abandon), "release");
    for (const claim_action& action : actions)
        BOOST_TEST(s.claim.is_moot(action) == (&action == &actions.back()));
}

BOOST_AUTO_TEST_CASE(only_the_holder_sees_to_the_record)
{
    script s;
    CHECK_NO_WORDS(s.after(&machine::check_record));
    s.attach(2);
    CHECK_NO_WORDS(s.after(&machine::check_record));
    s.after(&machine::granted, 1, 71);
    s.after(&machine::release);
    CHECK_NO_WORDS(s.after(&machine::check_record));
}

BOOST_AUTO_TEST_SUITE_END()
