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
    CHECK_WORDS(s.after(&machine::transacted, result_of(outcome::released)), "unlocked", "finish");
    BOOST_TEST(s.claim.phase() == claim_phase::over);
}

BOOST_AUTO_TEST_CASE(successors_are_told_to_look_and_that_with_the_lowest_ticket_first)
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
        "attached to 11, not first",
        "contended"
    );
    CHECK_WORDS(
        s.after(&machine::successor_attached, a_successor(13, 7)),
        "attached to 13, not first",
        "contended"
    );
    BOOST_REQUIRE(s.claim.next_in_line() != nullptr);
    BOOST_TEST(s.claim.next_in_line()->link == 12u);
    CHECK_WORDS(s.after(&machine::release), "release");
    CHECK_WORDS(
        s.after(&machine::transacted, result_of(outcome::released)),
        "unlocked",
        "look to 12",
        "look to 13",
        "look to 11",
        "finish"
    );
    BOOST_TEST(s.claim.successors().empty());
}

BOOST_AUTO_TEST_CASE(waiting_claim_accepts_successors_and_keeps_them_when_it_holds)
{
    script s;
    s.attach(2);
    CHECK_WORDS(s.after(&machine::successor_attached, a_successor(11, 6)), "attached to 11");
    s.after(&machine::look, 1);
    CHECK_WORDS(s.after(&machine::transacted, acquired(71)), "locked 71", "contended");
    s.after(&machine::release);
    CHECK_WORDS(
        s.after(&machine::transacted, result_of(outcome::released)),
        "unlocked",
        "look to 11",
        "finish"
    );
}

BOOST_AUTO_TEST_CASE(claim_that_enters_connects_looks_or_polls_accepts_successors)
{
    script s;
    s.after(&machine::begin, true);
    CHECK_WORDS(s.after(&machine::successor_attached, a_successor(11, 6)), "attached to 11");
    s.after(&machine::transacted, enqueued_behind(2, 5));
    const auto attached = [&](link_id link, std::uint64_t ticket) {
        return s.after(&machine::successor_attached, a_successor(link, ticket));
    };
    CHECK_WORDS(attached(12, 7), "attached to 12, not first");
    s.after(&machine::link_ended, 1);
    CHECK_WORDS(attached(13, 8), "attached to 13, not first");
    s.after(&machine::timer_fired);
    CHECK_WORDS(attached(14, 9), "attached to 14, not first");
    BOOST_TEST(s.claim.successors().size() == 4u);
}

// Else they could wait on each other: it came when the lock was reserved for this claim.
BOOST_AUTO_TEST_CASE(claim_that_waits_keeps_no_successor_with_a_lower_ticket)
{
    script s;
    s.attach(2, 5);
    CHECK_WORDS(s.after(&machine::successor_attached, a_successor(11, 4)), "look to 11");
    CHECK_WORDS(s.after(&machine::successor_attached, a_successor(12, 5)), "look to 12");
    CHECK_WORDS(s.after(&machine::successor_attached, a_successor(13, 6)), "attached to 13");
    // While it looks it may be about to have its turn.
    s.after(&machine::look, 1);
    CHECK_WORDS(
        s.after(&machine::successor_attached, a_successor(14, 4)),
        "attached to 14",
        "attached to 13, not first"
    );
    CHECK_WORDS(
        s.after(&machine::transacted, held_by(3)),
        "look to 14",
        "attached to 13",
        "connect to 3 as 2"
    );
    CHECK_WORDS(s.after(&machine::successor_attached, a_successor(15, 4)), "look to 15");
    BOOST_TEST(s.claim.successors().size() == 1u);
    s.after(&machine::link_unreachable, 2);
    CHECK_WORDS(
        s.after(&machine::successor_attached, a_successor(16, 4)),
        "attached to 16",
        "attached to 13, not first"
    );
    s.after(&machine::transacted, acquired(71));
    BOOST_TEST(s.claim.next_in_line()->link == 16u);
}

BOOST_AUTO_TEST_CASE(claim_that_is_over_answers_look)
{
    script s;
    s.hold();
    s.after(&machine::release);
    s.after(&machine::transacted, result_of(outcome::released));
    CHECK_WORDS(s.after(&machine::successor_attached, a_successor(11, 6)), "look to 11");
    BOOST_TEST(s.claim.successors().empty());

    script not_begun;
    CHECK_WORDS(not_begun.after(&machine::successor_attached, a_successor(11, 6)), "look to 11");
}

BOOST_AUTO_TEST_CASE(successor_that_attaches_during_the_release_is_served_by_it)
{
    script s;
    s.hold();
    s.after(&machine::release);
    CHECK_WORDS(s.after(&machine::successor_attached, a_successor(11, 6)), "attached to 11");
    CHECK_WORDS(
        s.after(&machine::transacted, result_of(outcome::released)),
        "unlocked",
        "look to 11",
        "finish"
    );
}

BOOST_AUTO_TEST_CASE(successor_that_left_or_died_gets_nothing)
{
    script s;
    s.hold();
    for (const link_id link : {11u, 12u, 13u})
        s.after(&machine::successor_attached, a_successor(link, link));
    // Who is the first now hears of it.
    CHECK_WORDS(s.after(&machine::successor_detached, 11), "attached to 12", "detached to 11");
    CHECK_WORDS(s.after(&machine::successor_ended, 12), "attached to 13");
    BOOST_TEST(s.claim.next_in_line()->link == 13u);
    // It has had its last word.
    CHECK_NO_WORDS(s.after(&machine::successor_detached, 11));
    CHECK_NO_WORDS(s.after(&machine::successor_detached, 99));
    CHECK_NO_WORDS(s.after(&machine::successor_ended, 99));
    s.after(&machine::release);
    CHECK_WORDS(
        s.after(&machine::transacted, result_of(outcome::released)),
        "unlocked",
        "look to 13",
        "finish"
    );
}

BOOST_AUTO_TEST_CASE(successor_that_comes_again_is_told_on_both_attachments)
{
    script s;
    s.hold();
    claim_machine::successor again = a_successor(11, 6);
    s.after(&machine::successor_attached, again);
    again.link = 12;
    CHECK_WORDS(
        s.after(&machine::successor_attached, again),
        "attached to 12",
        "attached to 11, not first",
        "contended"
    );
    s.after(&machine::release);
    CHECK_WORDS(
        s.after(&machine::transacted, result_of(outcome::released)),
        "unlocked",
        "look to 11",
        "look to 12",
        "finish"
    );
}

BOOST_AUTO_TEST_CASE(detach_that_comes_after_the_last_word_is_not_answered)
{
    script s;
    s.hold();
    s.after(&machine::successor_attached, a_successor(11, 6));
    s.after(&machine::release);
    s.after(&machine::transacted, result_of(outcome::released));
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
        s.after(&machine::transacted, result_of(outcome::released)),
        "unlocked",
        "look to 11",
        "finish"
    );
}

// Perhaps the record is written even so: the lock is not held any more.
BOOST_AUTO_TEST_CASE(unlock_that_fails_in_writing_is_told_and_goes_on)
{
    script s;
    s.hold();
    s.after(&machine::successor_attached, a_successor(11, 6));
    s.after(&machine::release);
    const std::string unlocked = "unlocked: " + make_error_code(errc::io_error).message();
    CHECK_WORDS(
        s.after(&machine::transacted, failed_in_writing(errc::io_error)),
        unlocked,
        "timer 50"
    );
    BOOST_TEST(!s.claim.is_holding());
    CHECK_WORDS(
        s.after(&machine::successor_attached, a_successor(12, 7)),
        "attached to 12, not first"
    );
    CHECK_WORDS(s.after(&machine::successor_detached, 12), "detached to 12");
    CHECK_WORDS(s.after(&machine::timer_fired), "release");
    s.claim.transacted(result_of(outcome::not_owner));
    const words last = s.done();
    BOOST_TEST(last[1] == "look to 11");
    BOOST_TEST(last.back() == "finish");
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
         {result_of(outcome::not_owner),
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
            "look to 11",
            "finish"
        );
    }
}

BOOST_AUTO_TEST_CASE(unlock_without_a_caller_is_tried_until_it_succeeds)
{
    script s;
    s.hold();
    CHECK_WORDS(s.after(&machine::abandon), "release");
    const std::string timeout = "unlocked: " + make_error_code(errc::guard_timeout).message();
    CHECK_WORDS(s.after(&machine::transacted, failed(errc::guard_timeout)), timeout, "timer 50");
    // Whoever comes now is served in the end.
    CHECK_WORDS(s.after(&machine::successor_attached, a_successor(11, 6)), "attached to 11");
    CHECK_WORDS(s.after(&machine::timer_fired), "release");
    const std::string io_error = "unlocked: " + make_error_code(errc::io_error).message();
    CHECK_WORDS(s.after(&machine::transacted, failed(errc::io_error)), io_error, "timer 100");
    CHECK_WORDS(s.after(&machine::timer_fired), "release");
    s.claim.transacted(result_of(outcome::released));
    CHECK_WORDS(s.done(), "unlocked", "look to 11", "finish");
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
    CHECK_WORDS(s.after(&machine::transacted, held_by(3)), "lost", "look to 11", "finish");
    BOOST_TEST(!s.claim.is_holding());
    CHECK_NO_WORDS(s.after(&machine::release));
}

BOOST_AUTO_TEST_CASE(only_the_holder_sees_to_the_record)
{
    script s;
    CHECK_NO_WORDS(s.after(&machine::check_record));
    s.attach(2);
    CHECK_NO_WORDS(s.after(&machine::check_record));
    s.after(&machine::look, 1);
    s.after(&machine::transacted, acquired(71));
    s.after(&machine::release);
    CHECK_NO_WORDS(s.after(&machine::check_record));
}

BOOST_AUTO_TEST_SUITE_END()
