// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// What a transaction does to the record. Pure: the record and the proofs of life go in, the new
// record and the result come out; files and network are elsewhere.

#ifndef SOCKETLOCK_DETAIL_RECORD_DECISION_HPP
#define SOCKETLOCK_DETAIL_RECORD_DECISION_HPP

#include <socketlock/config.hpp>
#include <socketlock/detail/record/record.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>

namespace socketlock::detail {

/// What somebody wants of the record.
enum class intent
{
    /// The lock if it is free or its holder dead.
    take,
    /// The same, else a place at the end of the queue.
    enqueue,
    /// The lock if the record names me, or if it is free or its holder dead; the queue is kept.
    recover,
    /// What `recover` would find, without changing anything.
    peek,
    /// To give the lock up, to the next owner if there is one.
    release,
    /// The lock that I hold, if the record names me, or nobody since: somebody removed the file.
    restore,
};

/// A claim as the record names it when it holds.
struct claim_contact
{
    claim_ref who;
    std::uint16_t port = 0;
};

struct request
{
    intent what = intent::take;
    claim_contact self;
    /// recover, peek: my place in the queue.
    std::optional<std::uint64_t> ticket;
    /// restore: mine.
    std::uint64_t fencing_token = 0;
    /// Who gets the lock on release, and his place in the queue.
    std::optional<claim_contact> next_owner;
    std::uint64_t next_owner_ticket = 0;
    /// release: the last that queued behind me and gave up.
    std::optional<claim_ref> last_detached;
    std::chrono::system_clock::time_point now;
};

/// What is known of a process that the record names.
enum class liveness
{
    alive,
    dead,
    /// It could not be tested; taken for alive.
    unknown,
};

enum class outcome
{
    /// The record names me now.
    acquired,
    /// peek: the record names me, or nobody who lives.
    available,
    /// Somebody else holds the lock.
    held,
    /// Somebody else holds it and I am in the queue.
    enqueued,
    released,
    /// release: the record does not name me.
    not_owner,
};

struct decision
{
    outcome what = outcome::held;
    /// True if the record has changed and must be written.
    bool write = false;
    /// acquired, released to a next owner: the new owner's fencing token.
    std::uint64_t fencing_token = 0;
    /// enqueued: my place in the queue.
    std::uint64_t ticket = 0;
    /// held, enqueued: the claim to wait on; none if the holder is one of version 1.
    std::optional<claim_ref> attach_to;
    /// held, enqueued: what is known of the holder.
    liveness holder = liveness::alive;
    /// held, enqueued: how many are before me, at most, if I am in the queue; not the holder.
    std::optional<std::uint64_t> ahead;
    /// enqueued: nobody who lives holds the lock; those who queued before are to have it.
    bool is_free = false;
    /// acquired: the dead holder that was there before.
    std::optional<claim_ref> dead_holder;
};

inline std::uint64_t microseconds(std::chrono::system_clock::time_point time)
{
    using namespace std::chrono;
    return static_cast<std::uint64_t>(std::max<std::int64_t>(
        0,
        duration_cast<std::chrono::microseconds>(time.time_since_epoch()).count()
    ));
}

/// Makes a claim the record's holder, with a fencing token that is larger than any before, even
/// if the lock file was removed in between.
inline void make_holder(
    record& r,
    const claim_contact& c,
    std::chrono::system_clock::time_point now
)
{
    r.holder = c.who;
    r.v1_pid.reset();
    r.port = c.port;
    r.timestamp = static_cast<double>(microseconds(now)) / 1e6;
    r.fencing_token = std::max(r.fencing_token + 1, microseconds(now));
    if (r.tail == c.who)
        r.tail.reset();
}

/// Whoever has this ticket has his turn, and all before him have had theirs.
inline void serve(record& r, std::uint64_t ticket) noexcept
{
    r.served = std::max(r.served, ticket + 1);
}

/// How many are before who has this ticket, at most; nothing if that is not known, because he has
/// none, or the lock file was replaced since he got it.
inline std::optional<std::uint64_t> ahead_of(
    const record& r,
    const std::optional<std::uint64_t>& ticket
) noexcept
{
    if (!ticket || *ticket >= r.next_ticket)
        return std::nullopt;
    return *ticket - std::min(*ticket, r.served);
}

/**
 * Decides. `prove(const claim_ref&)` tells the proof of life of a process that the record names; it
 * is asked only where the decision hangs on it. A holder that cannot be tested counts as alive.
 */
template <class Prove>
decision decide(record& r, const request& q, Prove&& prove)
{
    decision v;
    const bool mine = r.holder == q.self.who;

    if (q.what == intent::release)
    {
        if (!mine)
        {
            v.what = outcome::not_owner;
            return v;
        }
        v.what = outcome::released;
        v.write = true;
        if (q.next_owner)
        {
            make_holder(r, *q.next_owner, q.now);
            serve(r, q.next_owner_ticket);
            v.fencing_token = r.fencing_token;
        }
        else
        {
            r.holder.reset();
            r.port = 0;
            r.timestamp = 0;
            if (r.tail == q.self.who || r.tail == q.last_detached)
                r.tail.reset();
        }
        return v;
    }

    if (q.what == intent::restore)
    {
        // A larger token tells that somebody held the lock in between.
        const bool untouched = !r.holder && !r.v1_pid && r.fencing_token <= q.fencing_token;
        v.what = mine || untouched ? outcome::acquired : outcome::held;
        v.fencing_token = q.fencing_token;
        if (!mine && untouched)
        {
            make_holder(r, q.self, q.now);
            r.fencing_token = q.fencing_token;
            // Behind those who queued before the file was removed.
            r.next_ticket = std::max(r.next_ticket, microseconds(q.now));
            r.served = r.next_ticket;
            v.write = true;
        }
        return v;
    }

    if (!mine && r.v1_pid)
        v.holder = *r.v1_pid != 0 ? liveness::alive : liveness::dead;
    else if (!mine && r.holder)
        v.holder = prove(*r.holder);
    const bool available = mine || (!r.holder && !r.v1_pid) || v.holder == liveness::dead;
    // A holder of version 1 has no queue, and to write would be to take its record away.
    const bool may_queue = q.what == intent::enqueue && !mine && !r.v1_pid &&
                           v.holder != liveness::unknown;
    const bool is_queued = may_queue && r.tail && prove(*r.tail) == liveness::alive;

    if (q.what == intent::peek)
    {
        v.what = available ? outcome::available : outcome::held;
        v.ahead = ahead_of(r, q.ticket);
        return v;
    }
    // A free lock belongs to those who queued before, who may be just about to attach or to
    // recover.
    if (available && !is_queued)
    {
        v.what = outcome::acquired;
        if (!mine)
        {
            v.dead_holder = r.holder;
            make_holder(r, q.self, q.now);
            if (q.ticket)
                serve(r, *q.ticket);
            v.write = true;
        }
        v.fencing_token = r.fencing_token;
        return v;
    }

    v.attach_to = is_queued ? r.tail : r.holder;
    if (may_queue)
    {
        v.what = outcome::enqueued;
        // Without a tail nobody has queued, or they all have had their turns.
        if (!r.tail)
            r.served = r.next_ticket;
        v.ticket = r.next_ticket++;
        v.ahead = ahead_of(r, v.ticket);
        v.is_free = available;
        r.tail = q.self.who;
        v.write = true;
    }
    else
        v.ahead = ahead_of(r, q.ticket);
    return v;
}

}  // namespace socketlock::detail

#endif
