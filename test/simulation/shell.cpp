// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// Does what the machines say, as the library's claim and lock entry do.

#include <socketlock/detail/queue/claim_actions.hpp>
#include <socketlock/detail/queue/claim_request.hpp>

#include <algorithm>

#include "world.hpp"

namespace simulation {

using kind = claim_action::kind;

simulated_claim& world::claim_of(const claim_ref& p)
{
    return claims_[index_of(p.claim)];
}

void world::perform_all()
{
    perform_actions(
        turn_,
        [&](std::size_t c) -> claim_machine& { return claims_[c].machine; },
        [&](std::size_t c, const claim_action& action) {
            const std::size_t p = claims_[c].process;
            if (processes_[p].alive && !dies_here(p))
                perform(c, action);
        }
    );
}

void world::touch(std::size_t c)
{
    if (turn_.empty() || turn_.back() != c)
        turn_.push_back(c);
}

bool world::dies_here(std::size_t p)
{
    if (random_.chance(profile_.die_inside))
        crash(p);
    return !processes_[p].alive;
}

void world::perform(std::size_t c, claim_action action)
{
    if (mutate_action(c, action))
        return;
    simulated_claim& claim = claims_[c];
    switch (action.what)
    {
    case kind::transact:
        // Replaces one that still waits for the guard.
        claim.transaction = action.to;
        try_transaction(c);
        break;
    case kind::connect:
        connect(c, action);
        break;
    case kind::say_attach:
    case kind::say_detach:
        say_to_predecessor(c, action);
        break;
    case kind::disconnect:
        disconnect(c);
        break;
    case kind::say_attached:
    case kind::say_look:
    case kind::say_detached:
        say_to_successor(c, action);
        break;
    case kind::start_timer:
        claim.stale_machine_timer |= claim.machine_timer && random_.chance(128);
        claim.machine_timer = true;
        claim.pause = static_cast<std::uint64_t>(action.pause.count());
        claim.due = clock_ + claim.pause;
        break;
    case kind::complete_lock:
        complete_lock(c, action);
        break;
    case kind::complete_unlock:
        claim.owned = claim.machine.is_holding();
        complete_unlock(c, action.ec);
        break;
    case kind::notify_contended:
        claim.told_contended = true;
        break;
    case kind::notify_lost:
        log("lost: claim ", c);
        if (!file_was_removed_)
            fail(check::completion, "a lock was lost that nobody took away");
        claim.lost = true;
        claim.owned = false;
        break;
    case kind::finish:
        finish(c);
        break;
    }
}

// Timers that have fired already, and wait for their turn, are not stopped any more.
void world::stop_timers(std::size_t c)
{
    simulated_claim& claim = claims_[c];
    claim.stale_machine_timer |= claim.machine_timer && random_.chance(128);
    claim.stale_guard_timer |= claim.guard_timer && random_.chance(128);
    claim.machine_timer = claim.guard_timer = false;
}

void world::complete_lock(std::size_t c, const claim_action& action)
{
    simulated_claim& claim = claims_[c];
    stop_timers(c);
    claim.fencing_token = action.fencing_token;
    if (std::exchange(claim.lock_completed, true))
        fail(check::completion, "a lock operation was completed twice");
    if (!std::exchange(claim.lock_op, false))
    {
        // Cancelled, but not abandoned yet.
        if (!is_mutant(mutation::abandonment_lost))
            claim.machine.abandon();
        touch(c);
        return;
    }
    if (!action.acquired && !action.ec && claim.waits)
        fail(check::completion, "a waiter was told that the lock is held");
    log(action.acquired ? "acquired" : "not acquired", ": claim ", c);
    claim.owned = action.acquired;
    claim.given_up = !action.acquired;
}

void world::complete_unlock(std::size_t c, const error_code& ec)
{
    simulated_claim& claim = claims_[c];
    if (!std::exchange(claim.unlock_op, false))
        return;
    // The outcome of a release that failed while writing is unknown afterwards.
    if (ec == errc::not_owner || (ec == errc::lost && !file_was_removed_ && !claim.failed_to_write))
        fail(check::completion, "an owner was told that it had not the lock");
    log(ec ? "not unlocked" : "unlocked", ": claim ", c);
    // Perhaps the lock object goes away.
    simulated_user& user = processes_[claim.process].users[claim.user];
    if (!claim.owned && user.claim == c && user.rounds == 0 && random_.chance(512))
        user.claim = nobody;
}

void world::finish(std::size_t c)
{
    simulated_claim& claim = claims_[c];
    log("over: claim ", c);
    claim.owned = false;
    claim.given_up = true;
    claim.transaction.reset();
    disconnect(c);
    stop_timers(c);
    claim.registered = false;
    if (record_.holder == claim.who)
        fail(check::orphan, "a claim is over that the record names");
}

void world::try_transaction(std::size_t c)
{
    simulated_claim& claim = claims_[c];
    transaction_result result;
    bool done = transact(c, *claim.transaction, result);
    if (!done && has_guard_limit(*claim.transaction, claim.unlock_op) &&
        random_.chance(profile_.error))
    {
        result.ec = errc::guard_timeout;
        done = true;
    }
    if (!done)
    {
        claim.guard_timer = true;
        return;
    }
    if (dies_here(claim.process))
        return;
    claim.transaction.reset();
    claim.machine.transacted(result);
    touch(c);
}

bool world::transact(std::size_t c, intent what, transaction_result& result)
{
    if (random_.chance(profile_.busy))
        return false;
    if (random_.chance(profile_.error))
    {
        log("transaction failed: claim ", c);
        result.ec = errc::too_many_open_files;
        return true;
    }
    simulated_claim& claim = claims_[c];
    if (is_mutant(mutation::no_guard) && !claim.has_snapshot && random_.chance(512))
    {
        claim.snapshot = record_;
        claim.has_snapshot = true;
        return false;
    }

    clock_ += 1 + random_.below(3);
    const std::uint64_t late = profile_.clock_jumps ? random_.below(1000) : 0;
    const auto now = std::chrono::system_clock::time_point(std::chrono::microseconds(clock_ - late)
    );
    const request q = make_request(claim.machine, what, {claim.who, 0}, now);

    const record before = record_;
    decision& v = result.decided;
    v = decide_mutated(c, q);
    record_version_ += v.write ? 1 : 0;
    claim.reserved = 0;
    if (v.write && random_.chance(profile_.write_error))
    {
        log("write failed: claim ", c);
        claim.failed_to_write = true;
        result.ec = errc::io_error;
        if (random_.chance(512))
        {
            record_ = before;
            return true;
        }
    }
    check_decision(c, what, before, v);
    if (!result.ec)
        result.ec = error_of(v, what, errc::presence_unreadable);
    return true;
}

liveness world::prove(const claim_ref& p, std::size_t asker)
{
    const std::size_t process = index_of(p.presence);
    if (process == asker)
        return claim_of(p).registered ? liveness::alive : liveness::dead;
    if (random_.chance(profile_.unknown))
        return is_mutant(mutation::unknown_is_dead) ? liveness::dead : liveness::unknown;
    return processes_[process].presence_locked || is_mutant(mutation::dead_is_alive)
               ? liveness::alive
               : liveness::dead;
}

}  // namespace simulation
