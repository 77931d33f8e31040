// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// How an event gets to a claim's machine.

#ifndef SOCKETLOCK_DETAIL_QUEUE_CLAIM_EVENT_HPP
#define SOCKETLOCK_DETAIL_QUEUE_CLAIM_EVENT_HPP

#include <socketlock/config.hpp>
#include <socketlock/detail/queue/linked_claim.hpp>
#include <socketlock/detail/queue/lock_entry.hpp>

namespace socketlock::detail {

/// Calls `event(claim_machine&)` under the mutex of the claim's entry, and does what follows.
template <class Event>
void send_event(linked_claim& to, Event event)
{
    to.entry()->run([&](reaction& t) {
        event(to.machine());
        t.touch(to);
    });
}

}  // namespace socketlock::detail

#endif
