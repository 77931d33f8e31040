// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// Attachments: within a process directly, else by a connection, which may be a kept one.

#include <algorithm>

#include "world.hpp"

namespace simulation {

using kind = claim_action::kind;

void world::connect(std::size_t c, const claim_action& action)
{
    simulated_claim& claim = claims_[c];
    const std::size_t target = index_of(action.target.claim);
    const std::size_t to = index_of(action.target.presence);
    log("connect: claim ", c, " to claim ", target);
    const bool again = claim.last_target == target && claim.last_version == record_version_;
    claim.repeated = again ? claim.repeated + 1 : 1;
    claim.last_target = target;
    claim.last_version = record_version_;
    if (claim.repeated > 2)
        fail(check::spinning, "a claim attaches to the same claim over and over");

    claim.predecessor_number = action.link;
    if (to == claim.process)
    {
        claim.local_predecessor = claims_[target].registered ? target : nobody;
        claim.machine.link_up(action.link);
        touch(c);
        return;
    }
    if (!can_reach(claim.process, to))
    {
        claim.machine.link_unreachable(action.link);
        touch(c);
        return;
    }
    const std::size_t kept = idle_connection(claim.process, to);
    const std::size_t k = kept != nobody ? kept : new_connection(claim.process, to);
    begin_attachment(k, c, target, action.link);
    if (kept == nobody)
        return;
    ++counts_.reused;
    connections_[k].is_reused = true;
    claims_[c].machine.link_up(action.link);
    touch(c);
}

void world::attach(std::size_t c)
{
    const simulated_claim& claim = claims_[c];
    const std::size_t k = claim.connection;
    connection& link = connections_[k];
    const bool forgets = is_mutant(mutation::ticket_lost_on_look) && claim.predecessor_number > 1;
    link.said_attach = true;
    message m{message::kind::attach, link.attachment};
    m.ticket = claim.machine.ticket() + (forgets ? 1000000 : 0);
    m.from = c;
    m.target = link.target;
    // A connection that is being made anew says so when it is up.
    if (link.at == connection::stage::up)
        send_to_server(k, m);
}

void world::say_to_predecessor(std::size_t c, const claim_action& action)
{
    simulated_claim& claim = claims_[c];
    const bool is_attach = action.what == kind::say_attach;
    log(is_attach ? "attach" : "detach", ": claim ", c);
    if (claim.connection != nobody)
    {
        connection& link = connections_[claim.connection];
        if (is_attach)
            attach(c);
        else if (link.at == connection::stage::up)
        {
            link.said_detach = true;
            send_to_server(claim.connection, {message::kind::detach, link.attachment});
        }
        else
        {
            // The kept one has ended, and the new one is not there yet.
            claim.machine.link_ended(claim.predecessor_number);
            touch(c);
        }
        return;
    }
    if (claim.local_predecessor == nobody)
    {
        // The record names a claim of this process that is over.
        claim.machine.look(claim.predecessor_number);
        touch(c);
        return;
    }
    simulated_claim& before = claims_[claim.local_predecessor];
    if (is_attach)
    {
        claim.local_predecessor_link = ++last_link_;
        before.successors.push_back(
            {claim.local_predecessor_link, nobody, 0, c, claim.predecessor_number, c}
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
    const std::size_t local = std::exchange(claim.local_predecessor, nobody);
    if (local != nobody)
    {
        auto& successors = claims_[local].successors;
        const auto mine = std::find_if(
            successors.begin(),
            successors.end(),
            [&](const successor_link& s) { return s.id == claim.local_predecessor_link; }
        );
        if (mine == successors.end())
            return;
        // The last word was not said.
        successors.erase(mine);
        claims_[local].machine.successor_ended(claim.local_predecessor_link);
        touch(local);
        return;
    }
    if (k == nobody)
        return;
    connection& link = connections_[k];
    link.client = nobody;
    const bool is_in_order = link.heard_last_word || !link.said_attach;
    // Until the claim before it hears of that it may be reserved the lock when it is over.
    if (!is_in_order && !claim.machine.is_abandoned())
        is_undisturbed_ = is_prompt_ = false;
    const bool may_keep = link.at == connection::stage::up && link.client_open;
    if (may_keep && random_.chance(is_in_order ? profile_.keep : profile_.keep_early))
    {
        if (!is_in_order)
            send_to_server(k, {message::kind::detach, link.attachment});
        return;
    }
    link.client_closing = true;
    free_if_closed(k);
}

void world::add_successor(std::size_t k, const message& m)
{
    connection& link = connections_[k];
    link.attached_to = m.target;
    link.successor_link = ++last_link_;
    link.server_attachment = m.number;
    claims_[m.target].successors.push_back({link.successor_link, k, m.number, nobody, 0, m.from});
    const claim_contact who{claims_[m.from].who, 0};
    run_turn(m.target, [&](claim_machine& machine) {
        const bool hides = is_mutant(mutation::waits_in_a_circle) && m.ticket <= machine.ticket();
        const std::uint64_t ticket = hides ? machine.ticket() + 1 : m.ticket;
        machine.successor_attached({link.successor_link, who, ticket});
    });
}

void world::forget_successor(std::size_t c, link_id link)
{
    auto& successors = claims_[c].successors;
    successors.erase(
        std::remove_if(
            successors.begin(),
            successors.end(),
            [&](const successor_link& s) { return s.id == link; }
        ),
        successors.end()
    );
    if (!is_mutant(mutation::dead_successor_kept))
        run_turn(c, [&](claim_machine& m) { m.successor_ended(link); });
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
    found->is_first = action.is_first;
    const successor_link to = *found;
    const bool is_last_word = action.what != kind::say_attached;
    if (is_last_word)
    {
        successors.erase(found);
        if (to.connection != nobody && connections_[to.connection].successor_link == to.id)
            connections_[to.connection].attached_to = nobody;
    }
    const bool is_look = action.what == kind::say_look;
    // Unless that one may have to wait on the successor itself.
    if (is_look && claims_[c].machine.phase() != claim_phase::over &&
        (claims_[c].machine.is_abandoned() || claims_[to.of].ticket > claims_[c].ticket))
        fail(check::told_too_early, "claim " + std::to_string(c));
    log("claim ",
        c,
        is_look        ? " says look to claim "
        : is_last_word ? " says detached to claim "
                       : " says attached to claim ",
        to.of);

    if (is_look &&
        (is_mutant(mutation::look_not_sent) ||
         (is_mutant(mutation::look_not_sent_to_the_late) && to.id > claims_[c].early_link)))
        return;
    if (to.connection != nobody)
    {
        const auto what = is_look        ? message::kind::look
                          : is_last_word ? message::kind::detached
                                         : message::kind::attached;
        message m{what, to.attachment};
        m.is_first = action.is_first;
        send_to_client(to.connection, m);
        return;
    }
    claim_machine& other = claims_[to.local].machine;
    if (is_look)
        other.look(to.local_link);
    else if (is_last_word)
        other.detached(to.local_link);
    else
        other.attach_accepted(to.local_link, action.is_first);
    touch(to.local);
}

}  // namespace simulation
