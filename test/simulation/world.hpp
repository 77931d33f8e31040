// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// A world of processes that use one lock: the real state machine of the claims and the real
// decisions; file, kernel, network and users are simulated. One random number after another decides
// what happens next, so that a seed is a schedule.
//
// What the library's shell does with a claim's actions is mirrored: an event, and all that follows
// from it within the process, is one step; a transaction is one step of the file, or waits for the
// guard; sending is part of a step, receiving is a step. A process can die between any two actions
// of a step. Left out: the bytes of record, frames and handshake, and descriptors.

#ifndef SOCKETLOCK_TEST_SIMULATION_WORLD_HPP
#define SOCKETLOCK_TEST_SIMULATION_WORLD_HPP

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "parts.hpp"

namespace simulation {

class world
{
public:
    world();

    /// Runs a schedule; the violation if there was one. `log` may be null.
    std::optional<violation> run(
        std::uint64_t seed,
        scenario what,
        mutation broken,
        std::ostream* log
    );

    /// What happened in the last schedule.
    const totals& counts() const noexcept { return counts_; }

private:
    enum class step_kind : std::uint8_t
    {
        begin,
        give_up_lock,
        posted_unlock,
        posted_abandon,
        posted_check,
        guard_timer,
        machine_timer,
        stale_guard_timer,
        stale_machine_timer,
        start_connecting,
        accept,
        notice_proof,
        client_read,
        client_end,
        client_close,
        server_read,
        server_end,
        kernel_closes_client,
        kernel_closes_server,
        kernel_closes_listener,
        kernel_releases_presence,
    };

    struct step
    {
        step_kind what;
        std::size_t of;
        std::size_t user = 0;
    };

    // The schedule (world.cpp).
    void set_up(std::uint64_t seed, scenario what);
    void run_to_rest();
    void find_steps();
    bool choose_step(step& s);
    bool are_polls_slow() const;
    void find_timers_of_claim(std::size_t c);
    void find_steps_of_process(std::size_t p);
    void find_steps_of_connection(std::size_t k);
    void take(const step& s);
    void take_claim_step(const step& s);

    // What users and fate do (fate.cpp).
    void misfortune();
    void calm();
    void crash(std::size_t p);
    void hit_time_limit();
    void cut_connection();
    void lose_file(bool is_replaced);
    void drop_idle_connection();
    std::size_t add_process(std::size_t users, std::size_t rounds);
    void begin_claim(std::size_t p, std::size_t u);
    void give_up_lock(std::size_t c);
    void run_unlock(std::size_t c);
    void cancel(std::size_t c);
    void destroy(std::size_t p, std::size_t u);
    std::size_t pick_process();
    std::size_t pick_claim();

    // The shell of a claim (shell.cpp).
    template <class Event>
    void run_turn(std::size_t c, Event event);
    void perform_all();
    void perform(std::size_t c, claim_action action);
    void try_transaction(std::size_t c);
    bool transact(std::size_t c, intent what, transaction_result& result);
    liveness prove(const claim_ref& p, std::size_t asker);
    void complete_lock(std::size_t c, const claim_action& action);
    void complete_unlock(std::size_t c, const error_code& ec);
    void finish(std::size_t c);
    void stop_timers(std::size_t c);
    bool dies_here(std::size_t p);
    void touch(std::size_t c);

    // Its attachments (links.cpp).
    void connect(std::size_t c, const claim_action& action);
    void say_to_predecessor(std::size_t c, const claim_action& action);
    void disconnect(std::size_t c);
    void say_to_successor(std::size_t c, const claim_action& action);
    void attach(std::size_t c);
    void add_successor(std::size_t k, const message& m);
    void forget_successor(std::size_t c, link_id link);

    // The network (network.cpp).
    std::size_t new_connection(std::size_t client, std::size_t server);
    std::size_t idle_connection(std::size_t client, std::size_t server) const;
    bool can_reach(std::size_t client, std::size_t server) const;
    void begin_attachment(std::size_t k, std::size_t c, std::size_t target, link_id number);
    void notice_proof(std::size_t k);
    void start_connecting(std::size_t k);
    void end_client(std::size_t k);
    void client_read(std::size_t k);
    void server_read(std::size_t k);
    void close_client(std::size_t k);
    void close_server(std::size_t k);
    void close_listener(std::size_t p);
    void send_to_server(std::size_t k, message m);
    void send_to_client(std::size_t k, message m);
    void free_if_closed(std::size_t k);

    // The checks (checks.cpp).
    void check_turn();
    void check_decision(std::size_t c, intent what, const record& before, const decision& v);
    void check_reservation(std::size_t c, const record& before, const decision& v);
    void check_hold(std::size_t c, std::uint64_t token);
    void count_overtaken(std::size_t by);
    bool is_somebody_asleep() const;
    bool may_be_attached(const successor_link& s) const;
    void check_rest();
    void check_record_at_rest();
    bool is_over_and_alive(const claim_ref& p);
    void check_newcomer();
    [[noreturn]] void fail(check c, const std::string& text) const;

    // The mutations (mutation.cpp).
    decision decide_mutated(std::size_t c, const request& q);
    bool mutate_action(std::size_t c, claim_action& action);
    bool is_mutant(mutation m) const noexcept { return mutation_ == m; }

    template <class... Parts>
    void log(const Parts&... parts)
    {
        if (log_ == nullptr)
            return;
        *log_ << steps_ << ": ";
        (*log_ << ... << parts) << '\n';
    }

    simulated_claim& claim_of(const claim_ref& p);

    random_source random_;
    profile profile_;
    scenario scenario_ = scenario::any;
    mutation mutation_ = mutation::none;
    std::ostream* log_ = nullptr;
    std::size_t steps_ = 0;
    bool is_calm_ = false;
    bool is_quiet_ = false;
    bool is_undisturbed_ = false;
    bool is_prompt_ = false;
    /// What may set waiters back.
    std::uint64_t setbacks_ = 0;
    std::size_t calm_since_ = 0;

    record record_;
    /// Grows with every change of the record.
    std::uint64_t record_version_ = 0;
    /// One of an earlier time, when nobody held the lock.
    record old_record_;
    bool file_was_removed_ = false;
    bool file_was_replaced_ = false;
    bool clock_was_set_back_ = false;
    std::uint64_t clock_ = 0;

    std::vector<simulated_process> processes_;
    std::size_t process_count_ = 0;
    std::vector<simulated_claim> claims_;
    std::size_t claim_count_ = 0;
    std::vector<connection> connections_;
    std::vector<std::size_t> open_connections_;
    std::vector<std::size_t> unused_connections_;
    link_id last_link_ = 0;

    std::vector<step> agenda_;
    std::vector<step> polls_;
    std::vector<step> timers_;
    std::vector<std::size_t> turn_;

    // For the checks.
    std::size_t owner_ = nobody;
    std::uint64_t largest_token_ = 0;
    std::uint64_t largest_ticket_ = 0;
    std::uint64_t largest_ticket_served_ = 0;
    bool ticket_was_served_ = false;
    totals counts_;
};

template <class Event>
void world::run_turn(std::size_t c, Event event)
{
    turn_.clear();
    event(claims_[c].machine);
    touch(c);
    perform_all();
    check_turn();
}

}  // namespace simulation

#endif
