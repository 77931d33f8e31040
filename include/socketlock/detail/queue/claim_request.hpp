// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// What a claim's transaction asks of the record. Pure: the library's shell and the simulation's
// both call it, so that what is proved is what runs.

#ifndef SOCKETLOCK_DETAIL_QUEUE_CLAIM_REQUEST_HPP
#define SOCKETLOCK_DETAIL_QUEUE_CLAIM_REQUEST_HPP

#include <socketlock/config.hpp>
#include <socketlock/detail/queue/claim_machine.hpp>
#include <socketlock/detail/record/decision.hpp>

namespace socketlock::detail {

/// The request of the claim `self` whose state is `machine`. `now()` tells the time; it is called
/// only if the decision may need it, and must be called under the guard.
template <class Now>
request make_request(
    const claim_machine& machine,
    intent what,
    const claim_contact& self,
    Now&& now
)
{
    request q;
    q.what = what;
    q.self = self;
    q.fencing_token = machine.fencing_token();
    if (what == intent::release)
    {
        if (const auto* const next = machine.next_in_line())
        {
            q.next_owner = next->who;
            q.next_owner_ticket = next->ticket;
        }
    }
    if (machine.has_ticket())
        q.ticket = machine.ticket();
    if (const claim_ref* const last = machine.last_detached())
        q.last_detached = *last;
    // Who gives the lock up to nobody needs no time.
    if (what != intent::release || q.next_owner)
        q.now = now();
    return q;
}

/// The error that a transaction ends with whose decision was `d`; `why` tells why a process could
/// not be tested. A waiter in the queue looks again; a newcomer is told.
inline error_code error_of(const decision& d, intent what, const error_code& why) noexcept
{
    const bool is_refused = d.what == outcome::held || d.what == outcome::enqueued;
    const bool is_newcomer = what == intent::take || what == intent::enqueue;
    return is_refused && is_newcomer && d.holder == liveness::unknown ? why : error_code();
}

}  // namespace socketlock::detail

#endif
