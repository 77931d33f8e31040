// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// How a claim ends: it unlocks, it leaves the queue, or it fails.

#ifndef SOCKETLOCK_DETAIL_QUEUE_CLAIM_MACHINE_ENDING_IPP
#define SOCKETLOCK_DETAIL_QUEUE_CLAIM_MACHINE_ENDING_IPP

#include <socketlock/detail/queue/claim_machine.hpp>
#include <socketlock/error.hpp>

#include <utility>

namespace socketlock::detail {

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
    if (!failed)
    {
        const bool is_done = !result.ec && result.decided.what == outcome::released;
        act(kind::complete_unlock).ec = is_done ? error_code() : make_error_code(errc::lost);
        finish();
        return;
    }
    act(kind::complete_unlock).ec = result.ec;
    // Perhaps the record is written even so, and the lock is not held any more.
    abandoned_ = abandoned_ || result.decided.write;
    if (abandoned_)
    {
        retry(claim_phase::retrying_release);
        return;
    }
    phase_ = claim_phase::holding;
    // Of those who came in the meantime nobody has been told.
    if (!successors_.empty())
        act(kind::notify_contended);
    if (std::exchange(must_check_, false))
        check_record();
}

// Successors are accepted until the last transaction is done, and told then: whoever was told
// before would find this claim in the record, and come back.
SOCKETLOCK_DECL void claim_machine::leave()
{
    pause_ = {};
    transact(claim_phase::leaving, intent::leave);
}

SOCKETLOCK_DECL void claim_machine::detach()
{
    phase_ = claim_phase::detaching;
    act(kind::say_detach);
    start_safety_net();
}

SOCKETLOCK_DECL void claim_machine::left(const transaction_result& result)
{
    const bool failed = result.ec && !cannot_name_us(result.ec);
    // What is reserved for it has grown stale by then, and nothing else is in anybody's way.
    const bool may_give_up = !may_own_ && pause_ >= timing_->longest_pause;
    if (failed && !may_give_up)
        retry(claim_phase::retrying_leave);
    else
        finish();
}

// The record may name us even so: see to it that it does not.
SOCKETLOCK_DECL void claim_machine::fail(const transaction_result& result)
{
    may_own_ = may_own_ || result.decided.write;
    if (phase_ != claim_phase::entering || may_own_)
    {
        fail(result.ec);
        return;
    }
    act(kind::complete_lock).ec = result.ec;
    abandoned_ = true;
    finish();
}

SOCKETLOCK_DECL void claim_machine::fail(const error_code& ec)
{
    act(kind::complete_lock).ec = ec;
    abandoned_ = true;
    leave();
}

SOCKETLOCK_DECL void claim_machine::finish()
{
    disconnect();
    say_look_to_all();
    phase_ = claim_phase::over;
    act(kind::finish);
}

}  // namespace socketlock::detail

#endif
