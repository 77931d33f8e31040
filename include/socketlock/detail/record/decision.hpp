// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// What somebody wants of a record, and what a transaction decided.

#ifndef SOCKETLOCK_DETAIL_RECORD_DECISION_HPP
#define SOCKETLOCK_DETAIL_RECORD_DECISION_HPP

#include <socketlock/config.hpp>
#include <socketlock/detail/record/record.hpp>

#include <chrono>
#include <cstdint>
#include <optional>

namespace socketlock::detail {

/// What somebody wants of the record.
enum class intent : unsigned char
{
    /// The lock, if nobody who lives holds it and it is not reserved for somebody else.
    take,
    /// The same if nobody queues, else a place at the end of the queue.
    enqueue,
    /// As `take`, with the place in the queue kept.
    look,
    /// As `look`, else to stand in `parked`: I cannot connect to the claim before me.
    park,
    /// What `look` would find. I am attached: if `parked` names me it is cleared.
    peek,
    /// To give the lock up; it is reserved for the next in the queue if there is one.
    release,
    /// To be named no more: what is reserved for me is passed on, and so is a lock that I hold.
    leave,
    /// The lock that I hold, if the record names me, or nobody since: somebody removed the file.
    restore,
};

/// A claim as the record names it when it holds.
struct claim_contact
{
    claim_ref who;
    std::uint16_t port = 0;
};

/// A claim with its place in the queue.
struct queued_claim
{
    claim_contact who;
    std::uint64_t ticket = 0;
};

struct request
{
    intent what = intent::take;
    claim_contact self;
    /// look, park: my place in the queue.
    std::optional<std::uint64_t> ticket;
    /// restore: mine.
    std::uint64_t fencing_token = 0;
    /// release, leave: of the successors that are attached to me that with the lowest ticket.
    std::optional<queued_claim> successor;
    /// Read under the guard.
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
    /// I hold the lock now.
    acquired,
    /// peek: `look` would acquire.
    available,
    /// Somebody else holds the lock, or it is reserved for somebody else.
    held,
    /// The same, or somebody queued before me; and I am in the queue.
    enqueued,
    released,
    /// release: the record does not name me as the holder.
    not_owner,
    /// leave: I did not hold the lock.
    left,
    /// The fencing token or the ticket cannot grow any more; nothing was changed.
    exhausted,
};

struct decision
{
    outcome what = outcome::held;
    /// True if the record has changed and must be written.
    bool write = false;
    /// acquired: mine.
    std::uint64_t fencing_token = 0;
    /// enqueued: my place in the queue.
    std::uint64_t ticket = 0;
    /// held, enqueued: the claim to wait on; none if the holder is one of version 1.
    std::optional<claim_ref> attach_to;
    /// That one holds the lock: whoever is attached to it is the next, as far as is known.
    bool is_behind_holder = false;
    /// held, enqueued: who has the lock or for whom it is reserved; none if that is nobody who
    /// lives, or one of version 1.
    std::optional<claim_ref> blocker;
    /// held, enqueued: what is known of the blocker, or else of the holder.
    liveness holder = liveness::alive;
    /// park: the record's `parked` names me.
    bool is_parked = false;
    /// acquired: the dead holder that was there before.
    std::optional<claim_ref> dead_holder;
    /// released, left: whose turn it is now by this transaction.
    std::optional<claim_ref> reserved_for;
};

}  // namespace socketlock::detail

#endif
