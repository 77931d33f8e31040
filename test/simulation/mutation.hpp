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
    /// The lock went to somebody else than the attached successor with the lowest ticket.
    order,
    /// While nothing goes wrong: the waiters got the lock in another order than that of their
    /// tickets.
    ticket_order,
    /// The record's tail names a claim that has been the holder.
    stale_tail,
    /// A claim holds the lock that nobody waits for any more.
    abandoned_holds,
    /// At rest somebody waits, or holds, or has an operation that is not complete.
    stuck,
    /// The record names a claim that is over, and its process lives.
    orphan,
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
    /// Connections break while both processes live, and waiters give up.
    broken_connections,
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
    grant_not_written,
    grant_not_sent,
    token_stands_still,
    recover_overlooks_grant,
    recover_follows_tail,
    nobody_follows_tail,
    tail_not_cleared,
    heir_is_the_last,
    ticket_lost_on_recovery,
    dead_successor_kept,
    moved_not_sent,
    moved_not_sent_when_over,
    moved_not_sent_to_the_late,
    end_of_stream_ignored,
    refusal_ignored,
    abandonment_lost,
    no_pass_on,
    no_detach,
    orphan_not_cleared,
    no_pause_when_refused,
    contended_not_told,
    transaction_not_replaced,
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
