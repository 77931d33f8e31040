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
    case kind::say_granted:
    case kind::say_moved:
    case kind::say_detached:
        say_to_successor(c, action);
        break;
    case kind::start_timer:
        claim.stale_machine_timer |= claim.machine_timer && random_.chance(128);
        claim.machine_timer = true;
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
    // Perhaps the lock object goes away. A process without one of the lock clears no orphan.
    simulated_user& user = processes_[claim.process].users[claim.user];
    if (!claim.owned && user.claim == c && user.rounds == 0 && !profile_.may_leave_orphans() &&
        random_.chance(512))
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
    const bool is_awaited = *claim.transaction == intent::take ||
                            (*claim.transaction == intent::release && claim.unlock_op);
    if (!done && is_awaited && random_.chance(profile_.error))
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
    const request q = make_request(claim.machine, what, {claim.who, 0}, [&] { return now; });

    const std::optional<claim_ref> holder_before = record_.holder;
    const record before = profile_.write_error != 0 ? record_ : record();
    const std::uint64_t token_before = record_.fencing_token;
    decision& v = result.decided;
    v = decide_mutated(c, q);
    record_version_ += v.write ? 1 : 0;
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
    check_decision(c, what, holder_before, token_before, v);
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

void world::clear_orphan(std::size_t p)
{
    if (random_.chance(profile_.busy) || is_mutant(mutation::orphan_not_cleared))
        return;
    record& r = record_;
    if (!r.holder || r.holder->presence != make_id(id_kind::presence, p) ||
        claim_of(*r.holder).registered)
        return;
    log("orphan cleared: process ", p);
    ++counts_.orphans;
    request q;
    q.what = intent::release;
    q.self.who = *r.holder;
    decide(r, q, [](const claim_ref&) { return liveness::dead; });
    ++record_version_;
}

void world::connect(std::size_t c, const claim_action& action)
{
    simulated_claim& claim = claims_[c];
    const std::size_t target = index_of(action.target.claim);
    log("connect: claim ", c, " to claim ", target);
    const bool again = claim.last_target == target && claim.last_version == record_version_;
    claim.repeated = again ? claim.repeated + 1 : 1;
    claim.last_target = target;
    claim.last_version = record_version_;
    if (claim.repeated > 2)
        fail(check::spinning, "a claim attaches to the same claim over and over");

    claim.predecessor_number = action.link;
    if (index_of(action.target.presence) != claim.process)
    {
        const std::size_t k = new_connection();
        claims_[c].connection = k;
        connection& link = connections_[k];
        link.client = c;
        link.client_process = claim.process;
        link.target = target;
        link.server_process = index_of(action.target.presence);
        link.number = action.link;
        return;
    }
    claim.local_predecessor = claims_[target].registered ? target : nobody;
    claim.machine.link_up(action.link);
    touch(c);
}

void world::say_to_predecessor(std::size_t c, const claim_action& action)
{
    simulated_claim& claim = claims_[c];
    const bool attach = action.what == kind::say_attach;
    log(attach ? "attach" : "detach", ": claim ", c);
    if (claim.connection != nobody)
    {
        const bool forgets = is_mutant(mutation::ticket_lost_on_recovery) &&
                             claim.predecessor_number > 1;
        const std::uint64_t ticket = claim.machine.ticket() + (forgets ? 1000000 : 0);
        send_to_server(
            claim.connection,
            attach ? message{message::kind::attach, ticket} : message{message::kind::detach, 0}
        );
        return;
    }
    if (claim.local_predecessor == nobody)
    {
        // The record names a claim of this process that is over.
        claim.machine.moved(claim.predecessor_number);
        touch(c);
        return;
    }
    simulated_claim& before = claims_[claim.local_predecessor];
    if (attach)
    {
        claim.local_predecessor_link = ++last_link_;
        before.successors.push_back(
            {claim.local_predecessor_link, nobody, c, claim.predecessor_number, c}
        );
        before.machine.successor_attached({
            claim.local_predecessor_link,
            {claim.who, 0},
            claim.machine.ticket()
        });
    }
    else
        before.machine.successor_detached(claim.local_predecessor_link);
    touch(claim.local_predecessor);
}

void world::disconnect(std::size_t c)
{
    simulated_claim& claim = claims_[c];
    const std::size_t k = std::exchange(claim.connection, nobody);
    claim.local_predecessor = nobody;
    if (k != nobody)
    {
        connections_[k].client_closing = true;
        free_if_closed(k);
    }
}

void world::add_successor(std::size_t c, std::size_t k, std::uint64_t ticket)
{
    connection& link = connections_[k];
    link.attached_to = c;
    link.successor_link = ++last_link_;
    claims_[c].successors.push_back({link.successor_link, k, nobody, 0, link.client});
    const claim_contact who{claims_[link.client].who, 0};
    run_turn(c, [&](claim_machine& m) {
        m.successor_attached({link.successor_link, who, ticket});
    });
}

void world::say_to_successor(std::size_t c, const claim_action& action)
{
    auto& successors = claims_[c].successors;
    const auto found = std::find_if(
        successors.begin(),
        successors.end(),
        [&](const successor_link& s) { return s.id == action.link; }
    );
    if (found == successors.end())
        fail(check::last_word, "something is said after the last word");
    const successor_link to = *found;
    if (action.what != kind::say_attached)
        successors.erase(found);
    const message m{
        action.what == kind::say_attached  ? message::kind::attached
        : action.what == kind::say_granted ? message::kind::granted
        : action.what == kind::say_moved   ? message::kind::moved
                                           : message::kind::detached,
        action.fencing_token};
    if (m.what == message::kind::granted && claims_[c].granted_to != to.of)
        fail(check::order, "granted to a claim that the record does not name");
    static constexpr const char* names[] = {"", "", "attached", "granted", "moved", "detached"};
    log("claim ", c, " says ", names[static_cast<std::size_t>(m.what)], " to claim ", to.of);

    const bool is_moved = m.what == message::kind::moved;
    if ((is_mutant(mutation::grant_not_sent) && m.what == message::kind::granted) ||
        (is_mutant(mutation::moved_not_sent) && is_moved) ||
        (is_mutant(mutation::moved_not_sent_to_the_late) && is_moved &&
         to.id > claims_[c].early_link))
        return;
    if (to.connection != nobody)
    {
        send_to_client(to.connection, m);
        return;
    }
    claim_machine& other = claims_[to.local].machine;
    if (m.what == message::kind::attached)
        other.attach_accepted(to.local_link);
    else if (m.what == message::kind::granted)
        other.granted(to.local_link, action.fencing_token);
    else if (m.what == message::kind::moved)
        other.moved(to.local_link);
    else
        other.detached(to.local_link);
    touch(to.local);
}

}  // namespace simulation
