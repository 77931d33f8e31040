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
    case claim_phase::connecting:
    case claim_phase::pausing:
        // To this one nothing was said.
        leave();
        break;
    case claim_phase::attached:
        say_moved_to_all();
        detach();
        break;
    case claim_phase::holding:
        transact(claim_phase::releasing, intent::release);
        break;
    case claim_phase::idle:
        finish();
        break;
    default:
        // A transaction or a last word is awaited; what it says decides.
        if (phase_ != claim_phase::releasing)
            say_moved_to_all();
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
    const decision& v = result.decided;
    switch (phase_)
    {
    case claim_phase::entering:
    case claim_phase::recovering:
        must_look_ = false;
        if (result.ec)
            fail(result);
        else if (v.what == outcome::acquired)
            hold(v.fencing_token);
        else if (abandoned_)
            finish();
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
            connect(v);
        }
        break;
    case claim_phase::peeking:
        phase_ = claim_phase::attached;
        // Leave in good order before recovering: a successor that is forgotten without a last word
        // could be granted the lock when it has long been over.
        if (abandoned_ || (!result.ec && v.what == outcome::available))
            detach();
        else
            start_safety_net();
        break;
    case claim_phase::detaching:
        // The claim before this one has not answered for so long that it must have died with its
        // connection left open.
        if (!result.ec && v.what == outcome::available)
        {
            was_cut_off_ = true;
            look_again();
        }
        else
            start_safety_net();
        break;
    case claim_phase::releasing:
        released(result);
        break;
    case claim_phase::holding:
        if (result.ec)
            act(kind::start_timer).pause = timing_.longest_pause;
        else if (v.what == outcome::held)
        {
            act(kind::notify_lost);
            finish();
        }
        break;
    default:
        break;
    }
}

// True if the lock file is such that nobody can be named in it, or not by us.
inline bool cannot_name_us(const error_code& ec)
{
    return ec == errc::directory_missing || ec == errc::not_a_directory ||
           ec == errc::not_a_regular_file || ec == errc::corrupt_record ||
           ec == errc::newer_record || ec == errc::name_mismatch;
}

SOCKETLOCK_DECL void claim_machine::released(const transaction_result& result)
{
    const bool failed = result.ec && !cannot_name_us(result.ec);
    if (failed && !abandoned_ && result.decided.write)
    {
        // Perhaps the record is written even so, and names the next owner: the lock is not held any
        // more.
        act(kind::complete_unlock).ec = result.ec;
        abandoned_ = true;
    }
    if (failed && abandoned_)
    {
        phase_ = claim_phase::retrying_release;
        pause();
        return;
    }
    if (failed)
    {
        phase_ = claim_phase::holding;
        act(kind::complete_unlock).ec = result.ec;
        // Of those who came in the meantime nobody has been told.
        if (!successors_.empty())
            act(kind::notify_contended);
        if (std::exchange(must_look_, false))
            check_record();
        return;
    }
    if (!result.ec && result.decided.what == outcome::released)
    {
        if (const successor* const next = next_in_line())
        {
            const link_id link = next->link;
            claim_action& grant = act(kind::say_granted);
            grant.link = link;
            grant.fencing_token = result.decided.fencing_token;
            remove_successor(link);
        }
        act(kind::complete_unlock);
    }
    else
        act(kind::complete_unlock).ec = errc::lost;
    finish();
}

SOCKETLOCK_DECL void claim_machine::timer_fired()
{
    switch (phase_)
    {
    case claim_phase::pausing:
        transact(claim_phase::recovering, intent::recover);
        break;
    case claim_phase::retrying_release:
        transact(claim_phase::releasing, intent::release);
        break;
    case claim_phase::attached:
        transact(claim_phase::peeking, intent::peek);
        break;
    case claim_phase::detaching:
        transact(claim_phase::detaching, intent::peek);
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
        must_look_ = true;
}

SOCKETLOCK_DECL void claim_machine::link_up(link_id link)
{
    if (!is_current(link) || phase_ != claim_phase::connecting)
        return;
    phase_ = claim_phase::attached;
    act(kind::say_attach);
    start_safety_net();
}

SOCKETLOCK_DECL void claim_machine::attach_accepted(link_id link)
{
    if (!is_current(link))
        return;
    pause_ = {};
    connect_limit_ = {};
    refused_ = false;
}

SOCKETLOCK_DECL void claim_machine::link_ended(link_id link)
{
    if (!is_current(link))
        return;
    if (phase_ != claim_phase::connecting)
    {
        was_cut_off_ = true;
        look_again();
        return;
    }
    disconnect();
    refused_ = false;
    phase_ = claim_phase::pausing;
    pause();
}

SOCKETLOCK_DECL void claim_machine::granted(link_id link, std::uint64_t fencing_token)
{
    if (!is_current(link))
        return;
    disconnect();
    hold(fencing_token);
}

SOCKETLOCK_DECL void claim_machine::moved(link_id link)
{
    if (is_current(link))
        look_again();
}

SOCKETLOCK_DECL void claim_machine::detached(link_id link)
{
    if (!is_current(link))
        return;
    if (!abandoned_)
        look_again();
    else
        leave();
}

// The claim before this one does not know us, so that nobody can have granted; but for an earlier
// one whose connection broke.
SOCKETLOCK_DECL void claim_machine::leave()
{
    if (was_cut_off_)
    {
        look_again();
        return;
    }
    disconnect();
    finish();
}

// The connection has said its last word, or none: the record tells where things stand. A claim
// that was abandoned may have been granted the lock, too, and must then pass it on.
SOCKETLOCK_DECL void claim_machine::look_again()
{
    disconnect();
    if (abandoned_)
        transact(claim_phase::releasing, intent::release);
    else
        transact(claim_phase::recovering, intent::recover);
}

SOCKETLOCK_DECL void claim_machine::hold(std::uint64_t fencing_token)
{
    fencing_token_ = fencing_token;
    if (abandoned_)
    {
        transact(claim_phase::releasing, intent::release);
        return;
    }
    phase_ = claim_phase::holding;
    claim_action& complete = act(kind::complete_lock);
    complete.acquired = true;
    complete.fencing_token = fencing_token;
    if (!successors_.empty())
        act(kind::notify_contended);
    if (std::exchange(must_look_, false))
        check_record();
}

// The record may name us even so, or may come to: see to it that it does not.
SOCKETLOCK_DECL void claim_machine::fail(const transaction_result& result)
{
    if (!abandoned_)
        act(kind::complete_lock).ec = result.ec;
    abandoned_ = true;
    if (phase_ == claim_phase::entering && !result.decided.write)
    {
        finish();
        return;
    }
    say_moved_to_all();
    phase_ = claim_phase::retrying_release;
    pause();
}

SOCKETLOCK_DECL void claim_machine::connect(const decision& v)
{
    // The same claim again that has just turned us away: its process has not noticed yet that it is
    // dying, or that the record names a claim that is over.
    const bool is_same = v.attach_to == predecessor_;
    const bool too_soon = refused_ && is_same;
    if (!v.attach_to || v.holder == liveness::unknown || too_soon)
    {
        refused_ = false;
        phase_ = claim_phase::pausing;
        pause();
        return;
    }
    phase_ = claim_phase::connecting;
    refused_ = true;
    const bool is_first = v.is_free || !is_same || connect_limit_.count() == 0;
    connect_limit_ = is_first ? timing_.first_connect_limit
                              : std::min(connect_limit_ * 2, timing_.longest_connect_limit);
    predecessor_ = *v.attach_to;
    linked_ = true;
    claim_action& a = act(kind::connect);
    a.target = predecessor_;
    a.link = ++link_;
    a.pause = connect_limit_;
}

SOCKETLOCK_DECL void claim_machine::detach()
{
    phase_ = claim_phase::detaching;
    act(kind::say_detach);
    start_safety_net();
}

SOCKETLOCK_DECL void claim_machine::disconnect()
{
    if (linked_)
        act(kind::disconnect);
    linked_ = false;
}

SOCKETLOCK_DECL void claim_machine::pause()
{
    pause_ = pause_.count() == 0 ? timing_.first_pause
                                 : std::min(pause_ * 2, timing_.longest_pause);
    act(kind::start_timer).pause = pause_;
}

SOCKETLOCK_DECL void claim_machine::start_safety_net()
{
    if (timing_.safety_net.count() != 0)
        act(kind::start_timer).pause = timing_.safety_net;
}

SOCKETLOCK_DECL void claim_machine::finish()
{
    say_moved_to_all();
    phase_ = claim_phase::over;
    act(kind::finish);
}

}  // namespace socketlock::detail

#endif
