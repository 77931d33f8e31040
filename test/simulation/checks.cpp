// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// What must be true, whatever happens.

#include <algorithm>

#include "world.hpp"

namespace simulation {

const char* name_of(check c)
{
    switch (c)
    {
    case check::two_owners:
        return "two owners";
    case check::owner_not_in_record:
        return "owner not in the record";
    case check::fencing:
        return "fencing";
    case check::order:
        return "order";
    case check::ticket_order:
        return "order of tickets";
    case check::stale_tail:
        return "stale tail";
    case check::abandoned_holds:
        return "abandoned claim holds";
    case check::stuck:
        return "stuck";
    case check::orphan:
        return "orphan";
    case check::live_lock:
        return "live-lock";
    case check::spinning:
        return "spinning";
    case check::leak:
        return "leak";
    case check::contended:
        return "contended";
    case check::completion:
        return "completion";
    case check::last_word:
        return "last word";
    case check::left_undone:
        return "left undone";
    }
    return "?";
}

void world::fail(check c, const std::string& text) const
{
    throw violation(c, text);
}

// After a step that touched the claims of one process.
void world::check_turn()
{
    for (const std::size_t c : turn_)
    {
        simulated_claim& claim = claims_[c];
        if (!processes_[claim.process].alive)
            return;
        if (!claim.machine.take_actions().empty())
            fail(check::left_undone, "claim " + std::to_string(c));
        if (!claim.machine.is_holding())
            continue;
        if (claim.machine.is_abandoned())
            fail(check::abandoned_holds, "claim " + std::to_string(c));
        if (!claim.machine.successors().empty() && !claim.told_contended)
            fail(check::contended, "claim " + std::to_string(c) + " has a successor");
        if (owner_ == c || claim.robbed)
            continue;
        if (owner_ != nobody)
        {
            const simulated_claim& other = claims_[owner_];
            if (processes_[other.process].alive && other.machine.is_holding() && !other.robbed)
                fail(
                    check::two_owners,
                    "claims " + std::to_string(owner_) + " and " + std::to_string(c)
                );
        }
        owner_ = c;
        check_hold(c, claim.machine.fencing_token());
    }
    if (owner_ == nobody)
        return;
    const simulated_claim& owner = claims_[owner_];
    if (processes_[owner.process].alive && owner.machine.is_holding() && !owner.robbed &&
        !(record_.holder == owner.who))
        fail(check::owner_not_in_record, "claim " + std::to_string(owner_));
}

void world::check_hold(std::size_t c, std::uint64_t token)
{
    simulated_claim& claim = claims_[c];
    ++counts_.acquisitions;
    if (token != record_.fencing_token)
        fail(check::fencing, "an owner's token is not that of the record");
    if (!claim.has_ticket || !is_quiet_)
        return;
    if (ticket_was_served_ && claim.ticket < largest_ticket_served_)
        fail(
            check::ticket_order,
            "claim " + std::to_string(c) + " with ticket " + std::to_string(claim.ticket) +
                " after ticket " + std::to_string(largest_ticket_served_)
        );
    ticket_was_served_ = true;
    largest_ticket_served_ = claim.ticket;
}

void world::check_decision(
    std::size_t c,
    intent what,
    const std::optional<claim_ref>& holder_before,
    std::uint64_t token_before,
    const decision& v
)
{
    simulated_claim& claim = claims_[c];
    if (v.what == outcome::enqueued)
    {
        claim.ticket = v.ticket;
        claim.has_ticket = true;
    }
    claim.granted_to = nobody;
    counts_.recoveries += what == intent::recover ? 1 : 0;
    if (v.what == outcome::released)
        check_release(c);
    if (v.what == outcome::acquired)
        claim.robbed = false;
    log("transaction of claim ",
        c,
        ": intent ",
        static_cast<int>(what),
        ", outcome ",
        static_cast<int>(v.what),
        ", holder ",
        record_.holder ? std::to_string(index_of(record_.holder->claim)) : "-",
        ", tail ",
        record_.tail ? std::to_string(index_of(record_.tail->claim)) : "-",
        ", token ",
        record_.fencing_token);

    if (record_.holder && !(record_.holder == holder_before))
    {
        if (what != intent::restore &&
            (record_.fencing_token <= token_before || record_.fencing_token <= largest_token_))
            fail(check::fencing, "a new holder without a larger token");
        largest_token_ = std::max(largest_token_, record_.fencing_token);
        claim_of(*record_.holder).was_holder = true;
    }
    if (record_.tail && claim_of(*record_.tail).was_holder && !file_was_removed_)
        fail(check::stale_tail, "the tail has been the holder");
}

// The lock goes to the attached successor that has waited longest.
void world::check_release(std::size_t c)
{
    simulated_claim& claim = claims_[c];
    const auto& successors = claim.successors;
    const auto first = std::min_element(
        successors.begin(),
        successors.end(),
        [&](const successor_link& a, const successor_link& b) {
            return claims_[a.of].ticket < claims_[b.of].ticket;
        }
    );
    counts_.passed_on += !claim.lock_completed ? 1 : 0;
    if (record_.holder)
    {
        ++counts_.grants;
        claim.granted_to = index_of(record_.holder->claim);
        claims_[claim.granted_to].robbed = false;
    }
    const bool right = first == successors.end()
                           ? !record_.holder
                           : record_.holder &&
                                 claims_[first->of].ticket == claim_of(*record_.holder).ticket;
    if (!right)
        fail(check::order, "claim " + std::to_string(c) + " passed the lock to the wrong one");
}

void world::check_rest()
{
    for (std::size_t c = 0; c < claim_count_; ++c)
    {
        const simulated_claim& claim = claims_[c];
        if (!processes_[claim.process].alive)
            continue;
        if (claim.machine.phase() != claim_phase::over || claim.lock_op || claim.unlock_op)
            fail(
                check::stuck,
                "claim " + std::to_string(c) + " in phase " +
                    std::to_string(static_cast<int>(claim.machine.phase()))
            );
    }
    for (const std::size_t k : open_connections_)
    {
        const connection& link = connections_[k];
        if (processes_[link.client_process].alive && processes_[link.server_process].alive)
            fail(check::leak, "connection " + std::to_string(k));
    }
    if (record_.holder && !profile_.may_leave_orphans())
    {
        const simulated_claim& holder = claim_of(*record_.holder);
        if (processes_[holder.process].alive)
            fail(check::orphan, "the record names claim " + std::to_string(&holder - &claims_[0]));
    }
}

// Whatever happened before, a newcomer gets the lock now.
void world::check_newcomer()
{
    const std::uint64_t before = counts_.acquisitions;
    profile_.try_lock = 0;
    add_process(1, 1);
    run_to_rest();
    check_rest();
    if (counts_.acquisitions != before + 1)
        fail(check::stuck, "a newcomer does not get the lock");
}

}  // namespace simulation
