// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// What the simulated world consists of.

#ifndef SOCKETLOCK_TEST_SIMULATION_PARTS_HPP
#define SOCKETLOCK_TEST_SIMULATION_PARTS_HPP

#include <socketlock/detail/queue/claim_machine.hpp>
#include <socketlock/detail/record/decision.hpp>
#include <socketlock/error.hpp>

#ifdef SOCKETLOCK_HEADER_ONLY
#include <socketlock/detail/queue/claim_machine.ipp>
#include <socketlock/detail/queue/claim_machine_successors.ipp>
#endif

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <ostream>
#include <vector>

#include "mutation.hpp"
#include "random.hpp"

namespace simulation {

using namespace socketlock::detail;
using socketlock::errc;
using socketlock::error_code;

inline constexpr std::size_t nobody = SIZE_MAX;

/// Ids of the simulation: a kind and a number instead of 128 random bits.
enum class id_kind : unsigned char
{
    claim = 1,
    presence = 2,
};

id128 make_id(id_kind kind, std::size_t index);
std::size_t index_of(const id128& id);

/// What may happen in a schedule. Chances are parts of 1024.
struct profile
{
    std::size_t processes = 2;
    /// Lock objects of a process, and how often each locks; at most.
    std::size_t users = 1;
    std::size_t rounds = 1;
    unsigned try_lock = 0;

    /// Until then one of so many steps is a misfortune.
    std::size_t calm_after = 0;
    std::size_t luck = 16;
    // The misfortunes, by weight.
    unsigned crash = 0;
    unsigned cancel = 0;
    unsigned destroy = 0;
    unsigned time_limit = 0;
    unsigned stall = 0;
    unsigned stall_connection = 0;
    unsigned look = 0;
    unsigned remove_file = 0;
    /// Connections break while both processes live.
    unsigned cut = 0;

    unsigned busy = 0;
    unsigned error = 0;
    /// A transaction that fails in writing, whether the record is changed or not.
    unsigned write_error = 0;
    unsigned unknown = 0;
    unsigned refuse = 0;
    unsigned lose = 0;
    /// A process that nobody can connect to, as in another network namespace.
    unsigned unreachable = 0;
    unsigned die_inside = 0;
    bool clock_jumps = false;
    /// The sockets of dead processes are never closed: somebody inherited them. Timers fire only
    /// when nothing else can happen: they are slow, and nobody else is.
    bool half_open = false;
    claim_timing timing;

    /// A waiter may leave without a last word, and be granted the lock when it is over: the record
    /// names it until somebody waits for the lock again.
    bool may_leave_orphans() const { return cut != 0; }

    /// Nothing goes wrong but delays.
    bool is_quiet() const
    {
        return crash + cancel + destroy + time_limit + remove_file + cut + error + write_error +
                   unknown + refuse + unreachable + die_inside ==
               0;
    }
};

profile draw_profile(random_source& random, scenario what);

struct message
{
    enum class kind : std::uint8_t
    {
        attach,
        detach,
        attached,
        granted,
        moved,
        detached,
    };

    kind what = kind::attach;
    std::uint64_t number = 0;
};

/// What is under way in one direction.
struct stream
{
    std::array<message, 8> unread{};
    std::uint8_t size = 0;
    /// Nothing more can come.
    bool ended = false;

    void push(message m);
    message pop();
};

/// A connection of a waiter to a claim of another process.
struct connection
{
    enum class stage : std::uint8_t
    {
        unused,
        /// To be made.
        posted,
        /// The other side has not accepted it yet.
        dialing,
        /// The other side has proved itself; not noticed yet.
        proved,
        up,
    };

    stage at = stage::unused;
    bool client_open = false;
    /// The client is about to close it.
    bool client_closing = false;
    bool server_open = false;
    /// Nothing is noticed on it for the time being: the sender's thread waits for the processor.
    bool stalled = false;
    std::size_t client = nobody;
    std::size_t client_process = nobody;
    std::size_t target = nobody;
    std::size_t server_process = nobody;
    link_id number = 0;
    /// Of the claim that the client is attached to.
    std::size_t attached_to = nobody;
    link_id successor_link = 0;
    stream up;
    stream down;
};

struct successor_link
{
    link_id id = 0;
    std::size_t connection = nobody;
    std::size_t local = nobody;
    link_id local_link = 0;
    /// Whose it is.
    std::size_t of = nobody;
};

/// A claim: its machine with the simulated means.
struct simulated_claim
{
    claim_machine machine;
    claim_ref who;
    std::size_t process = nobody;
    std::size_t user = nobody;
    bool waits = false;
    /// In the process's registry: begun and not over.
    bool registered = false;

    // What the lock object sees.
    bool lock_op = false;
    bool unlock_op = false;
    bool owned = false;
    bool given_up = false;
    bool lost = false;
    std::uint64_t fencing_token = 0;

    // What has been posted to the runtime's thread.
    bool posted_abandon = false;
    bool posted_unlock = false;
    bool posted_look = false;

    std::optional<intent> transaction;
    bool guard_timer = false;
    bool machine_timer = false;
    /// Timers that had fired when they were stopped or replaced.
    bool stale_guard_timer = false;
    bool stale_machine_timer = false;

    link_id predecessor_number = 0;
    std::size_t connection = nobody;
    std::size_t local_predecessor = nobody;
    link_id local_predecessor_link = 0;
    std::vector<successor_link> successors;

    // What the checks know.
    std::uint64_t ticket = 0;
    bool has_ticket = false;
    bool lock_completed = false;
    bool was_holder = false;
    bool failed_to_write = false;
    /// The record does not name it any more since somebody removed the file.
    bool robbed = false;
    bool told_contended = false;
    std::size_t granted_to = nobody;
    std::size_t last_target = nobody;
    std::uint64_t last_version = 0;
    unsigned repeated = 0;
    /// What a mutation remembers.
    record snapshot;
    bool has_snapshot = false;
    link_id early_link = 0;

    void reset(const claim_timing& timing);
    bool has_steps_to_come() const
    {
        return registered || posted_abandon || posted_unlock || posted_look || stale_guard_timer ||
               stale_machine_timer;
    }
};

/// What has happened.
struct totals
{
    std::uint64_t steps = 0;
    /// Most steps after all had become calm.
    std::uint64_t most_calm_steps = 0;
    std::uint64_t acquisitions = 0;
    std::uint64_t grants = 0;
    std::uint64_t recoveries = 0;
    std::uint64_t passed_on = 0;
    std::uint64_t cancels = 0;
    std::uint64_t crashes = 0;
    std::uint64_t cuts = 0;
    std::uint64_t orphans = 0;

    totals& operator+=(const totals& other);
};

std::ostream& operator<<(std::ostream& out, const totals& sum);

/// A lock object.
struct simulated_user
{
    std::size_t rounds = 0;
    std::size_t claim = nobody;
};

struct simulated_process
{
    bool alive = true;
    bool stalled = false;
    bool presence_locked = true;
    bool listening = true;
    bool unreachable = false;
    std::vector<simulated_user> users;
    /// Those that can still do something.
    std::vector<std::size_t> live_claims;
};

}  // namespace simulation

#endif
