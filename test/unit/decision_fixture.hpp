// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#ifndef SOCKETLOCK_TEST_UNIT_DECISION_FIXTURE_HPP
#define SOCKETLOCK_TEST_UNIT_DECISION_FIXTURE_HPP

#include <socketlock/detail/record/decide.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "printing.hpp"

namespace decision_fixture {

using namespace socketlock::detail;

using std::chrono::system_clock;
using asked = std::vector<id128>;

inline constexpr std::uint64_t now_in_microseconds = 1'764'000'000'250'000;

inline id128 filled_id(unsigned char byte)
{
    id128 result;
    result.value.fill(byte);
    return result;
}

inline claim_ref somebody(unsigned char number)
{
    return {filled_id(number), filled_id(static_cast<unsigned char>(number + 100)), 1000 + number};
}

inline const claim_ref me = somebody(1);
inline const claim_ref holder = somebody(2);
inline const claim_ref waiter = somebody(3);

inline record free_record()
{
    record r;
    r.name = "myapp";
    r.fencing_token = 7;
    r.next_ticket = 4;
    return r;
}

inline record held_by(const claim_ref& who)
{
    record r = free_record();
    r.holder = who;
    r.port = 40123;
    r.timestamp = 1700000000;
    return r;
}

inline record held_with_tail(const claim_ref& who, const claim_ref& tail)
{
    record r = held_by(who);
    r.tail = tail;
    return r;
}

/// Free, and reserved for this claim `age` microseconds ago.
inline record reserved_for(const claim_ref& who, std::uint64_t age = 1000)
{
    record r = free_record();
    r.next = reservation{who, 3, now_in_microseconds - age};
    r.port = 40124;
    r.timestamp = 1763999999;
    return r;
}

inline record with_parked(record r, const claim_ref& who, std::uint64_t ticket)
{
    r.parked = parked_waiter{who, ticket};
    return r;
}

inline record with_tail(record r, const claim_ref& who)
{
    r.tail = who;
    return r;
}

inline record of_version_1(std::int64_t pid)
{
    record r;
    r.name = "myapp";
    r.port = 40123;
    r.timestamp = 1700000000;
    r.v1_pid = pid;
    return r;
}

inline bool same(const std::optional<reservation>& a, const std::optional<reservation>& b)
{
    return a.has_value() == b.has_value() &&
           (!a || (a->who == b->who && a->who.pid == b->who.pid && a->ticket == b->ticket &&
                   a->since == b->since));
}

inline bool same(const std::optional<parked_waiter>& a, const std::optional<parked_waiter>& b)
{
    return a.has_value() == b.has_value() && (!a || (a->who == b->who && a->ticket == b->ticket));
}

inline bool same(const record& a, const record& b)
{
    return a.name == b.name && a.port == b.port && a.timestamp == b.timestamp &&
           a.fencing_token == b.fencing_token && a.next_ticket == b.next_ticket &&
           a.holder == b.holder && same(a.next, b.next) && same(a.parked, b.parked) &&
           a.tail == b.tail && a.v1_pid == b.v1_pid && a.others == b.others &&
           a.our_others == b.our_others;
}

inline request a_request(intent what)
{
    request q;
    q.what = what;
    q.self = {me, 50000};
    q.now = system_clock::time_point(std::chrono::microseconds(now_in_microseconds));
    return q;
}

/// Of a claim in the queue.
inline request a_request(intent what, std::uint64_t ticket)
{
    request q = a_request(what);
    q.ticket = ticket;
    return q;
}

/// Of one that `who` is attached to.
inline request a_request(intent what, const claim_ref& who, std::uint64_t ticket)
{
    request q = a_request(what);
    q.successor = queued_claim{
        {who, 50001},
        ticket
    };
    return q;
}

/// A decision, and the processes whose liveness was tested for it.
struct decided
{
    record before;
    record after;
    decision v;
    asked proofs;

    bool changed() const { return !same(before, after); }
};

/// Decides where the liveness of every process is `proof`, or `tail_proof` for the waiter's.
inline decided decide_on(
    record r,
    const request& q,
    liveness proof = liveness::alive,
    liveness tail_proof = liveness::alive
)
{
    decided d;
    d.before = r;
    d.v = decide(r, q, [&](const claim_ref& p) {
        d.proofs.push_back(p.claim);
        return p == waiter ? tail_proof : proof;
    });
    d.after = std::move(r);
    // What has changed must be written, and nothing else needs to be.
    BOOST_TEST(d.v.write == d.changed());
    return d;
}

inline decided decide_on(
    record r,
    intent what,
    liveness proof = liveness::alive,
    liveness tail_proof = liveness::alive
)
{
    return decide_on(std::move(r), a_request(what), proof, tail_proof);
}

}  // namespace decision_fixture

#endif
