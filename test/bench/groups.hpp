// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// What is measured, one function per group.

#ifndef SOCKETLOCK_BENCH_GROUPS_HPP
#define SOCKETLOCK_BENCH_GROUPS_HPP

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "peers.hpp"
#include "results.hpp"
#include "statistics.hpp"
#include "worker.hpp"

namespace bench {

struct setting
{
    bool quick = false;
    std::vector<place> places;
    std::vector<peer> peers;
};

/// How long a peer is measured.
struct effort
{
    std::size_t least_samples;
    std::size_t most_samples;
    /// Is not begun anew after this time.
    nanoseconds budget;
};

/// A peer in a place while it is measured.
struct session
{
    const peer* who;
    /// A directory of its own: some peers look at all that happens in theirs.
    place where;
    /// The lock's.
    std::string name;
    plan lock;
    std::vector<worker> workers;
    std::vector<nanoseconds> samples;
    nanoseconds spent = 0;
    std::string failure;
};

/// A session for each peer that takes part, in each place. A lock of its own for each.
std::vector<session> open_sessions(const setting& s, group g);

/// Has `step` add samples to each session, in turns, until each has enough. What happens on the
/// machine meanwhile thus happens to all of them.
void take_turns(
    std::vector<session>& sessions,
    const effort& e,
    const std::function<void(session&)>& step
);

/// Does something for a session and notes its failure there.
void attempt(session& s, const std::function<void(session&)>& step);

void add_rows(results& out, group g, const std::vector<session>& sessions);

/// What happens in between two handoffs.
constexpr nanoseconds pace = 2_ms;

void measure_cycles(const setting& s, results& out);
void measure_refusals(const setting& s, results& out);
void measure_handoffs(const setting& s, results& out);
void measure_crashes(const setting& s, results& out);
void measure_waiting(const setting& s, results& out);
void measure_growth_of_waiters(const setting& s, results& out);
void measure_growth_of_locks(const setting& s, results& out);
void measure_contention(const setting& s, results& out);

}  // namespace bench

#endif
