// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#ifndef SOCKETLOCK_DETAIL_QUEUE_CLAIM_MACHINE_IPP
#define SOCKETLOCK_DETAIL_QUEUE_CLAIM_MACHINE_IPP

#include <socketlock/detail/queue/claim_machine.hpp>
#include <socketlock/error.hpp>

#include <algorithm>
#include <utility>

namespace socketlock::detail {

SOCKETLOCK_DECL claim_action& claim_machine::act(kind what)
{
    if (actions_.capacity() == 0)
        actions_.reserve(4);
    actions_.emplace_back();
    actions_.back().what = what;
    return actions_.back();
}

SOCKETLOCK_DECL void claim_machine::transact(claim_phase phase, intent to)
{
    phase_ = phase;
    act(kind::transact).to = to;
}

SOCKETLOCK_DECL void claim_machine::begin(bool wait)
{
    waits_ = wait;
    transact(claim_phase::entering, wait ? intent::enqueue : intent::take);
}

SOCKETLOCK_DECL void claim_machine::abandon()
{
    if (abandoned_ || phase_ == claim_phase::over)
        return;
    abandoned_ = true;
    switch (phase_)
    {
    case claim_phase::idle:
    case claim_phase::entering:
        // The record has never named it.
        finish();
        break;
    case claim_phase::connecting:
    case claim_phase::looking:
    case claim_phase::parking:
    case claim_phase::parked:
        // A transaction that is under way has not got the guard yet, and is replaced.
        disconnect();
        leave();
        break;
    case claim_phase::attached:
    case claim_phase::peeking:
        // Else the claim before this one could reserve the lock for it when it is over.
        detach();
        break;
    case claim_phase::holding:
        transact(claim_phase::releasing, intent::release);
        break;
    default:
        break;
    }
}

SOCKETLOCK_DECL void claim_machine::release()
{
    if (phase_ == claim_phase::holding)
        transact(claim_phase::releasing, intent::release);
}

SOCKETLOCK_DECL void claim_machine::transacted(const transaction_result& result)
{
    switch (phase_)
    {
    case claim_phase::entering:
    case claim_phase::looking:
    case claim_phase::parking:
        looked(result);
        break;
    case claim_phase::peeking:
    case claim_phase::detaching:
        peeked(result);
        break;
    case claim_phase::releasing:
        released(result);
        break;
    case claim_phase::leaving:
        left(result);
        break;
    case claim_phase::holding:
        restored(result);
        break;
    default:
        break;
    }
}

SOCKETLOCK_DECL void claim_machine::looked(const transaction_result& result)
{
    const decision& v = result.decided;
    is_parked_ = is_parked_ || v.is_parked;
    if (result.ec)
        fail(result);
    else if (v.what == outcome::acquired)
        hold(v.fencing_token);
    else if (!waits_)
    {
        act(kind::complete_lock);
        finish();
    }
    else
    {
        if (v.what == outcome::enqueued)
        {
            ticket_ = v.ticket;
            has_ticket_ = true;
        }
        wait_on(v);
    }
}

// The lock is held: attach to the claim that the record says, or park.
SOCKETLOCK_DECL void claim_machine::wait_on(const decision& v)
{
    const bool is_same = v.attach_to == predecessor_;
    if (!v.attach_to)
        // The holder is one of version 1, which has no queue.
        stay_parked();
    else if (phase_ == claim_phase::parking)
    {
        const bool is_too_soon = unreachable_ || waited_ < retry_pause_;
        is_same&& is_too_soon ? stay_parked() : connect(v);
    }
    else if (is_same && (unreachable_ || !accepted_))
        // The same claim again that has just turned us away: its process has not noticed yet that
        // it is dying, or the record names a claim that is over.
        park();
    else
        connect(v);
}

SOCKETLOCK_DECL void claim_machine::connect(const decision& v)
{
    const bool is_same = v.attach_to == predecessor_;
    if (!is_same)
        retry_pause_ = {};
    connect_limit_ = is_same && connect_limit_.count() != 0
                         ? std::min(connect_limit_ * 2, timing_->longest_connect_limit)
                         : timing_->first_connect_limit;
    phase_ = claim_phase::connecting;
    accepted_ = false;
    unreachable_ = false;
    is_behind_holder_ = v.is_behind_holder;
    predecessor_ = *v.attach_to;
    linked_ = true;
    send_earlier_successors_away();
    claim_action& a = act(kind::connect);
    a.target = predecessor_;
    a.link = ++link_;
    a.pause = connect_limit_;
}

SOCKETLOCK_DECL void claim_machine::peeked(const transaction_result& result)
{
    const bool is_available = !result.ec && result.decided.what == outcome::available;
    if (phase_ == claim_phase::peeking)
    {
        phase_ = claim_phase::attached;
        if (!result.ec)
        {
            is_parked_ = false;
            is_behind_holder_ = result.decided.is_behind_holder &&
                                result.decided.attach_to == predecessor_;
        }
    }
    if (is_available)
    {
        // The claim before this one may be stopped, or its connection dead without the system's
        // telling: its last word is not waited for.
        disconnect();
        abandoned_ ? leave() : look_at_record();
    }
    else if (is_parked_ && is_attached())
        retry(phase_);
    else
        start_safety_net();
}

SOCKETLOCK_DECL void claim_machine::restored(const transaction_result& result)
{
    if (result.ec)
        act(kind::start_timer).pause = timing_->longest_pause;
    else if (result.decided.what == outcome::held)
    {
        act(kind::notify_lost);
        finish();
    }
}

SOCKETLOCK_DECL void claim_machine::timer_fired()
{
    switch (phase_)
    {
    case claim_phase::parked:
        waited_ += pause_;
        poll();
        break;
    case claim_phase::attached:
        transact(claim_phase::peeking, intent::peek);
        break;
    case claim_phase::detaching:
        act(kind::transact).to = intent::peek;
        break;
    case claim_phase::retrying_release:
        transact(claim_phase::releasing, intent::release);
        break;
    case claim_phase::retrying_leave:
        transact(claim_phase::leaving, intent::leave);
        break;
    case claim_phase::holding:
        check_record();
        break;
    default:
        break;
    }
}

SOCKETLOCK_DECL void claim_machine::check_record()
{
    if (phase_ == claim_phase::holding)
        act(kind::transact).to = intent::restore;
    else
        must_check_ = phase_ == claim_phase::releasing;
}

SOCKETLOCK_DECL void claim_machine::link_up(link_id link)
{
    if (!is_current(link) || phase_ != claim_phase::connecting)
        return;
    phase_ = claim_phase::attached;
    act(kind::say_attach);
    start_safety_net();
}

SOCKETLOCK_DECL void claim_machine::attach_accepted(link_id link, bool is_first)
{
    if (!is_current(link) || !is_attached())
        return;
    is_first_ = is_first;
    if (accepted_)
        return;
    accepted_ = true;
    was_too_late_ = false;
    pause_ = {};
    connect_limit_ = {};
    retry_pause_ = {};
    // Who is attached and parked would be served in the record's place, of which nobody tells it.
    if (is_parked_ && phase_ == claim_phase::attached)
        transact(claim_phase::peeking, intent::peek);
}

SOCKETLOCK_DECL void claim_machine::link_ended(link_id link)
{
    if (!is_current(link))
        return;
    disconnect();
    if (abandoned_)
        leave();
    else if (accepted_)
        look_at_record();
    else
        park();
}

SOCKETLOCK_DECL void claim_machine::link_unreachable(link_id link)
{
    if (!is_current(link))
        return;
    unreachable_ = true;
    link_ended(link);
}

SOCKETLOCK_DECL void claim_machine::handshake_refused(link_id link)
{
    if (!is_current(link))
        return;
    disconnect();
    if (abandoned_)
        leave();
    else
        fail(make_error_code(errc::handshake_failed));
}

SOCKETLOCK_DECL void claim_machine::look(link_id link)
{
    if (!is_current(link))
        return;
    disconnect();
    // The lock may go from hand to hand faster than we connect: who came too late twice is to have
    // its turn by the record.
    const bool is_too_late_again = !accepted_ && std::exchange(was_too_late_, true);
    if (abandoned_)
        leave();
    else if (is_too_late_again)
        park();
    else
        look_at_record();
}

SOCKETLOCK_DECL void claim_machine::detached(link_id link)
{
    look(link);
}

// Who has not queued yet, since the holder was one of version 1, does so now.
SOCKETLOCK_DECL void claim_machine::look_at_record()
{
    transact(claim_phase::looking, has_ticket_ ? intent::look : intent::enqueue);
}

SOCKETLOCK_DECL void claim_machine::poll()
{
    transact(claim_phase::parking, has_ticket_ ? intent::park : intent::enqueue);
}

SOCKETLOCK_DECL void claim_machine::park()
{
    waited_ = {};
    retry_pause_ = retry_pause_.count() == 0 ? timing_->first_pause
                                             : std::min(retry_pause_ * 2, timing_->longest_pause);
    poll();
}

SOCKETLOCK_DECL void claim_machine::stay_parked()
{
    phase_ = claim_phase::parked;
    pause_ = pause_.count() == 0 ? timing_->first_pause
                                 : std::min(pause_ * 2, timing_->longest_poll);
    act(kind::start_timer).pause = pause_;
}

SOCKETLOCK_DECL void claim_machine::start_safety_net()
{
    if (timing_->safety_net.count() != 0)
        act(kind::start_timer).pause = timing_->safety_net;
}

SOCKETLOCK_DECL void claim_machine::retry(claim_phase phase)
{
    phase_ = phase;
    pause_ = pause_.count() == 0 ? timing_->first_pause
                                 : std::min(pause_ * 2, timing_->longest_pause);
    act(kind::start_timer).pause = pause_;
}

SOCKETLOCK_DECL void claim_machine::disconnect()
{
    if (linked_)
        act(kind::disconnect);
    linked_ = false;
}

SOCKETLOCK_DECL void claim_machine::hold(std::uint64_t fencing_token)
{
    fencing_token_ = fencing_token;
    phase_ = claim_phase::holding;
    claim_action& complete = act(kind::complete_lock);
    complete.acquired = true;
    complete.fencing_token = fencing_token;
    if (!successors_.empty())
        act(kind::notify_contended);
}

}  // namespace socketlock::detail

#endif
