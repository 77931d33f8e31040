// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// What the simulated world consists of.

#ifndef SOCKETLOCK_TEST_SIMULATION_PARTS_HPP
#define SOCKETLOCK_TEST_SIMULATION_PARTS_HPP

#include <socketlock/detail/queue/claim_machine.hpp>
#include <socketlock/detail/record/decide.hpp>
#include <socketlock/error.hpp>

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
    /// A process is stopped, or goes on.
    unsigned stop = 0;
    unsigned stall_connection = 0;
    unsigned check = 0;
    unsigned remove_file = 0;
    /// The lock file is replaced by one of an earlier time.
    unsigned replace_file = 0;
    /// Connections break while both processes live, or are given up before they are answered.
    unsigned cut = 0;
    /// Time passes until all reservations are stale.
    unsigned age = 0;
    /// A kept connection is closed.
    unsigned drop_idle = 0;

    unsigned busy = 0;
    unsigned error = 0;
    /// A transaction that fails in writing, whether the record is changed or not.
    unsigned write_error = 0;
    unsigned unknown = 0;
    unsigned refuse = 0;
    unsigned lose = 0;
    /// Processes in another network namespace; without a listener; that cannot connect.
    unsigned other_namespace = 0;
    unsigned no_listener = 0;
    unsigned no_sockets = 0;
    /// Connections that are kept for the next attachment; also where the last word was not heard.
    unsigned keep = 0;
    unsigned keep_early = 0;
    unsigned die_inside = 0;
    bool clock_jumps = false;
    /// Who polls does so only when nothing else can happen.
    bool slow_polls = false;
    /// The sockets of dead processes are never closed: somebody inherited them.
    bool half_open = false;
    claim_timing timing;

    /// Nothing goes wrong but delays.
    bool is_quiet() const
    {
        return is_undisturbed() && crash + cancel + destroy + die_inside + unknown + refuse + age +
                                           other_namespace + no_listener + no_sockets ==
                                       0;
    }

    /// No time passes but that of polls.
    bool is_prompt() const
    {
        return is_undisturbed() && stop + stall_connection + age + unknown + die_inside == 0;
    }

    /// Reservations and names in the record are always seen to by whom they concern.
    bool is_undisturbed() const
    {
        return time_limit + remove_file + replace_file + cut + error + write_error == 0 &&
               !half_open && !clock_jumps && timing.safety_net.count() == 0;
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
        look,
        detached,
    };

    kind what = kind::attach;
    /// Of the attachment, on its connection.
    std::uint64_t number = 0;
    // attach
    std::uint64_t ticket = 0;
    std::size_t from = nobody;
    std::size_t target = nobody;
    // attached
    bool is_first = false;
};

/// What is under way in one direction.
struct stream
{
    std::array<message, 16> unread{};
    std::uint8_t size = 0;
    /// Nothing more can come.
    bool ended = false;

    void push(message m);
    message pop();
};

/// A connection of one process to another: it carries one attachment after the other.
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
    std::size_t client_process = nobody;
    std::size_t server_process = nobody;
    stream up;
    stream down;

    // The client's attachment.
    std::size_t client = nobody;
    std::size_t target = nobody;
    /// Its number for the machine, and on this connection.
    link_id number = 0;
    std::uint64_t attachment = 0;
    std::uint64_t last_attachment = 0;
    bool is_reused = false;
    bool said_attach = false;
    bool said_detach = false;
    bool was_accepted = false;
    bool heard_last_word = false;

    // The same as the server sees it.
    std::size_t attached_to = nobody;
    link_id successor_link = 0;
    std::uint64_t server_attachment = 0;

    bool is_idle() const { return at == stage::up && client_open && client == nobody; }
};

struct successor_link
{
    link_id id = 0;
    std::size_t connection = nobody;
    std::uint64_t attachment = 0;
    std::size_t local = nobody;
    link_id local_link = 0;
    /// Whose it is.
    std::size_t of = nobody;
    /// What was said of its place.
    bool is_first = false;
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
    bool posted_check = false;

    std::optional<intent> transaction;
    bool guard_timer = false;
    bool machine_timer = false;
    /// Timers that had fired when they were stopped or replaced.
    bool stale_guard_timer = false;
    bool stale_machine_timer = false;
    std::uint64_t pause = 0;
    std::uint64_t due = 0;

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
    std::size_t last_target = nobody;
    std::uint64_t last_version = 0;
    unsigned repeated = 0;
    /// Reservations for it since it has looked last.
    unsigned reserved = 0;
    /// Its place in the record is somebody else's, or was lost.
    bool is_crowded_out = false;
    /// How often others took the lock who came later, and what has set it back meanwhile.
    unsigned overtaken = 0;
    std::uint64_t setbacks_before = 0;
    /// What a mutation remembers.
    record snapshot;
    bool has_snapshot = false;
    link_id early_link = 0;

    void reset(const claim_timing& timing);
    bool has_steps_to_come() const
    {
        return registered || posted_abandon || posted_unlock || posted_check || stale_guard_timer ||
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
    std::uint64_t reservations = 0;
    std::uint64_t for_parked = 0;
    std::uint64_t passed_on = 0;
    std::uint64_t passed_over = 0;
    std::uint64_t reused = 0;
    std::uint64_t cancels = 0;
    std::uint64_t crashes = 0;
    std::uint64_t stops = 0;
    std::uint64_t cuts = 0;
    std::uint64_t files = 0;
    /// How often somebody was overtaken, at most, and the most by the measure of the bound.
    std::uint64_t most_overtaken = 0;
    double most_of_bound = 0;

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
    bool stopped = false;
    bool presence_locked = true;
    bool listening = true;
    bool has_listener = true;
    bool has_sockets = true;
    unsigned network_namespace = 0;
    std::vector<simulated_user> users;
    /// Those that can still do something.
    std::vector<std::size_t> live_claims;
};

}  // namespace simulation

#endif
