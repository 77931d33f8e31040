// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// What a claim does about the claims that queue behind it.

#ifndef SOCKETLOCK_DETAIL_QUEUE_CLAIM_MACHINE_SUCCESSORS_IPP
#define SOCKETLOCK_DETAIL_QUEUE_CLAIM_MACHINE_SUCCESSORS_IPP

#include <socketlock/detail/queue/claim_machine.hpp>

#include <algorithm>
#include <memory>

namespace socketlock::detail {

SOCKETLOCK_DECL const claim_machine::successor* claim_machine::next_in_line() const noexcept
{
    // Of two connections of one claim that which came last.
    const auto lowest = std::min_element(
        successors_.rbegin(),
        successors_.rend(),
        [](const successor& a, const successor& b) { return a.ticket < b.ticket; }
    );
    return lowest == successors_.rend() ? nullptr : &*lowest;
}

SOCKETLOCK_DECL void claim_machine::successor_attached(const successor& s)
{
    const bool gives_up_lock = phase_ == claim_phase::releasing ||
                               phase_ == claim_phase::retrying_release;
    const bool is_over = phase_ == claim_phase::over || phase_ == claim_phase::idle;
    if (is_over || (abandoned_ && !gives_up_lock))
    {
        act(kind::say_moved).link = s.link;
        return;
    }
    // It may be there already, by a connection that broke. Both are kept: this one need not be the
    // younger, since connections are read in any order.
    successors_.push_back(s);
    act(kind::say_attached).link = s.link;
    if (phase_ == claim_phase::holding)
        act(kind::notify_contended);
}

SOCKETLOCK_DECL void claim_machine::successor_detached(link_id link)
{
    const auto found = std::find_if(
        successors_.begin(),
        successors_.end(),
        [&](const successor& s) { return s.link == link; }
    );
    // One that is not there any more has had its last word.
    if (found == successors_.end())
        return;
    if (last_detached_)
        *last_detached_ = found->who.who;
    else
        last_detached_ = std::make_unique<claim_ref>(found->who.who);
    successors_.erase(found);
    // A release that failed may have made it the holder even so: then it looks for itself.
    const bool is_certain = phase_ != claim_phase::releasing &&
                            phase_ != claim_phase::retrying_release;
    act(is_certain ? kind::say_detached : kind::say_moved).link = link;
}

SOCKETLOCK_DECL void claim_machine::successor_ended(link_id link)
{
    remove_successor(link);
}

SOCKETLOCK_DECL bool claim_machine::remove_successor(link_id link)
{
    const auto found = std::find_if(
        successors_.begin(),
        successors_.end(),
        [&](const successor& s) { return s.link == link; }
    );
    if (found == successors_.end())
        return false;
    successors_.erase(found);
    return true;
}

SOCKETLOCK_DECL void claim_machine::say_moved_to_all()
{
    for (const successor& s : successors_)
        act(kind::say_moved).link = s.link;
    successors_.clear();
}

}  // namespace socketlock::detail

#endif
