// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// In which order the claims of one lock in one process do what their machines say.

#ifndef SOCKETLOCK_DETAIL_QUEUE_CLAIM_ACTIONS_HPP
#define SOCKETLOCK_DETAIL_QUEUE_CLAIM_ACTIONS_HPP

#include <socketlock/config.hpp>
#include <socketlock/detail/queue/claim_machine.hpp>

#include <cstddef>
#include <utility>

namespace socketlock::detail {

/**
 * Has all actions done of the claims that have got an event. `claims` are whatever stands for them;
 * `machine_of(claim)` is one's machine, `perform(claim, action)` does one action, which may give
 * events to this claim or to others: these are appended to `claims`, unless they are the last
 * there.
 */
template <class Claims, class MachineOf, class Perform>
void perform_actions(Claims& claims, MachineOf machine_of, Perform perform)
{
    for (std::size_t i = 0; i < claims.size(); ++i)
    {
        claim_machine& machine = machine_of(claims[i]);
        auto actions = machine.take_actions();
        while (!actions.empty())
        {
            for (const claim_action& action : actions)
                perform(claims[i], action);
            actions.clear();
            if (claims.size() == i + 1)
                actions = machine.take_actions();
            else
            {
                // Perhaps it had an event of its own while it was the last, and others came then.
                // (A copy: some containers move their elements before they look at a new one.)
                auto again = claims[i];
                claims.push_back(std::move(again));
            }
        }
    }
}

}  // namespace socketlock::detail

#endif
