// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// Connections between processes, which carry one attachment after the other. Each delivers in
// order, in each direction, at any time. What a process sent before it died may be lost or not.

#include <algorithm>

#include "world.hpp"

namespace simulation {

using stage = connection::stage;

bool world::can_reach(std::size_t client, std::size_t server) const
{
    return processes_[server].has_listener &&
           processes_[client].network_namespace == processes_[server].network_namespace;
}

std::size_t world::new_connection(std::size_t client, std::size_t server)
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
    connection& link = connections_[k];
    link.at = stage::posted;
    link.client_open = true;
    link.client_process = client;
    link.server_process = server;
    open_connections_.push_back(k);
    return k;
}

std::size_t world::idle_connection(std::size_t client, std::size_t server) const
{
    const auto found = std::find_if(
        open_connections_.begin(),
        open_connections_.end(),
        [&](std::size_t k) {
            const connection& link = connections_[k];
            return link.is_idle() && !link.client_closing && link.client_process == client &&
                   link.server_process == server;
        }
    );
    return found == open_connections_.end() ? nobody : *found;
}

void world::begin_attachment(std::size_t k, std::size_t c, std::size_t target, link_id number)
{
    connection& link = connections_[k];
    claims_[c].connection = k;
    link.client = c;
    link.target = target;
    link.number = number;
    link.attachment = ++link.last_attachment;
    link.said_attach = link.said_detach = link.was_accepted = link.heard_last_word = false;
}

void world::free_if_closed(std::size_t k)
{
    connection& link = connections_[k];
    const bool may_be_accepted = link.at == stage::dialing &&
                                 processes_[link.server_process].listening;
    const bool is_used = processes_[link.client_process].alive && link.client != nobody &&
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
    if (!processes_[link.server_process].listening ||
        !processes_[link.client_process].has_sockets || random_.chance(profile_.refuse))
    {
        end_client(k);
        return;
    }
    log("dialing: connection ", k, " of claim ", link.client, " to claim ", link.target);
    link.at = stage::dialing;
}

void world::notice_proof(std::size_t k)
{
    connection& link = connections_[k];
    link.at = stage::up;
    if (link.client == nobody)
        return;
    log("up: connection ", k, " of claim ", link.client);
    // It may be there instead of a kept one that ended before it answered.
    if (link.said_attach)
        attach(link.client);
    else
        run_turn(link.client, [number = link.number](claim_machine& m) { m.link_up(number); });
}

// The waiter's process finds that the connection has ended.
void world::end_client(std::size_t k)
{
    const connection link = connections_[k];
    const bool was_up = link.at == stage::up;
    log("ended: connection ", k, " of claim ", link.client);
    close_client(k);
    if (link.client == nobody || link.client_closing)
        return;
    connections_[k].client = nobody;
    claims_[link.client].connection = nobody;
    free_if_closed(k);
    if (is_mutant(was_up ? mutation::end_of_stream_ignored : mutation::refusal_ignored) ||
        (link.said_detach && is_mutant(mutation::end_after_detach_ignored)))
        return;
    if (link.is_reused && !link.was_accepted && !link.said_detach)
    {
        const std::size_t anew = new_connection(link.client_process, link.server_process);
        begin_attachment(anew, link.client, link.target, link.number);
        connections_[anew].said_attach = link.said_attach;
        return;
    }
    run_turn(link.client, [&](claim_machine& m) { m.link_ended(link.number); });
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
    log("closed by the other side: connection ", k);
    link.server_open = false;
    link.attached_to = nobody;
    link.down.ended = true;
    if (random_.chance(profile_.lose))
        link.down.size = static_cast<std::uint8_t>(random_.below(link.down.size + 1u));
    free_if_closed(k);
    if (is_alive && c != nobody)
        forget_successor(c, successor);
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
    const bool is_of_another = link.client == nobody || m.number != link.attachment;
    if (is_of_another &&
        !(is_mutant(mutation::attachment_numbers_ignored) && link.client != nobody))
        return;
    const std::size_t c = link.client;
    const link_id number = link.number;
    (m.what == message::kind::attached ? link.was_accepted : link.heard_last_word) = true;
    run_turn(c, [&](claim_machine& machine) {
        if (m.what == message::kind::attached)
            machine.attach_accepted(number, m.is_first);
        else if (m.what == message::kind::look)
        {
            if (is_mutant(mutation::no_parking_when_refused))
                machine.attach_accepted(number, true);
            machine.look(number);
        }
        else
            machine.detached(number);
    });
}

void world::server_read(std::size_t k)
{
    connection& link = connections_[k];
    const message m = link.up.pop();
    const std::size_t c = link.attached_to;
    if (m.what == message::kind::detach)
    {
        if (c == nobody || m.number != link.server_attachment)
            return;
        run_turn(c, [successor = link.successor_link](claim_machine& machine) {
            machine.successor_detached(successor);
        });
        return;
    }
    if (c != nobody)
    {
        // The waiter has gone on without a word.
        link.attached_to = nobody;
        forget_successor(c, link.successor_link);
    }
    if (claims_[m.target].registered)
    {
        add_successor(k, m);
        return;
    }
    log("claim ", m.from, " attaches to claim ", m.target, ", which is over");
    if (!is_mutant(mutation::look_not_sent_when_over))
        send_to_client(k, {message::kind::look, m.number});
}

}  // namespace simulation
