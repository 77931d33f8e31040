// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// What users do with their lock objects, and what befalls them.

#include <algorithm>

#include "world.hpp"

namespace simulation {

std::size_t world::add_process(std::size_t users, std::size_t rounds)
{
    if (process_count_ == processes_.size())
        processes_.emplace_back();
    simulated_process& process = processes_[process_count_];
    process.alive = true;
    process.stopped = false;
    process.presence_locked = true;
    process.has_listener = !random_.chance(profile_.no_listener);
    process.listening = process.has_listener;
    process.has_sockets = !random_.chance(profile_.no_sockets);
    process.network_namespace = random_.chance(profile_.other_namespace) ? 1 : 0;
    process.live_claims.clear();
    process.users.assign(users, simulated_user{rounds, nobody});
    return process_count_++;
}

void world::calm()
{
    log("calm");
    is_calm_ = true;
    calm_since_ = steps_;
    profile_.crash = profile_.cancel = profile_.destroy = profile_.time_limit = 0;
    profile_.stop = profile_.stall_connection = profile_.check = profile_.remove_file = 0;
    profile_.replace_file = profile_.cut = profile_.age = profile_.drop_idle = 0;
    profile_.error = profile_.write_error = profile_.unknown = 0;
    profile_.refuse = profile_.die_inside = 0;
    profile_.busy = std::min(profile_.busy, 256u);
    for (std::size_t p = 0; p < process_count_; ++p)
        processes_[p].stopped = false;
    for (const std::size_t k : open_connections_)
        connections_[k].stalled = false;
}

std::size_t world::pick_process()
{
    return random_.below(process_count_);
}

std::size_t world::pick_claim()
{
    const auto& claims = processes_[pick_process()].live_claims;
    return claims.empty() ? nobody : claims[random_.below(claims.size())];
}

void world::misfortune()
{
    const profile& p = profile_;
    const unsigned all = p.crash + p.cancel + p.destroy + p.time_limit + p.stop +
                         p.stall_connection + p.check + p.remove_file + p.replace_file + p.cut +
                         p.age + p.drop_idle;
    if (all == 0)
        return;
    auto which = static_cast<unsigned>(random_.below(all));
    const auto is = [&](unsigned weight) {
        const bool hit = which < weight;
        which -= hit ? 0 : weight;
        return hit;
    };
    if (is(p.crash))
        crash(pick_process());
    else if (is(p.cancel))
    {
        if (const std::size_t c = pick_claim(); c != nobody && claims_[c].lock_op)
            cancel(c);
    }
    else if (is(p.destroy))
    {
        const std::size_t of = pick_process();
        destroy(of, random_.below(processes_[of].users.size()));
    }
    else if (is(p.time_limit))
        hit_time_limit();
    else if (is(p.stop))
    {
        simulated_process& process = processes_[pick_process()];
        process.stopped = !process.stopped;
        counts_.stops += process.stopped ? 1 : 0;
        ++setbacks_;
    }
    else if (is(p.stall_connection))
    {
        if (!open_connections_.empty())
        {
            const std::size_t k = random_.below(open_connections_.size());
            connection& link = connections_[open_connections_[k]];
            link.stalled = !link.stalled;
            ++setbacks_;
        }
    }
    else if (is(p.check))
    {
        if (const std::size_t c = pick_claim(); c != nobody)
            claims_[c].posted_check = claims_[c].owned;
    }
    else if (is(p.remove_file))
        lose_file(false);
    else if (is(p.replace_file))
        lose_file(true);
    else if (is(p.age))
    {
        const bool back = random_.chance(128);
        clock_was_set_back_ |= back;
        clock_ += back ? std::uint64_t(0) - 1000000 : reservation_microseconds + 1;
        log(back ? "the clock is set back" : "time passes");
        ++setbacks_;
    }
    else if (is(p.drop_idle))
        drop_idle_connection();
    else
        cut_connection();
}

void world::crash(std::size_t p)
{
    simulated_process& process = processes_[p];
    if (!process.alive)
        return;
    log("crash: process ", p);
    process.alive = false;
    ++counts_.crashes;
    ++setbacks_;
    process.live_claims.clear();
}

// Both sides have a limit for the time before `attach` is said.
void world::hit_time_limit()
{
    if (open_connections_.empty())
        return;
    const std::size_t k = open_connections_[random_.below(open_connections_.size())];
    connection& link = connections_[k];
    const bool is_new = link.at == connection::stage::dialing ||
                        link.at == connection::stage::proved;
    if (link.server_open && link.attached_to == nobody && processes_[link.server_process].alive &&
        !link.said_attach)
    {
        log("the server drops connection ", k);
        link.up.size = 0;
        close_server(k);
    }
    else if (is_new && link.client_open && !link.client_closing && processes_[link.client_process].alive)
    {
        log("too slow: connection ", k);
        end_client(k);
    }
}

void world::drop_idle_connection()
{
    if (open_connections_.empty())
        return;
    const std::size_t k = open_connections_[random_.below(open_connections_.size())];
    connection& link = connections_[k];
    if (link.is_idle() && processes_[link.client_process].alive && random_.chance(512))
        link.client_closing = true;
    else if (link.at == connection::stage::up && link.server_open && link.attached_to == nobody &&
             (link.is_reused || link.up.size == 0) && processes_[link.server_process].alive)
    {
        // What has crossed with that is not read: an attach, perhaps with its detach.
        link.up.size = 0;
        close_server(k);
    }
}

// It breaks, or the waiter has no answer in time.
void world::cut_connection()
{
    if (open_connections_.empty())
        return;
    const std::size_t k = open_connections_[random_.below(open_connections_.size())];
    connection& link = connections_[k];
    if (link.at != connection::stage::up)
        return;
    log("cut: connection ", k);
    ++counts_.cuts;
    ++setbacks_;
    if (link.client != nobody)
        claims_[link.client].repeated = 0;
    const bool is_unanswered = link.client_open && link.client != nobody && link.said_attach &&
                               !link.was_accepted && processes_[link.client_process].alive;
    if (is_unanswered && random_.chance(512))
    {
        link.is_reused = false;
        end_client(k);
        return;
    }
    for (stream* const s : {&link.up, &link.down})
    {
        s->ended = true;
        s->size = static_cast<std::uint8_t>(random_.below(s->size + 1u));
    }
}

// An inotify event tells the holder, at some time.
void world::lose_file(bool is_replaced)
{
    log(is_replaced ? "file replaced" : "file removed");
    if (record_.parked)
        claim_of(record_.parked->who).is_crowded_out = true;
    record_ = is_replaced ? old_record_ : record();
    ++record_version_;
    ++setbacks_;
    ++counts_.files;
    file_was_removed_ = true;
    file_was_replaced_ |= is_replaced;
    for (std::size_t p = 0; p < process_count_; ++p)
    {
        for (const std::size_t c : processes_[p].live_claims)
        {
            claims_[c].robbed = true;
            claims_[c].posted_check = true;
        }
    }
}

void world::begin_claim(std::size_t p, std::size_t u)
{
    if (claim_count_ == claims_.size())
        claims_.emplace_back();
    const std::size_t c = claim_count_++;
    simulated_user& user = processes_[p].users[u];
    --user.rounds;
    user.claim = c;
    processes_[p].live_claims.push_back(c);

    simulated_claim& claim = claims_[c];
    claim.reset(profile_.timing);
    claim.who = {
        make_id(id_kind::claim, c),
        make_id(id_kind::presence, p),
        static_cast<std::int64_t>(p + 1)};
    claim.process = p;
    claim.user = u;
    claim.waits = !random_.chance(profile_.try_lock);
    claim.lock_op = true;
    claim.registered = true;
    log(claim.waits ? "lock" : "try", ": claim ", c, " of process ", p);
    run_turn(c, [&](claim_machine& m) { m.begin(claim.waits); });
}

void world::give_up_lock(std::size_t c)
{
    simulated_claim& claim = claims_[c];
    log("unlock: claim ", c);
    claim.unlock_op = true;
    if (random_.chance(512))
        claim.posted_unlock = true;
    else
        run_unlock(c);
}

void world::run_unlock(std::size_t c)
{
    simulated_claim& claim = claims_[c];
    claim.posted_unlock = false;
    if (claim.machine.is_holding())
        run_turn(c, [](claim_machine& m) { m.release(); });
    else if (claim.machine.phase() == claim_phase::over)
        complete_unlock(c, claim.lost ? errc::lost : errc::not_owner);
}

void world::cancel(std::size_t c)
{
    simulated_claim& claim = claims_[c];
    log("cancel: claim ", c);
    ++counts_.cancels;
    claim.lock_op = false;
    claim.given_up = true;
    claim.posted_abandon = true;
}

// The lock object goes away; perhaps its claim is the last that the process has of the lock.
void world::destroy(std::size_t p, std::size_t u)
{
    simulated_user& user = processes_[p].users[u];
    const std::size_t c = user.claim;
    if (!processes_[p].alive || c == nobody)
        return;
    log("destroy: claim ", c);
    user.claim = nobody;
    simulated_claim& claim = claims_[c];
    if (claim.lock_op)
        cancel(c);
    if (claim.owned)
    {
        claim.owned = false;
        claim.given_up = true;
        run_turn(c, [](claim_machine& m) { m.abandon(); });
    }
    else if (claim.registered)
        claim.posted_abandon = true;
}

}  // namespace simulation
