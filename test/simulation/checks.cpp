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
    case check::written_by_another:
        return "written by another";
    case check::blocked_by_dead:
        return "blocked by the dead";
    case check::low_ticket:
        return "low ticket";
    case check::order:
        return "order";
    case check::ticket_order:
        return "order of tickets";
    case check::overtaken:
        return "overtaken";
    case check::unanswered:
        return "unanswered";
    case check::held_up:
        return "held up";
    case check::stale_tail:
        return "stale tail";
    case check::abandoned_holds:
        return "abandoned claim holds";
    case check::circle:
        return "circle";
    case check::place:
        return "place";
    case check::stuck:
        return "stuck";
    case check::orphan:
        return "orphan";
    case check::left_behind:
        return "left behind";
    case check::not_to_be_had:
        return "not to be had";
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
    case check::told_too_early:
        return "told too early";
    case check::left_unsaid:
        return "left unsaid";
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
        const auto phase = claim.machine.phase();
        const bool waits = phase == claim_phase::connecting || phase == claim_phase::attached ||
                           phase == claim_phase::peeking;
        if (waits &&
            std::any_of(
                claim.successors.begin(),
                claim.successors.end(),
                [&](const successor_link& s) { return claims_[s.of].ticket < claim.ticket; }
            ))
            fail(check::circle, "claim " + std::to_string(c));
        const auto* const first = claim.machine.next_in_line();
        for (const successor_link& s : claim.successors)
        {
            if (s.is_first != (first != nullptr && first->link == s.id))
                fail(check::place, "claim " + std::to_string(s.of));
        }
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
    count_overtaken(c);
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

// Who is parked, but has had to leave the record to somebody else, waits for its next poll, and so
// do those behind it. If polls are slow, any number of others may have the lock meanwhile.
bool world::is_somebody_asleep() const
{
    return are_polls_slow() && std::any_of(polls_.begin(), polls_.end(), [&](const step& s) {
               const simulated_claim& claim = claims_[s.of];
               return claim.machine.phase() == claim_phase::parked && claim.is_crowded_out;
           });
}

// A waiter that is not stopped is overtaken at most so often: a few times for every lock object
// that there is, and again for whatever has set it back.
void world::count_overtaken(std::size_t by)
{
    std::size_t users = 0;
    for (std::size_t p = 0; p < process_count_; ++p)
        users += processes_[p].users.size();
    if (is_somebody_asleep())
        return;
    for (std::size_t p = 0; p < process_count_; ++p)
    {
        if (!processes_[p].alive || processes_[p].stopped)
            continue;
        for (const std::size_t c : processes_[p].live_claims)
        {
            simulated_claim& claim = claims_[c];
            const bool is_waiting = claim.registered && claim.has_ticket && claim.lock_op &&
                                    !claim.lock_completed && c != by;
            const bool came_later = !claims_[by].has_ticket || claims_[by].ticket > claim.ticket;
            // Time bounds how long it waits on a process that is stopped, not turns: the limit of
            // an attachment, or the safety net.
            const bool waits_on_stopped = claim.connection != nobody &&
                                          processes_[connections_[claim.connection].server_process]
                                              .stopped;
            if (!is_waiting || !came_later || waits_on_stopped)
                continue;
            ++claim.overtaken;
            const std::uint64_t setbacks = setbacks_ - claim.setbacks_before;
            const double bound = static_cast<double>(4 * users + 8 + 4 * setbacks);
            counts_.most_overtaken = std::max<std::uint64_t>(
                counts_.most_overtaken,
                claim.overtaken
            );
            counts_.most_of_bound = std::max(counts_.most_of_bound, claim.overtaken / bound);
            if (claim.overtaken > bound)
                fail(
                    check::overtaken,
                    "claim " + std::to_string(c) + ", " + std::to_string(claim.overtaken) + " times"
                );
        }
    }
}

void world::check_decision(std::size_t c, intent what, const record& before, const decision& v)
{
    simulated_claim& claim = claims_[c];
    if (v.what == outcome::enqueued)
    {
        claim.ticket = v.ticket;
        claim.has_ticket = true;
        claim.setbacks_before = setbacks_;
        if (v.ticket <= largest_ticket_ && !clock_was_set_back_ && !file_was_replaced_)
            fail(check::low_ticket, "claim " + std::to_string(c));
        largest_ticket_ = std::max(largest_ticket_, v.ticket);
    }
    if (record_.holder && !(record_.holder == before.holder) && !(record_.holder == claim.who))
        fail(check::written_by_another, "claim " + std::to_string(c));
    if (v.what == outcome::released || v.what == outcome::left)
        check_reservation(c, before, v);
    const bool is_refused = v.what == outcome::held || v.what == outcome::enqueued;
    if (is_refused && v.blocker && v.holder != liveness::unknown &&
        !processes_[index_of(v.blocker->presence)].presence_locked)
        fail(check::blocked_by_dead, "claim " + std::to_string(c));
    if (v.what == outcome::acquired)
    {
        claim.robbed = false;
        const bool passes_over = before.next && !(before.next->who == claim.who);
        counts_.passed_over += passes_over ? 1 : 0;
        if (passes_over && is_prompt_ && processes_[claim_of(before.next->who).process].alive)
            fail(check::unanswered, "claim " + std::to_string(index_of(before.next->who.claim)));
    }
    log("transaction of claim ",
        c,
        ": intent ",
        static_cast<int>(what),
        ", outcome ",
        static_cast<int>(v.what),
        ", holder ",
        record_.holder ? std::to_string(index_of(record_.holder->claim)) : "-",
        ", next ",
        record_.next ? std::to_string(index_of(record_.next->who.claim)) : "-",
        ", parked ",
        record_.parked ? std::to_string(index_of(record_.parked->who.claim)) : "-",
        ", tail ",
        record_.tail ? std::to_string(index_of(record_.tail->claim)) : "-",
        ", token ",
        record_.fencing_token,
        ", time ",
        clock_);
    if (what == intent::park)
        claim.is_crowded_out = record_.parked && !(record_.parked->who == claim.who);
    const bool is_parked_out = before.parked &&
                               !(record_.parked && record_.parked->who == before.parked->who);
    if (is_parked_out)
        claim_of(before.parked->who).is_crowded_out = true;
    if (!record_.holder && profile_.replace_file != 0 && random_.chance(128))
        old_record_ = record_;

    if (record_.holder && !(record_.holder == before.holder))
    {
        if (what != intent::restore && (record_.fencing_token <= before.fencing_token ||
                                        (record_.fencing_token <= largest_token_ &&
                                         !(clock_was_set_back_ && file_was_removed_))))
            fail(check::fencing, "a new holder without a larger token");
        largest_token_ = std::max(largest_token_, record_.fencing_token);
        claim.was_holder = true;
    }
    if (record_.tail && claim_of(*record_.tail).was_holder && !file_was_removed_)
        fail(check::stale_tail, "the tail has been the holder");
}

// The lock is reserved for who has waited longest, of those who are attached and the parked one.
void world::check_reservation(std::size_t c, const record& before, const decision& v)
{
    simulated_claim& claim = claims_[c];
    const bool is_over = v.what == outcome::released;
    const bool was_reserved = !before.holder && before.next && before.next->who == claim.who;
    if (!is_over && !was_reserved)
        return;
    std::size_t first = nobody;
    const auto consider = [&](std::size_t other) {
        if (first == nobody || claims_[other].ticket < claims_[first].ticket)
            first = other;
    };
    for (const successor_link& s : claim.successors)
    {
        consider(s.of);
        if (!may_be_attached(s))
            fail(check::left_unsaid, "claim " + std::to_string(s.of));
    }
    if (before.parked && !(before.parked->who == claim.who))
    {
        const std::size_t p = index_of(before.parked->who.presence);
        const std::size_t parked = index_of(before.parked->who.claim);
        const bool is_alive = p == claim.process ? claims_[parked].registered
                                                 : processes_[p].presence_locked;
        // If it could not be tested it counts as alive.
        const bool is_taken_for_alive = profile_.unknown != 0 && record_.next &&
                                        record_.next->who == before.parked->who;
        if (is_alive || is_taken_for_alive)
            consider(parked);
    }
    if (record_.holder)
        fail(check::order, "a lock that was given up has a holder");
    if (is_mutant(mutation::waits_in_a_circle))
        return;
    const bool is_right = record_.next ? first != nobody && claim_of(record_.next->who).ticket ==
                                                                claims_[first].ticket
                                       : first == nobody;
    if (!is_right)
        fail(check::order, "claim " + std::to_string(c) + " reserved the lock for the wrong one");
    if (first == nobody)
        return;
    ++counts_.reservations;
    counts_.passed_on += is_over ? 0 : 1;
    counts_.for_parked += before.parked && record_.next->who == before.parked->who ? 1 : 0;
    if (++claim_of(record_.next->who).reserved > 2 && !file_was_removed_)
        fail(check::held_up, "a claim that does not look has its turn again and again");
}

// The waiter is attached by this attachment, or what will tell that it is not is under way.
bool world::may_be_attached(const successor_link& s) const
{
    if (s.connection == nobody)
        return true;
    const connection& link = connections_[s.connection];
    const bool is_closed = link.up.ended || link.client_closing || !link.client_open ||
                           !processes_[link.client_process].alive;
    const bool is_attached = link.client == s.of && link.attachment == s.attachment;
    const auto end = link.up.unread.begin() + link.up.size;
    return is_closed || is_attached ||
           std::any_of(link.up.unread.begin(), end, [&](const message& m) {
               return m.what == message::kind::detach ? m.number == s.attachment
                                                      : m.number > s.attachment;
           });
}

bool world::is_over_and_alive(const claim_ref& p)
{
    const simulated_claim& claim = claim_of(p);
    return processes_[claim.process].alive && !claim.registered;
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
        const bool is_kept = link.is_idle() && !link.client_closing;
        if (processes_[link.client_process].alive && processes_[link.server_process].alive &&
            !is_kept)
            fail(check::leak, "connection " + std::to_string(k));
    }
    check_record_at_rest();
}

// Nothing in the record names a claim that is over while its process lives: not even a reservation
// that will grow stale, or the end of the queue, unless something went wrong with the file or the
// connections.
void world::check_record_at_rest()
{
    if (record_.holder && is_over_and_alive(*record_.holder))
        fail(check::orphan, "claim " + std::to_string(index_of(record_.holder->claim)));
    if (!is_undisturbed_)
        return;
    const bool is_left = (record_.next && is_over_and_alive(record_.next->who)) ||
                         (record_.parked && is_over_and_alive(record_.parked->who)) ||
                         (record_.tail && is_over_and_alive(*record_.tail));
    if (is_left)
        fail(check::left_behind, "the record names a claim that is over");
}

// Whatever has been, somebody who comes when a reservation's time is over gets the lock: who only
// tries, at once, and who waits.
void world::check_newcomer()
{
    // By every clock, and whatever it was set to.
    clock_ = std::max(clock_, record_.next ? record_.next->since : 0);
    clock_ += reservation_microseconds + 2000;
    profile_.other_namespace = profile_.no_listener = profile_.no_sockets = 0;
    for (const bool waits : {false, true})
    {
        const std::uint64_t before = counts_.acquisitions;
        profile_.try_lock = waits ? 0 : 1024;
        add_process(1, 1);
        run_to_rest();
        if (counts_.acquisitions != before + 1)
            fail(check::not_to_be_had, waits ? "somebody who waits" : "somebody who tries");
        check_rest();
    }
}

}  // namespace simulation
