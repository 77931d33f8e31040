// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// What a claim's transaction asks of the record, and what its result means. Pure: the library's
// shell and the simulation's both call it, so that what is proved is what runs.

#ifndef SOCKETLOCK_DETAIL_QUEUE_CLAIM_REQUEST_HPP
#define SOCKETLOCK_DETAIL_QUEUE_CLAIM_REQUEST_HPP

#include <socketlock/config.hpp>
#include <socketlock/detail/queue/claim_machine.hpp>
#include <socketlock/detail/record/decide.hpp>

#include <chrono>

namespace socketlock::detail {

/// The request of the claim `self` whose state is `machine`. `now` was read under the guard.
inline request make_request(
    const claim_machine& machine,
    intent what,
    const claim_contact& self,
    std::chrono::system_clock::time_point now
)
{
    request q;
    q.what = what;
    q.self = self;
    q.now = now;
    q.fencing_token = machine.fencing_token();
    if (machine.has_ticket())
        q.ticket = machine.ticket();
    const auto* const next = machine.next_in_line();
    if (next != nullptr)
        q.successor = queued_claim{next->who, next->ticket};
    return q;
}

/// The error that a transaction ends with whose decision was `d`; `why` tells why a process could
/// not be tested. A waiter in the queue waits on; a newcomer is told.
SOCKETLOCK_DECL error_code error_of(const decision& d, intent what, const error_code& why) noexcept;

/// True if somebody waits for the outcome of a transaction, which is therefore given up with
/// errc::guard_timeout when its guard has been taken for too long. All others go on trying.
inline bool has_guard_limit(intent what, bool is_unlock_awaited) noexcept
{
    return what == intent::take || (what == intent::release && is_unlock_awaited);
}

}  // namespace socketlock::detail

#endif
