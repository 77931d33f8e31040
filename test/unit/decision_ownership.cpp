// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstdint>

#include "decision_fixture.hpp"

using namespace decision_fixture;

// What is written of owners: the old one, the new one and the waiters.
BOOST_AUTO_TEST_SUITE(decision_ownership)

BOOST_AUTO_TEST_CASE(fencing_token_grows_with_every_owner_whatever_the_clock_says)
{
    request take = a_request(intent::take);
    request release = a_request(intent::release);
    record r = free_record();
    std::uint64_t last = r.fencing_token;
    for (const std::uint64_t clock :
         {now_in_microseconds,
          now_in_microseconds,
          now_in_microseconds - 3'600'000'000,
          std::uint64_t(0)})
    {
        take.now = system_clock::time_point(std::chrono::microseconds(clock));
        r = decide_on(r, take).after;
        BOOST_TEST(r.fencing_token > last);
        last = r.fencing_token;
        r = decide_on(r, release).after;
        BOOST_TEST(r.fencing_token == last);
    }
    BOOST_TEST(last == now_in_microseconds + 3);
    take.now = system_clock::time_point(-std::chrono::hours(1));
    BOOST_TEST(decide_on(r, take).v.fencing_token == last + 1);
}

// The time keeps the number growing when the file that had the last one is gone.
BOOST_AUTO_TEST_CASE(fencing_token_grows_even_if_the_file_was_removed)
{
    request take = a_request(intent::take);
    const std::uint64_t first = decide_on(held_by(holder), take, liveness::dead).v.fencing_token;
    take.now += std::chrono::microseconds(1);
    record fresh;
    fresh.name = "myapp";
    BOOST_TEST(decide_on(fresh, take).v.fencing_token > first);
}

BOOST_AUTO_TEST_CASE(fencing_token_stays_where_the_owner_stays)
{
    BOOST_TEST(decide_on(held_by(me), intent::recover).v.fencing_token == 7u);
    BOOST_TEST(decide_on(held_by(holder), intent::enqueue).after.fencing_token == 7u);
}

BOOST_AUTO_TEST_CASE(tail_is_cleared_when_he_becomes_the_holder)
{
    BOOST_TEST(!decide_on(held_with_tail(holder, me), intent::recover, liveness::dead)
                    .after.tail.has_value());
    record r = free_record();
    r.tail = me;
    BOOST_TEST(!decide_on(r, intent::take).after.tail.has_value());
    // Another claim's place at the end of the queue stays its own.
    BOOST_TEST((
        decide_on(held_with_tail(holder, waiter), intent::take, liveness::dead).after.tail == waiter
    ));
}

BOOST_AUTO_TEST_CASE(heir_is_written_as_the_holder)
{
    request q = a_request(intent::release);
    q.next_owner = claim_contact{waiter, 50001};
    const decided d = decide_on(held_with_tail(me, waiter), q);
    BOOST_TEST(d.v.what == outcome::released);
    BOOST_TEST((d.after.holder == waiter));
    BOOST_TEST(d.after.holder->pid == waiter.pid);
    BOOST_TEST(d.after.port == 50001);
    BOOST_TEST(d.after.timestamp == 1764000000.25);
    BOOST_TEST(d.after.fencing_token == now_in_microseconds);
    BOOST_TEST(d.v.fencing_token == now_in_microseconds);
    BOOST_TEST(!d.after.tail.has_value());

    const decided with_others = decide_on(held_with_tail(me, somebody(9)), q);
    BOOST_TEST((with_others.after.tail == somebody(9)));
}

BOOST_AUTO_TEST_CASE(heir_gets_nothing_from_who_does_not_own)
{
    request q = a_request(intent::release);
    q.next_owner = claim_contact{waiter, 50001};
    for (const record& r : {free_record(), held_by(holder), of_version_1(9), of_version_1(0)})
    {
        const decided d = decide_on(r, q, liveness::dead);
        BOOST_TEST(d.v.what == outcome::not_owner);
        BOOST_TEST(!d.changed());
    }
}

BOOST_AUTO_TEST_CASE(release_keeps_the_queue_and_the_counters)
{
    const decided d = decide_on(held_with_tail(me, waiter), intent::release);
    BOOST_TEST((d.after.tail == waiter));
    BOOST_TEST(d.after.next_ticket == 4u);
    BOOST_TEST(d.after.fencing_token == 7u);
    BOOST_TEST(d.v.fencing_token == 0u);
    BOOST_TEST(!decide_on(held_with_tail(me, me), intent::release).after.tail.has_value());
}

BOOST_AUTO_TEST_CASE(holder_whose_record_was_removed_puts_it_back_with_his_token)
{
    request q = a_request(intent::restore);
    q.fencing_token = 70;
    record fresh;
    fresh.name = "myapp";
    const decided d = decide_on(fresh, q);
    BOOST_TEST(d.v.what == outcome::acquired);
    BOOST_TEST(d.v.fencing_token == 70u);
    BOOST_TEST((d.after.holder == me));
    BOOST_TEST(d.after.port == 50000);
    BOOST_TEST(d.after.fencing_token == 70u);
    // Tickets that were given before are lower than all that follow.
    BOOST_TEST(d.after.next_ticket >= 1'000'000u);

    const decided again = decide_on(d.after, q);
    BOOST_TEST(again.v.what == outcome::acquired);
    BOOST_TEST(!again.changed());
    BOOST_TEST(again.proofs.empty());
}

BOOST_AUTO_TEST_CASE(holder_is_not_put_back_where_somebody_was_faster)
{
    request q = a_request(intent::restore);
    q.fencing_token = 70;
    record released_since = free_record();
    released_since.fencing_token = 71;
    for (const record& r : {held_by(holder), of_version_1(9), released_since})
    {
        // Not even if that holder is dead: for a while it had the lock.
        const decided d = decide_on(r, q, liveness::dead);
        BOOST_TEST(d.v.what == outcome::held);
        BOOST_TEST(!d.changed());
    }
}

BOOST_AUTO_TEST_CASE(fields_of_others_stay)
{
    record r = held_by(holder);
    r.others["colour"] = "red";
    r.our_others["lease"] = 30;
    const record taken = decide_on(r, intent::take, liveness::dead).after;
    const record released = decide_on(taken, intent::release).after;
    BOOST_TEST(released.others == r.others);
    BOOST_TEST(released.our_others == r.our_others);
}

BOOST_AUTO_TEST_SUITE_END()
