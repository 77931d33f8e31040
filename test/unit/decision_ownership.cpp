// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstdint>

#include "decision_fixture.hpp"

using namespace decision_fixture;

// What is written of owners: the old one, the new one and those who wait.
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
    BOOST_TEST(decide_on(held_by(me), intent::look).v.fencing_token == 7u);
    BOOST_TEST(decide_on(held_by(holder), intent::enqueue).after.fencing_token == 7u);
}

BOOST_AUTO_TEST_CASE(token_that_cannot_grow_is_refused_and_nothing_wraps)
{
    for (const intent what : {intent::take, intent::enqueue, intent::look, intent::park})
    {
        record r = free_record();
        r.fencing_token = UINT64_MAX - 1;
        const decided last = decide_on(r, what);
        BOOST_TEST(last.v.what == outcome::acquired);
        BOOST_TEST(last.v.fencing_token == UINT64_MAX);
        r.fencing_token = UINT64_MAX;
        BOOST_TEST(decide_on(r, what).v.what == outcome::exhausted);
        r.fencing_token = 7;
        r.next_ticket = UINT64_MAX;
        BOOST_TEST(decide_on(r, what).v.what == outcome::exhausted);
    }
    // Who has it can still give it up.
    record mine = held_by(me);
    mine.fencing_token = UINT64_MAX;
    BOOST_TEST(decide_on(mine, intent::release).v.what == outcome::released);
    BOOST_TEST(
        decide_on(held_by(holder), a_request(intent::look, UINT64_MAX)).after.next_ticket == 4u
    );
}

BOOST_AUTO_TEST_CASE(only_the_owner_gives_the_lock_up)
{
    for (const record& r :
         {free_record(), held_by(holder), reserved_for(me), of_version_1(9), of_version_1(0)})
    {
        const decided d = decide_on(r, a_request(intent::release, waiter, 9), liveness::dead);
        BOOST_TEST(d.v.what == outcome::not_owner);
        BOOST_TEST(!d.changed());
    }
}

BOOST_AUTO_TEST_CASE(no_transaction_makes_another_claim_the_holder)
{
    for (const record& r :
         {free_record(),
          held_by(me),
          held_with_tail(holder, waiter),
          with_parked(held_by(me), waiter, 3),
          with_parked(reserved_for(me), waiter, 3),
          reserved_for(waiter),
          reserved_for(waiter, 500'001),
          of_version_1(0)})
    {
        for (const intent what :
             {intent::take,
              intent::enqueue,
              intent::look,
              intent::park,
              intent::peek,
              intent::release,
              intent::leave,
              intent::restore})
        {
            for (const auto proof : {liveness::alive, liveness::dead, liveness::unknown})
            {
                request q = a_request(what, waiter, 9);
                q.ticket = 8;
                const record after = decide_on(r, q, proof, proof).after;
                BOOST_TEST((!after.holder || after.holder == me || after.holder == r.holder));
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(release_keeps_the_counters)
{
    const decided d = decide_on(held_with_tail(me, waiter), intent::release);
    BOOST_TEST(d.after.next_ticket == 4u);
    BOOST_TEST(d.after.fencing_token == 7u);
    BOOST_TEST(d.v.fencing_token == 0u);
}

BOOST_AUTO_TEST_CASE(holder_whose_record_was_removed_puts_it_back_with_its_token)
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
    BOOST_TEST(d.after.next_ticket == now_in_microseconds);

    const decided again = decide_on(d.after, q);
    BOOST_TEST(again.v.what == outcome::acquired);
    BOOST_TEST(!again.changed());
    BOOST_TEST(again.proofs.empty());
}

BOOST_AUTO_TEST_CASE(lock_that_is_put_back_is_reserved_for_nobody)
{
    request q = a_request(intent::restore);
    q.fencing_token = 70;
    const decided d = decide_on(with_parked(reserved_for(waiter), waiter, 3), q);
    BOOST_TEST((d.after.holder == me));
    BOOST_TEST(!d.after.next.has_value());
    BOOST_TEST(!d.after.parked.has_value());
}

BOOST_AUTO_TEST_CASE(holder_is_not_put_back_where_somebody_was_faster)
{
    request q = a_request(intent::restore);
    q.fencing_token = 70;
    record released_since = free_record();
    released_since.fencing_token = 71;
    for (const record& r : {held_by(holder), of_version_1(9), released_since})
    {
        // Not even if that one is dead: for a while it had the lock.
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
