// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#include <boost/test/unit_test.hpp>

#include <functional>

#include "decision_fixture.hpp"

using namespace decision_fixture;

BOOST_AUTO_TEST_SUITE(decision)

BOOST_AUTO_TEST_CASE(outcome_for_every_intent_record_and_proof)
{
    constexpr auto alive = liveness::alive;
    constexpr auto dead = liveness::dead;
    constexpr auto unknown = liveness::unknown;
    enum class writes
    {
        nothing,
        me,
        tail,
        nobody
    };
    const struct
    {
        const char* what;
        record r;
        liveness proof;
        intent to;
        outcome expected;
        writes written;
    } table[] = {
        {"free",      free_record(),   alive,   intent::take,    outcome::acquired,  writes::me     },
        {"free",      free_record(),   alive,   intent::enqueue, outcome::acquired,  writes::me     },
        {"free",      free_record(),   alive,   intent::recover, outcome::acquired,  writes::me     },
        {"free",      free_record(),   alive,   intent::peek,    outcome::available, writes::nothing},
        {"free",      free_record(),   alive,   intent::release, outcome::not_owner, writes::nothing},

        {"alive",     held_by(holder), alive,   intent::take,    outcome::held,      writes::nothing},
        {"alive",     held_by(holder), alive,   intent::enqueue, outcome::enqueued,  writes::tail   },
        {"alive",     held_by(holder), alive,   intent::recover, outcome::held,      writes::nothing},
        {"alive",     held_by(holder), alive,   intent::peek,    outcome::held,      writes::nothing},
        {"alive",     held_by(holder), alive,   intent::release, outcome::not_owner, writes::nothing},

        {"dead",      held_by(holder), dead,    intent::take,    outcome::acquired,  writes::me     },
        {"dead",      held_by(holder), dead,    intent::enqueue, outcome::acquired,  writes::me     },
        {"dead",      held_by(holder), dead,    intent::recover, outcome::acquired,  writes::me     },
        {"dead",      held_by(holder), dead,    intent::peek,    outcome::available, writes::nothing},
        {"dead",      held_by(holder), dead,    intent::release, outcome::not_owner, writes::nothing},

        {"unknown",   held_by(holder), unknown, intent::take,    outcome::held,      writes::nothing},
        {"unknown",   held_by(holder), unknown, intent::enqueue, outcome::held,      writes::nothing},
        {"unknown",   held_by(holder), unknown, intent::recover, outcome::held,      writes::nothing},
        {"unknown",   held_by(holder), unknown, intent::peek,    outcome::held,      writes::nothing},
        {"unknown",   held_by(holder), unknown, intent::release, outcome::not_owner, writes::nothing},

        {"mine",      held_by(me),     dead,    intent::take,    outcome::acquired,  writes::nothing},
        {"mine",      held_by(me),     dead,    intent::enqueue, outcome::acquired,  writes::nothing},
        {"mine",      held_by(me),     dead,    intent::recover, outcome::acquired,  writes::nothing},
        {"mine",      held_by(me),     dead,    intent::peek,    outcome::available, writes::nothing},
        {"mine",      held_by(me),     dead,    intent::release, outcome::released,  writes::nobody },

        {"version 1", of_version_1(9), dead,    intent::take,    outcome::held,      writes::nothing},
        {"version 1", of_version_1(9), dead,    intent::enqueue, outcome::held,      writes::nothing},
        {"version 1", of_version_1(9), dead,    intent::recover, outcome::held,      writes::nothing},
        {"version 1", of_version_1(9), dead,    intent::peek,    outcome::held,      writes::nothing},
        {"version 1", of_version_1(9), dead,    intent::release, outcome::not_owner, writes::nothing},

        {"free v1",   of_version_1(0), alive,   intent::take,    outcome::acquired,  writes::me     },
        {"free v1",   of_version_1(0), alive,   intent::enqueue, outcome::acquired,  writes::me     },
        {"free v1",   of_version_1(0), alive,   intent::recover, outcome::acquired,  writes::me     },
        {"free v1",   of_version_1(0), alive,   intent::peek,    outcome::available, writes::nothing},
    };
    for (const auto& row : table)
    {
        BOOST_TEST_CONTEXT(row.what << ", intent " << row.to)
        {
            const decided d = decide_on(row.r, row.to, row.proof);
            BOOST_TEST(d.v.what == row.expected);
            record expected = row.r;
            if (row.written == writes::me)
            {
                expected.holder = me;
                expected.port = 50000;
                expected.timestamp = 1764000000.25;
                expected.fencing_token = now_in_microseconds;
                expected.v1_pid.reset();
            }
            else if (row.written == writes::tail)
            {
                expected.tail = me;
                ++expected.next_ticket;
            }
            else if (row.written == writes::nobody)
            {
                expected.holder.reset();
                expected.port = 0;
                expected.timestamp = 0;
            }
            BOOST_TEST(same(d.after, expected));
            const bool acquired = row.expected == outcome::acquired;
            BOOST_TEST(d.v.fencing_token == (acquired ? expected.fencing_token : 0u));
        }
    }
}

BOOST_AUTO_TEST_CASE(only_the_same_claim_of_the_same_presence_is_me)
{
    claim_ref other_claim = me;
    other_claim.claim = filled_id(77);
    BOOST_TEST(decide_on(held_by(other_claim), intent::take).v.what == outcome::held);
    BOOST_TEST(decide_on(held_by(other_claim), intent::release).v.what == outcome::not_owner);
    claim_ref other_presence = me;
    other_presence.presence = filled_id(77);
    BOOST_TEST(decide_on(held_by(other_presence), intent::take).v.what == outcome::held);
    BOOST_TEST(decide_on(held_by(other_presence), intent::release).v.what == outcome::not_owner);
}

BOOST_AUTO_TEST_CASE(proof_is_asked_only_where_the_decision_hangs_on_it)
{
    const asked nobody;
    const asked of_holder{holder.claim};
    const asked of_both{holder.claim, waiter.claim};
    for (const intent what :
         {intent::take, intent::enqueue, intent::recover, intent::peek, intent::release})
    {
        BOOST_TEST_CONTEXT("intent " << what)
        {
            BOOST_TEST((decide_on(free_record(), what).proofs == nobody));
            BOOST_TEST((decide_on(held_with_tail(me, waiter), what).proofs == nobody));
            BOOST_TEST((decide_on(of_version_1(9), what).proofs == nobody));
            const asked alive = decide_on(held_with_tail(holder, waiter), what).proofs;
            const bool attaches = what == intent::enqueue;
            const bool releases = what == intent::release;
            BOOST_TEST((alive == (attaches ? of_both : releases ? nobody : of_holder)));
            const asked dead = decide_on(held_with_tail(holder, waiter), what, liveness::dead)
                                   .proofs;
            BOOST_TEST((dead == (attaches ? of_both : releases ? nobody : of_holder)));
            const asked unknown = decide_on(held_with_tail(holder, waiter), what, liveness::unknown)
                                      .proofs;
            BOOST_TEST((unknown == (releases ? nobody : of_holder)));
        }
    }
    BOOST_TEST((decide_on(held_by(holder), intent::enqueue).proofs == of_holder));
}

BOOST_AUTO_TEST_CASE(waiter_attaches_to_the_tail_if_that_lives_else_to_the_holder)
{
    constexpr auto alive = liveness::alive;
    const auto attach_to = [](const record& r, liveness tail_proof) {
        return decide_on(r, intent::enqueue, alive, tail_proof).v.attach_to;
    };
    BOOST_TEST((attach_to(held_by(holder), alive) == holder));
    const record r = held_with_tail(holder, waiter);
    BOOST_TEST((attach_to(r, alive) == waiter));
    BOOST_TEST((attach_to(r, liveness::dead) == holder));
    BOOST_TEST((attach_to(r, liveness::unknown) == holder));
    // A claim that recovers already has its place, and attaches to the holder.
    BOOST_TEST((decide_on(r, intent::recover).v.attach_to == holder));
    BOOST_TEST((decide_on(r, intent::recover).after.tail == waiter));
}

// Claims that queued and have not attached yet, or look again because the holder died, come first.
BOOST_AUTO_TEST_CASE(free_lock_goes_to_the_queue_and_not_to_who_comes_late)
{
    record free = free_record();
    free.tail = waiter;
    record of_dead = held_with_tail(holder, waiter);
    for (record& r : {std::ref(free), std::ref(of_dead)})
    {
        const auto lives = [&](const claim_ref& p) {
            return p == waiter ? liveness::alive : liveness::dead;
        };
        const auto decided_by = [&](intent what, auto prove) {
            request q;
            q.what = what;
            q.self.who = me;
            record copy = r;
            return decide(copy, q, prove);
        };
        const auto v = decided_by(intent::enqueue, lives);
        BOOST_TEST(v.what == outcome::enqueued);
        BOOST_TEST(v.is_free);
        BOOST_TEST((v.attach_to == waiter));
        BOOST_TEST(v.ticket == r.next_ticket);
        // A claim that does not queue takes what is free, and so does one that was in the queue
        // already.
        BOOST_TEST(decided_by(intent::take, lives).what == outcome::acquired);
        BOOST_TEST(decided_by(intent::recover, lives).what == outcome::acquired);
        const auto nobody_lives = [](const claim_ref&) { return liveness::dead; };
        BOOST_TEST(decided_by(intent::enqueue, nobody_lives).what == outcome::acquired);
    }
}

BOOST_AUTO_TEST_CASE(waiter_is_told_how_many_are_before_him)
{
    const auto alive = [](const claim_ref&) { return liveness::alive; };
    const auto decided = [&](record& r, intent what, std::optional<std::uint64_t> ticket) {
        request q;
        q.what = what;
        q.self.who = me;
        q.ticket = ticket;
        return decide(r, q, alive);
    };
    record r = held_by(holder);
    r.next_ticket = 7;
    BOOST_TEST(decided(r, intent::enqueue, std::nullopt).ahead.value() == 0u);
    r.tail = waiter;
    BOOST_TEST(decided(r, intent::enqueue, std::nullopt).ahead.value() == 1u);
    BOOST_TEST(decided(r, intent::enqueue, std::nullopt).ahead.value() == 2u);
    BOOST_TEST(r.next_ticket == 10u);

    // The first has its turn.
    request q;
    q.what = intent::release;
    q.self.who = holder;
    q.next_owner.emplace().who = waiter;
    q.next_owner_ticket = 7;
    decide(r, q, alive);
    BOOST_TEST(decided(r, intent::peek, 9).ahead.value() == 1u);
    BOOST_TEST(decided(r, intent::recover, 8).ahead.value() == 0u);
    // The second takes its turn.
    r.holder.reset();
    BOOST_TEST(decided(r, intent::recover, 8).what == outcome::acquired);
    r.holder = holder;
    BOOST_TEST(decided(r, intent::peek, 9).ahead.value() == 0u);

    // A claim without a ticket, or with one of a file that was removed, is not in this queue.
    BOOST_TEST(!decided(r, intent::peek, std::nullopt).ahead.has_value());
    BOOST_TEST(!decided(r, intent::take, std::nullopt).ahead.has_value());
    BOOST_TEST(!decided(r, intent::peek, 10).ahead.has_value());
}

// Otherwise the next claim would ask that tail first.
BOOST_AUTO_TEST_CASE(who_unlocks_forgets_a_tail_that_has_left)
{
    for (const bool has_left : {true, false})
    {
        record r = held_with_tail(me, waiter);
        request q;
        q.what = intent::release;
        q.self.who = me;
        q.last_detached = has_left ? waiter : holder;
        decide(r, q, [](const claim_ref&) { return liveness::alive; });
        BOOST_TEST(r.tail.has_value() == !has_left);
    }
}

BOOST_AUTO_TEST_CASE(nobody_attaches_to_a_holder_of_version_1)
{
    for (const intent what : {intent::take, intent::enqueue, intent::recover})
        BOOST_TEST(!decide_on(of_version_1(9), what).v.attach_to.has_value());
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

BOOST_AUTO_TEST_CASE(verdict_tells_what_is_known_of_the_holder)
{
    for (const auto proof : {liveness::alive, liveness::unknown})
    {
        BOOST_TEST(decide_on(held_by(holder), intent::take, proof).v.holder == proof);
        BOOST_TEST(decide_on(held_by(holder), intent::enqueue, proof).v.holder == proof);
    }
}

BOOST_AUTO_TEST_CASE(verdict_tells_whose_death_freed_the_lock)
{
    constexpr auto dead = liveness::dead;
    BOOST_TEST((decide_on(held_by(holder), intent::take, dead).v.dead_holder == holder));
    BOOST_TEST(!decide_on(free_record(), intent::take, dead).v.dead_holder.has_value());
    BOOST_TEST(!decide_on(held_by(me), intent::recover, dead).v.dead_holder.has_value());
}

BOOST_AUTO_TEST_SUITE_END()
