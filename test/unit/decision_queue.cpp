// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <optional>

#include "decision_fixture.hpp"

using namespace decision_fixture;

namespace {

constexpr auto alive = liveness::alive;
constexpr auto dead = liveness::dead;
constexpr auto unknown = liveness::unknown;

const claim_ref other = somebody(4);

bool is_reserved_for(const decided& d, const claim_ref& who)
{
    return d.after.next && d.after.next->who == who && d.v.reserved_for == who;
}

}  // namespace

// Who is next: reservations, the parked waiter, the tail and tickets.
BOOST_AUTO_TEST_SUITE(decision_queue)

BOOST_AUTO_TEST_CASE(unlock_reserves_the_lock_for_the_successor_and_makes_nobody_the_holder)
{
    const decided d = decide_on(held_by(me), a_request(intent::release, waiter, 9));
    BOOST_TEST(d.v.what == outcome::released);
    BOOST_TEST(!d.after.holder.has_value());
    BOOST_TEST_REQUIRE(is_reserved_for(d, waiter));
    BOOST_TEST(d.after.next->ticket == 9u);
    BOOST_TEST(d.after.next->since == now_in_microseconds);
    BOOST_TEST(d.after.fencing_token == 7u);
    // For version 1 there is no gap.
    BOOST_TEST(d.after.port == 50001);
    BOOST_TEST(d.after.timestamp == 1764000000.25);
}

BOOST_AUTO_TEST_CASE(unlock_without_anybody_who_waits_leaves_the_lock_free)
{
    const decided d = decide_on(held_by(me), intent::release);
    BOOST_TEST(!d.after.holder.has_value());
    BOOST_TEST(!d.after.next.has_value());
    BOOST_TEST(!d.v.reserved_for.has_value());
    BOOST_TEST(d.after.port == 0);
    BOOST_TEST(d.after.timestamp == 0);
}

BOOST_AUTO_TEST_CASE(reserved_claim_and_nobody_else_takes_the_lock)
{
    for (const intent what : {intent::take, intent::look, intent::park})
    {
        BOOST_TEST(decide_on(reserved_for(me), what).v.what == outcome::acquired);
        BOOST_TEST(decide_on(reserved_for(waiter), what).v.what == outcome::held);
        BOOST_TEST(decide_on(reserved_for(waiter), what, alive, unknown).v.what == outcome::held);
        BOOST_TEST(decide_on(reserved_for(waiter), what, alive, dead).v.what == outcome::acquired);
    }
    BOOST_TEST(!decide_on(reserved_for(me), intent::look).after.next.has_value());
}

BOOST_AUTO_TEST_CASE(reservation_counts_for_half_a_second_and_not_before_it_was_made)
{
    const auto outcome_at = [](std::uint64_t since) {
        record r = reserved_for(waiter);
        r.next->since = since;
        return decide_on(r, intent::take).v.what;
    };
    BOOST_TEST(outcome_at(now_in_microseconds) == outcome::held);
    BOOST_TEST(outcome_at(now_in_microseconds - 500'000) == outcome::held);
    BOOST_TEST(outcome_at(now_in_microseconds - 500'001) == outcome::acquired);
    BOOST_TEST(outcome_at(now_in_microseconds + 1) == outcome::acquired);
    BOOST_TEST(outcome_at(0) == outcome::acquired);
    BOOST_TEST(outcome_at(UINT64_MAX) == outcome::acquired);
}

BOOST_AUTO_TEST_CASE(who_is_passed_over_is_not_parked_any_more)
{
    for (const claim_ref& parked : {waiter, other})
    {
        const record r = with_parked(reserved_for(waiter, 500'001), parked, 3);
        const decided d = decide_on(r, intent::take);
        BOOST_TEST(d.v.what == outcome::acquired);
        BOOST_TEST(d.after.parked.has_value() == !(parked == waiter));
    }
}

BOOST_AUTO_TEST_CASE(lowest_ticket_of_successor_and_parked_waiter_is_the_next)
{
    const auto release = [](std::uint64_t parked, std::uint64_t successor, liveness proof = alive) {
        return decide_on(
            with_parked(held_by(me), waiter, parked),
            a_request(intent::release, other, successor),
            alive,
            proof
        );
    };
    const decided parked_is_first = release(5, 6);
    BOOST_TEST(is_reserved_for(parked_is_first, waiter));
    BOOST_TEST(parked_is_first.after.next->ticket == 5u);
    // It keeps its place until it has taken the lock; nobody knows its port.
    BOOST_TEST(parked_is_first.after.parked.has_value());
    BOOST_TEST(parked_is_first.after.port == 0);
    BOOST_TEST(parked_is_first.after.timestamp == 1764000000.25);

    BOOST_TEST(is_reserved_for(release(6, 5), other));
    BOOST_TEST(is_reserved_for(release(6, 6), other));
    BOOST_TEST(is_reserved_for(release(5, 6, unknown), waiter));
    const decided is_dead = release(5, 6, dead);
    BOOST_TEST(is_reserved_for(is_dead, other));
    BOOST_TEST(!is_dead.after.parked.has_value());
    BOOST_TEST(
        is_reserved_for(decide_on(with_parked(held_by(me), waiter, 5), intent::release), waiter)
    );
}

BOOST_AUTO_TEST_CASE(who_leaves_passes_on_what_is_reserved_for_it)
{
    const decided d = decide_on(reserved_for(me), a_request(intent::leave, waiter, 9));
    BOOST_TEST(d.v.what == outcome::left);
    BOOST_TEST(is_reserved_for(d, waiter));
    BOOST_TEST(d.after.port == 50001);
    const decided to_nobody = decide_on(reserved_for(me), intent::leave);
    BOOST_TEST(!to_nobody.after.next.has_value());
    BOOST_TEST(to_nobody.after.port == 0);
    const decided to_parked = decide_on(
        with_parked(reserved_for(me), waiter, 9),
        a_request(intent::leave, other, 10)
    );
    BOOST_TEST(is_reserved_for(to_parked, waiter));
    // What is reserved for somebody else is not touched.
    BOOST_TEST(!decide_on(reserved_for(other), a_request(intent::leave, waiter, 1)).changed());
}

BOOST_AUTO_TEST_CASE(who_leaves_is_named_nowhere)
{
    const record everywhere = with_parked(with_tail(reserved_for(me), me), me, 3);
    const decided d = decide_on(everywhere, intent::leave);
    BOOST_TEST(!d.after.next.has_value());
    BOOST_TEST(!d.after.parked.has_value());
    BOOST_TEST(!d.after.tail.has_value());
    const decided holding = decide_on(
        with_tail(held_by(me), me),
        a_request(intent::leave, waiter, 9)
    );
    BOOST_TEST(!holding.after.tail.has_value());
    BOOST_TEST(!holding.after.holder.has_value());
    BOOST_TEST(is_reserved_for(holding, waiter));
    const record others = with_parked(held_with_tail(holder, waiter), waiter, 3);
    BOOST_TEST(!decide_on(others, intent::leave).changed());
}

BOOST_AUTO_TEST_CASE(who_cannot_attach_parks_unless_somebody_with_a_lower_ticket_has)
{
    const auto park = [](const record& r, liveness proof = alive) {
        return decide_on(r, a_request(intent::park, 3), alive, proof);
    };
    const auto is_parked = [](const decided& d) {
        const bool is_me = d.after.parked && d.after.parked->who == me;
        BOOST_TEST(d.v.is_parked == is_me);
        return is_me;
    };
    BOOST_TEST(is_parked(park(held_by(holder))));
    BOOST_TEST(is_parked(park(reserved_for(holder))));
    BOOST_TEST(is_parked(park(with_parked(held_by(holder), waiter, 4))));
    BOOST_TEST(!is_parked(park(with_parked(held_by(holder), waiter, 2))));
    BOOST_TEST(!is_parked(park(with_parked(held_by(holder), waiter, 3))));
    BOOST_TEST(!is_parked(park(with_parked(held_by(holder), waiter, 2), unknown)));
    BOOST_TEST(is_parked(park(with_parked(held_by(holder), waiter, 2), dead)));
    const decided again = park(with_parked(held_by(holder), me, 3));
    BOOST_TEST(is_parked(again));
    BOOST_TEST(!again.changed());
    BOOST_TEST((park(held_by(holder)).v.attach_to == holder));
}

BOOST_AUTO_TEST_CASE(parked_waiter_that_takes_the_lock_or_is_attached_gives_up_its_place)
{
    BOOST_TEST(!decide_on(with_parked(free_record(), me, 3), intent::park).after.parked.has_value()
    );
    BOOST_TEST(
        !decide_on(with_parked(reserved_for(me), me, 3), intent::look).after.parked.has_value()
    );
    const decided peek = decide_on(with_parked(held_by(holder), me, 3), intent::peek);
    BOOST_TEST(peek.v.what == outcome::held);
    BOOST_TEST(!peek.after.parked.has_value());
    // Who only looks may not get to attach.
    BOOST_TEST(!decide_on(with_parked(held_by(holder), me, 3), intent::look).changed());
    BOOST_TEST(!decide_on(with_parked(held_by(holder), waiter, 3), intent::peek).changed());
}

BOOST_AUTO_TEST_CASE(waiter_attaches_to_the_tail_if_that_lives_else_to_the_holder)
{
    const auto attach_to = [](const record& r, liveness tail_proof) {
        return decide_on(r, intent::enqueue, alive, tail_proof).v.attach_to;
    };
    BOOST_TEST((attach_to(held_by(holder), alive) == holder));
    const record r = held_with_tail(holder, waiter);
    BOOST_TEST((attach_to(r, alive) == waiter));
    BOOST_TEST((attach_to(r, dead) == holder));
    BOOST_TEST((attach_to(r, unknown) == holder));
    BOOST_TEST((attach_to(reserved_for(other), alive) == other));
    BOOST_TEST((attach_to(with_tail(reserved_for(other), waiter), alive) == waiter));
    BOOST_TEST(decide_on(held_by(holder), intent::enqueue).v.is_behind_holder);
    BOOST_TEST(!decide_on(r, intent::enqueue).v.is_behind_holder);
    // Who looks has its place already, and attaches to the holder.
    BOOST_TEST((decide_on(r, intent::look).v.attach_to == holder));
    BOOST_TEST((decide_on(r, intent::look).after.tail == waiter));
}

// Those who queued and have not attached yet, or look again because the holder died, come first.
BOOST_AUTO_TEST_CASE(free_lock_goes_to_the_queue_and_not_to_who_comes_late)
{
    for (const record& r : {with_tail(free_record(), waiter), held_with_tail(holder, waiter)})
    {
        const decided late = decide_on(r, intent::enqueue, dead);
        BOOST_TEST(late.v.what == outcome::enqueued);
        BOOST_TEST((late.v.attach_to == waiter));
        BOOST_TEST(!late.v.blocker.has_value());
        BOOST_TEST(late.v.ticket == r.next_ticket);
        // One who does not queue takes what is free, and so does who was in the queue already.
        BOOST_TEST(decide_on(r, intent::take, dead).v.what == outcome::acquired);
        BOOST_TEST(decide_on(r, intent::look, dead).v.what == outcome::acquired);
        BOOST_TEST(decide_on(r, intent::enqueue, dead, dead).v.what == outcome::acquired);
    }
}

BOOST_AUTO_TEST_CASE(tail_is_cleared_when_it_takes_the_lock)
{
    BOOST_TEST(!decide_on(with_tail(free_record(), me), intent::take).after.tail.has_value());
    BOOST_TEST(!decide_on(held_with_tail(holder, me), intent::look, dead).after.tail.has_value());
    // Somebody else's place at the end of the queue is its own.
    BOOST_TEST((decide_on(held_with_tail(holder, waiter), intent::take, dead).after.tail == waiter)
    );
    BOOST_TEST((decide_on(held_with_tail(me, waiter), intent::release).after.tail == waiter));
    BOOST_TEST(!decide_on(held_with_tail(me, me), intent::release).after.tail.has_value());
}

BOOST_AUTO_TEST_CASE(tickets_count_up)
{
    record r = held_by(holder);
    for (const std::uint64_t ticket : {4u, 5u, 6u})
    {
        const decided d = decide_on(r, intent::enqueue);
        BOOST_TEST(d.v.ticket == ticket);
        BOOST_TEST(d.after.next_ticket == ticket + 1);
        r = d.after;
    }
}

// Or who queued before the file was lost would stand behind all who come after.
BOOST_AUTO_TEST_CASE(tickets_of_a_fresh_record_start_at_the_present_time)
{
    record fresh;
    fresh.name = "myapp";
    for (const intent what : {intent::take, intent::enqueue, intent::look})
        BOOST_TEST(decide_on(fresh, what).after.next_ticket == now_in_microseconds);
}

BOOST_AUTO_TEST_CASE(who_looks_sees_to_it_that_later_tickets_are_higher_than_its_own)
{
    for (const intent what : {intent::look, intent::park})
    {
        for (const record& r : {held_by(holder), free_record(), reserved_for(waiter)})
        {
            BOOST_TEST(decide_on(r, a_request(what, 3)).after.next_ticket == 4u);
            BOOST_TEST(decide_on(r, a_request(what, 4)).after.next_ticket == 5u);
            BOOST_TEST(decide_on(r, a_request(what, 99)).after.next_ticket == 100u);
        }
        BOOST_TEST(!decide_on(of_version_1(9), a_request(what, 99)).changed());
    }
}

BOOST_AUTO_TEST_SUITE_END()
