// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// Connections between claims of different processes. Each delivers in order, in each direction, at
// any time. What a process sent before it died may be lost or not.

#include <algorithm>

#include "world.hpp"

namespace simulation {

using stage = connection::stage;

std::size_t world::new_connection()
{
    std::size_t k = connections_.size();
    if (unused_connections_.empty())
        connections_.emplace_back();
    else
    {
        k = unused_connections_.back();
        unused_connections_.pop_back();
        connections_[k] = connection();
    }
    connections_[k].at = stage::posted;
    connections_[k].client_open = true;
    open_connections_.push_back(k);
    return k;
}

void world::free_if_closed(std::size_t k)
{
    connection& link = connections_[k];
    const bool may_be_accepted = link.at == stage::dialing &&
                                 processes_[link.server_process].listening;
    const bool is_used = processes_[link.client_process].alive &&
                         claims_[link.client].connection == k;
    if (link.at == stage::unused || link.client_open || link.server_open || may_be_accepted ||
        is_used)
        return;
    link.at = stage::unused;
    open_connections_.erase(std::find(open_connections_.begin(), open_connections_.end(), k));
    unused_connections_.push_back(k);
}

void world::start_connecting(std::size_t k)
{
    connection& link = connections_[k];
    const simulated_process& server = processes_[link.server_process];
    if (!server.listening || server.unreachable || random_.chance(profile_.refuse))
    {
        end_client(k);
        return;
    }
    log("dialing: connection ", k, " of claim ", link.client, " to claim ", link.target);
    link.at = stage::dialing;
}

// The waiter finds that the connection has ended.
void world::end_client(std::size_t k)
{
    const std::size_t c = connections_[k].client;
    const link_id number = connections_[k].number;
    const bool was_up = connections_[k].at == stage::up;
    log("ended: connection ", k, " of claim ", c);
    close_client(k);
    if (is_mutant(was_up ? mutation::end_of_stream_ignored : mutation::refusal_ignored))
        return;
    run_turn(c, [&](claim_machine& m) { m.link_ended(number); });
}

void world::close_client(std::size_t k)
{
    connection& link = connections_[k];
    link.client_open = false;
    link.up.ended = true;
    if (random_.chance(profile_.lose))
        link.up.size = static_cast<std::uint8_t>(random_.below(link.up.size + 1u));
    free_if_closed(k);
}

void world::close_server(std::size_t k)
{
    connection& link = connections_[k];
    const std::size_t c = link.attached_to;
    const link_id successor = link.successor_link;
    const bool is_alive = processes_[link.server_process].alive;
    log("closed by the other side: connection ", k, " of claim ", link.client);
    link.server_open = false;
    link.down.ended = true;
    if (random_.chance(profile_.lose))
        link.down.size = static_cast<std::uint8_t>(random_.below(link.down.size + 1u));
    free_if_closed(k);
    if (!is_alive || c == nobody)
        return;

    auto& successors = claims_[c].successors;
    successors.erase(
        std::remove_if(
            successors.begin(),
            successors.end(),
            [&](const successor_link& s) { return s.id == successor; }
        ),
        successors.end()
    );
    if (!is_mutant(mutation::dead_successor_kept))
        run_turn(c, [&](claim_machine& m) { m.successor_ended(successor); });
}

void world::close_listener(std::size_t p)
{
    log("listener closed: process ", p);
    processes_[p].listening = false;
    for (std::size_t i = open_connections_.size(); i-- != 0;)
    {
        const std::size_t k = open_connections_[i];
        connection& link = connections_[k];
        if (link.at == stage::dialing && link.server_process == p)
        {
            link.down.ended = true;
            free_if_closed(k);
        }
    }
}

void world::send_to_server(std::size_t k, message m)
{
    connection& link = connections_[k];
    if (link.client_open && !link.up.ended)
        link.up.push(m);
}

void world::send_to_client(std::size_t k, message m)
{
    connection& link = connections_[k];
    if (link.server_open && link.client_open && !link.down.ended)
        link.down.push(m);
}

void world::client_read(std::size_t k)
{
    connection& link = connections_[k];
    const message m = link.down.pop();
    run_turn(link.client, [&, number = link.number](claim_machine& machine) {
        switch (m.what)
        {
        case message::kind::attached:
            machine.attach_accepted(number);
            break;
        case message::kind::granted:
            machine.granted(number, m.number);
            break;
        case message::kind::moved:
            if (is_mutant(mutation::no_pause_when_refused))
                machine.attach_accepted(number);
            machine.moved(number);
            break;
        default:
            machine.detached(number);
            break;
        }
    });
}

void world::server_read(std::size_t k)
{
    connection& link = connections_[k];
    const message m = link.up.pop();
    if (m.what == message::kind::detach)
    {
        if (link.attached_to != nobody)
        {
            run_turn(link.attached_to, [successor = link.successor_link](claim_machine& machine) {
                machine.successor_detached(successor);
            });
        }
        return;
    }
    if (claims_[link.target].registered)
    {
        add_successor(link.target, k, m.number);
        return;
    }
    log("claim ", link.client, " attaches to claim ", link.target, ", which is over");
    if (!is_mutant(mutation::moved_not_sent_when_over))
        send_to_client(k, {message::kind::moved, 0});
    // The record must not go on naming a claim that is over: a claim that attaches here has read
    // it.
    if (entry_exists(link.server_process))
        clear_orphan(link.server_process);
}

}  // namespace simulation
