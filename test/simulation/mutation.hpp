// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// What the simulation checks, and the rules that it can leave out to see that a check fails.

#ifndef SOCKETLOCK_TEST_SIMULATION_MUTATION_HPP
#define SOCKETLOCK_TEST_SIMULATION_MUTATION_HPP

#include <cstddef>
#include <stdexcept>
#include <string>
#include <vector>

namespace simulation {

enum class check
{
    /// Two claims of living processes hold the lock.
    two_owners,
    /// A claim holds the lock and the record does not name it.
    owner_not_in_record,
    /// A change of owner without a larger fencing token.
    fencing,
    /// A transaction made another claim than its own the holder.
    written_by_another,
    /// Somebody was refused, and whoever was in the way is dead.
    blocked_by_dead,
    /// A ticket was given that is not above all that were given before, though nobody set the clock
    /// back or an old file in place.
    low_ticket,
    /// The lock was reserved for somebody else than the one with the lowest ticket of the attached
    /// successors and the parked waiter.
    order,
    /// While nothing goes wrong: the waiters got the lock in another order than that of their
    /// tickets.
    ticket_order,
    /// A waiter was overtaken more often than four times for every lock object, eight times more,
    /// and four times for every crash, stop, delay, cut, lost file or reservation grown stale
    /// since.
    overtaken,
    /// A living claim was passed over, though nobody was stopped and nothing else went wrong.
    unanswered,
    /// A claim that does not look is reserved the lock more than twice.
    held_up,
    /// The record's tail names a claim that has been the holder.
    stale_tail,
    /// A claim holds the lock that nobody waits for any more.
    abandoned_holds,
    /// A claim waits, and one with a lower ticket on it: so they may come to wait in a circle.
    circle,
    /// A successor was told that it is the first and is not, or is and was not told.
    place,
    /// At rest somebody waits, or holds, or has an operation that is not complete.
    stuck,
    /// The record names a claim as the holder that is over, and its process lives.
    orphan,
    /// The same in another place of the record, at rest.
    left_behind,
    /// At rest, when a reservation's time is over, somebody who comes does not get the lock.
    not_to_be_had,
    /// No rest within a bounded number of steps.
    live_lock,
    /// A claim tries the same again and again without a pause.
    spinning,
    /// At rest a connection is left.
    leak,
    /// Somebody queued behind the holder, and it was not told.
    contended,
    /// An operation was completed twice, or with what is not true.
    completion,
    /// More was said to a successor after the last word.
    last_word,
    /// A claim told a successor to look before it had done its last transaction.
    told_too_early,
    /// A waiter is attached no more, and the claim before it will not hear of that.
    left_unsaid,
    /// A claim has actions to do when the turn is over.
    left_undone,
};

const char* name_of(check c);

struct violation : std::runtime_error
{
    violation(check c, const std::string& text)
        : std::runtime_error(std::string(name_of(c)) + ": " + text), what_failed(c)
    {
    }

    check what_failed;
};

enum class scenario
{
    /// All that may happen; the safety net is off.
    any,
    /// Few processes with many lock objects each, that are cancelled and destroyed; writing fails.
    crowded,
    /// Connections break while both processes live, processes stop, and waiters give up; the safety
    /// net is on.
    broken_connections,
    /// Processes that cannot connect to each other.
    unreachable,
    /// Reservations grow stale all the time, and connections are slow.
    passed_over,
    /// Long queues whose lock file is removed and replaced by an old one.
    lost_files,
    /// Dead processes whose connections stay open; the safety net is on.
    half_open,
};

/// A rule of the protocol that is broken on purpose, outside of the code under test.
enum class mutation
{
    none,
    no_guard,
    unknown_is_dead,
    dead_is_alive,
    release_unchecked,
    restore_unchecked,
    granted_by_another,
    no_reservation,
    reservation_never_stale,
    dead_reservation_counts,
    token_stands_still,
    tickets_start_low,
    lower_ticket_kept,
    nobody_follows_tail,
    tail_not_cleared,
    next_is_the_last,
    parked_overlooked,
    no_parking,
    stale_parked_kept,
    ticket_lost_on_look,
    dead_successor_kept,
    look_not_sent,
    look_not_sent_when_over,
    look_not_sent_to_the_late,
    look_sent_to_early,
    end_of_stream_ignored,
    refusal_ignored,
    end_after_detach_ignored,
    no_parking_when_refused,
    waits_in_a_circle,
    attachment_numbers_ignored,
    place_told_once,
    abandonment_lost,
    no_last_transaction,
    not_passed_on,
    no_detach,
    transaction_not_replaced,
    contended_not_told,
    no_safety_net,
};

struct mutation_row
{
    mutation what;
    const char* name;
    /// Where it matters.
    scenario where;
    /// The check that catches it.
    check caught_by;
    /// What is left out.
    const char* rule;
};

/// All mutations and by which check each is caught.
const std::vector<mutation_row>& mutation_table();

}  // namespace simulation

#endif
