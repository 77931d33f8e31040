// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// What a claim does about the claims that queue behind it.

#ifndef SOCKETLOCK_DETAIL_QUEUE_CLAIM_MACHINE_SUCCESSORS_IPP
#define SOCKETLOCK_DETAIL_QUEUE_CLAIM_MACHINE_SUCCESSORS_IPP

#include <socketlock/detail/queue/claim_machine.hpp>

#include <algorithm>
#include <utility>

namespace socketlock::detail {

SOCKETLOCK_DECL const claim_machine::successor* claim_machine::next_in_line() const noexcept
{
    // Of two attachments of one claim that which came last.
    const auto lowest = std::min_element(
        successors_.rbegin(),
        successors_.rend(),
        [](const successor& a, const successor& b) { return a.ticket < b.ticket; }
    );
    return lowest == successors_.rend() ? nullptr : &*lowest;
}

SOCKETLOCK_DECL std::optional<std::uint64_t> claim_machine::ahead() const noexcept
{
    const bool is_next = is_attached() && accepted_ && is_first_ && is_behind_holder_;
    return is_next ? std::optional<std::uint64_t>(0) : std::nullopt;
}

SOCKETLOCK_DECL void claim_machine::successor_attached(const successor& s)
{
    const bool is_over = phase_ == claim_phase::over || phase_ == claim_phase::idle;
    if (is_over || (is_behind_somebody() && s.ticket <= ticket_))
    {
        act(kind::say_look).link = s.link;
        return;
    }
    // It may be there already, by a connection that broke. Both are kept: this one need not be the
    // younger, since connections are read in any order.
    successors_.push_back(s);
    if (next_in_line()->link == s.link)
        tell_first_successor();
    else
        say_attached(s.link, false);
    if (phase_ == claim_phase::holding)
        act(kind::notify_contended);
}

SOCKETLOCK_DECL void claim_machine::say_attached(link_id link, bool is_first)
{
    claim_action& a = act(kind::say_attached);
    a.link = link;
    a.is_first = is_first;
}

// Several may be attached: who waited behind a claim that has left, or that did not answer, comes
// to the one before.
SOCKETLOCK_DECL void claim_machine::tell_first_successor()
{
    const successor* const first = next_in_line();
    const link_id before = std::exchange(first_successor_, first != nullptr ? first->link : 0);
    if (before == first_successor_)
        return;
    if (first != nullptr)
        say_attached(first->link, true);
    const bool is_there = std::any_of(
        successors_.begin(),
        successors_.end(),
        [&](const successor& s) { return s.link == before; }
    );
    if (is_there)
        say_attached(before, false);
}

SOCKETLOCK_DECL void claim_machine::successor_detached(link_id link)
{
    // One that is not there any more has had its last word.
    const std::size_t before = successors_.size();
    successor_ended(link);
    if (successors_.size() != before)
        act(kind::say_detached).link = link;
}

SOCKETLOCK_DECL void claim_machine::successor_ended(link_id link)
{
    successors_.erase(
        std::remove_if(
            successors_.begin(),
            successors_.end(),
            [&](const successor& s) { return s.link == link; }
        ),
        successors_.end()
    );
    tell_first_successor();
}

// Claims that wait in a circle would wait for ever. Whoever waits on a claim that waits has
// therefore the higher ticket: one with a lower came when the lock was reserved for this claim, and
// is sent to whoever has it now.
SOCKETLOCK_DECL void claim_machine::send_earlier_successors_away()
{
    const auto first = std::stable_partition(
        successors_.begin(),
        successors_.end(),
        [&](const successor& s) { return s.ticket > ticket_; }
    );
    std::for_each(first, successors_.end(), [&](const successor& s) {
        act(kind::say_look).link = s.link;
    });
    successors_.erase(first, successors_.end());
    tell_first_successor();
}

// The one whose turn it is comes first.
SOCKETLOCK_DECL void claim_machine::say_look_to_all()
{
    std::stable_sort(
        successors_.begin(),
        successors_.end(),
        [](const successor& a, const successor& b) { return a.ticket < b.ticket; }
    );
    for (const successor& s : successors_)
        act(kind::say_look).link = s.link;
    successors_.clear();
    first_successor_ = 0;
}

}  // namespace socketlock::detail

#endif
