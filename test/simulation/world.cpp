// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// The schedule: which steps are possible, and one of them after the other.

#include "world.hpp"

namespace simulation {

world::world()
{
    agenda_.reserve(256);
    claims_.reserve(256);
    connections_.reserve(128);
}

void world::set_up(std::uint64_t seed, scenario what)
{
    random_.seed(seed);
    profile_ = draw_profile(random_, what);
    scenario_ = what;
    steps_ = 0;
    is_calm_ = false;
    calm_since_ = SIZE_MAX;
    is_quiet_ = profile_.is_quiet();
    is_undisturbed_ = profile_.is_undisturbed();
    is_prompt_ = profile_.is_prompt();
    setbacks_ = 0;
    record_ = record();
    old_record_ = record();
    record_version_ = 0;
    file_was_removed_ = file_was_replaced_ = clock_was_set_back_ = false;
    clock_ = 1000000000;
    process_count_ = 0;
    claim_count_ = 0;
    connections_.clear();
    open_connections_.clear();
    unused_connections_.clear();
    last_link_ = 0;
    owner_ = nobody;
    largest_token_ = 0;
    largest_ticket_ = 0;
    largest_ticket_served_ = 0;
    ticket_was_served_ = false;
    counts_ = totals();
    for (std::size_t p = 0; p < profile_.processes; ++p)
        add_process(1 + random_.below(profile_.users), 1 + random_.below(profile_.rounds));
    log(profile_.processes, " processes");
}

std::optional<violation> world::run(
    std::uint64_t seed,
    scenario what,
    mutation broken,
    std::ostream* log_to
)
{
    log_ = log_to;
    mutation_ = broken;
    try
    {
        set_up(seed, what);
        run_to_rest();
        check_rest();
        check_newcomer();
    }
    catch (const violation& found)
    {
        log("violation: ", found.what());
        return found;
    }
    return std::nullopt;
}

void world::run_to_rest()
{
    // Many times what any schedule has been seen to need.
    const std::size_t limit = steps_ + profile_.calm_after + 6000 + 400 * claim_count_ +
                              2000 * process_count_;
    for (; steps_ < limit; ++steps_)
    {
        counts_.steps = steps_;
        counts_.most_calm_steps = steps_ - std::min(steps_, calm_since_);
        if (!is_calm_ && steps_ >= profile_.calm_after)
            calm();
        if (!is_calm_ && random_.below(profile_.luck) == 0)
            misfortune();
        find_steps();
        step next;
        if (choose_step(next))
        {
            take(next);
            continue;
        }
        if (is_calm_)
            return;
        calm();
    }
    fail(check::live_lock, "no rest");
}

void world::find_steps()
{
    agenda_.clear();
    polls_.clear();
    timers_.clear();
    for (std::size_t p = 0; p < process_count_; ++p)
        find_steps_of_process(p);
    for (const std::size_t k : open_connections_)
        find_steps_of_connection(k);
}

// In the end they are, or a crowd that polls would leave no time for time to pass.
bool world::are_polls_slow() const
{
    return profile_.slow_polls || (is_calm_ && steps_ - calm_since_ > 1000);
}

// Time passes, as far as that matters, when nothing else can happen.
bool world::choose_step(step& s)
{
    const std::size_t polls = are_polls_slow() ? 0 : polls_.size();
    if (!agenda_.empty())
    {
        const std::size_t i = random_.below(agenda_.size() + polls);
        s = i < agenda_.size() ? agenda_[i] : polls_[i - agenda_.size()];
        return true;
    }
    const step* first = nullptr;
    for (const auto* const timers : {&polls_, &timers_})
    {
        for (const step& t : *timers)
        {
            if (first == nullptr || claims_[t.of].due < claims_[first->of].due)
                first = &t;
        }
    }
    if (first == nullptr)
        return false;
    s = *first;
    clock_ = std::max(clock_, claims_[s.of].due);
    return true;
}

// Polls, and all that does not take much longer; and the slow ones.
void world::find_timers_of_claim(std::size_t c)
{
    const simulated_claim& claim = claims_[c];
    std::vector<step>& timers = claim.pause > 50000 ? timers_ : polls_;
    if (claim.machine_timer)
        timers.push_back({step_kind::machine_timer, c});
    if (claim.stale_machine_timer)
        timers.push_back({step_kind::stale_machine_timer, c});
}

void world::find_steps_of_process(std::size_t p)
{
    simulated_process& process = processes_[p];
    if (!process.alive)
    {
        if (process.presence_locked)
            agenda_.push_back({step_kind::kernel_releases_presence, p});
        if (process.listening && !profile_.half_open)
            agenda_.push_back({step_kind::kernel_closes_listener, p});
        return;
    }
    if (process.stopped)
        return;
    for (std::size_t u = 0; u < process.users.size(); ++u)
    {
        const simulated_user& user = process.users[u];
        if (user.rounds != 0 && (user.claim == nobody || claims_[user.claim].given_up))
            agenda_.push_back({step_kind::begin, p, u});
        if (user.claim != nobody && claims_[user.claim].owned && !claims_[user.claim].unlock_op)
            agenda_.push_back({step_kind::give_up_lock, user.claim});
    }
    for (std::size_t i = 0; i < process.live_claims.size(); ++i)
    {
        const std::size_t c = process.live_claims[i];
        const simulated_claim& claim = claims_[c];
        if (!claim.has_steps_to_come())
        {
            process.live_claims[i--] = process.live_claims.back();
            process.live_claims.pop_back();
            continue;
        }
        if (claim.posted_unlock)
            agenda_.push_back({step_kind::posted_unlock, c});
        if (claim.posted_abandon)
            agenda_.push_back({step_kind::posted_abandon, c});
        if (claim.posted_check)
            agenda_.push_back({step_kind::posted_check, c});
        if (claim.guard_timer)
            agenda_.push_back({step_kind::guard_timer, c});
        if (claim.stale_guard_timer)
            agenda_.push_back({step_kind::stale_guard_timer, c});
        find_timers_of_claim(c);
    }
}

void world::find_steps_of_connection(std::size_t k)
{
    using stage = connection::stage;
    const connection& link = connections_[k];
    const simulated_process& client = processes_[link.client_process];
    const simulated_process& server = processes_[link.server_process];
    if (link.stalled)
        return;

    if (link.client_open && client.alive && !client.stopped)
    {
        if (link.client_closing)
            agenda_.push_back({step_kind::client_close, k});
        if (link.at == stage::posted)
            agenda_.push_back({step_kind::start_connecting, k});
        if (link.at == stage::proved)
            agenda_.push_back({step_kind::notice_proof, k});
        if (link.at == stage::up && link.down.size != 0)
            agenda_.push_back({step_kind::client_read, k});
        else if (!link.client_closing && (link.down.ended || (link.at == stage::dialing && !server.alive && profile_.half_open)))
            agenda_.push_back({step_kind::client_end, k});
    }
    else if (link.client_open && !client.alive && !profile_.half_open)
        agenda_.push_back({step_kind::kernel_closes_client, k});

    if (server.alive && !server.stopped)
    {
        if (link.at == stage::dialing)
            agenda_.push_back({step_kind::accept, k});
        else if (link.server_open && link.up.size != 0)
            agenda_.push_back({step_kind::server_read, k});
        else if (link.server_open && link.up.ended)
            agenda_.push_back({step_kind::server_end, k});
    }
    else if (link.server_open && !server.alive && !profile_.half_open)
        agenda_.push_back({step_kind::kernel_closes_server, k});
}

void world::take(const step& s)
{
    using stage = connection::stage;
    switch (s.what)
    {
    case step_kind::begin:
        begin_claim(s.of, s.user);
        break;
    case step_kind::give_up_lock:
        give_up_lock(s.of);
        break;
    case step_kind::start_connecting:
        start_connecting(s.of);
        break;
    case step_kind::accept:
        log("accepted: connection ", s.of);
        connections_[s.of].at = stage::proved;
        connections_[s.of].server_open = true;
        break;
    case step_kind::notice_proof:
        notice_proof(s.of);
        break;
    case step_kind::client_read:
        client_read(s.of);
        break;
    case step_kind::client_end:
        end_client(s.of);
        break;
    case step_kind::server_read:
        server_read(s.of);
        break;
    case step_kind::client_close:
    case step_kind::kernel_closes_client:
        close_client(s.of);
        break;
    case step_kind::server_end:
    case step_kind::kernel_closes_server:
        close_server(s.of);
        break;
    case step_kind::kernel_closes_listener:
        close_listener(s.of);
        break;
    case step_kind::kernel_releases_presence:
        log("presence released: process ", s.of);
        processes_[s.of].presence_locked = false;
        break;
    default:
        take_claim_step(s);
        break;
    }
}

void world::take_claim_step(const step& s)
{
    const std::size_t c = s.of;
    simulated_claim& claim = claims_[c];
    switch (s.what)
    {
    case step_kind::posted_unlock:
        run_unlock(c);
        break;
    case step_kind::posted_abandon:
        claim.posted_abandon = false;
        if (is_mutant(mutation::abandonment_lost))
            break;
        log("abandon: claim ", c);
        run_turn(c, [](claim_machine& m) { m.abandon(); });
        break;
    case step_kind::posted_check:
        claim.posted_check = false;
        log("check the record: claim ", c);
        run_turn(c, [](claim_machine& m) { m.check_record(); });
        break;
    case step_kind::guard_timer:
    case step_kind::stale_guard_timer:
        (s.what == step_kind::guard_timer ? claim.guard_timer : claim.stale_guard_timer) = false;
        turn_.clear();
        if (claim.transaction)
            try_transaction(c);
        perform_all();
        check_turn();
        break;
    case step_kind::machine_timer:
    case step_kind::stale_machine_timer:
        (s.what == step_kind::machine_timer ? claim.machine_timer : claim.stale_machine_timer
        ) = false;
        claim.repeated = 0;
        log("timer: claim ", c);
        run_turn(c, [](claim_machine& m) { m.timer_fired(); });
        break;
    default:
        break;
    }
}

}  // namespace simulation
