// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// The claim as a state machine without I/O: events go in, actions come out.

#ifndef SOCKETLOCK_DETAIL_QUEUE_CLAIM_MACHINE_HPP
#define SOCKETLOCK_DETAIL_QUEUE_CLAIM_MACHINE_HPP

#include <socketlock/config.hpp>
#include <socketlock/detail/record/decision.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace socketlock::detail {

enum class claim_phase
{
    idle,
    /// The first transaction is under way.
    entering,
    /// A connection to the claim before this one is being made; nothing was said on it yet.
    connecting,
    /// `attach` was said: the claim before this one may grant.
    attached,
    /// The same, and a look at the record is under way (the safety net).
    peeking,
    /// The claim before this one is to be left; its last word is awaited.
    detaching,
    /// It cannot be reached, or has just died: a timer is running.
    pausing,
    /// A transaction that finds out where things stand is under way.
    recovering,
    holding,
    /// The transaction that gives the lock up is under way.
    releasing,
    /// That transaction failed and nobody is there to be told: a timer is running.
    retrying_release,
    over,
};

/// A message to a successor, or its connection.
using link_id = std::uint64_t;

/// What the shell has to do. It does the actions in their order.
struct claim_action
{
    enum class kind
    {
        /// Run a transaction with `intent` and report with `transacted`.
        transact,
        /// Connect to the claim `target`; report with `link_up` or `link_ended`. `link` is the
        /// connection's number in those reports.
        connect,
        /// Say `attach` or `detach` on the connection to the claim before this one.
        say_attach,
        say_detach,
        /// Close that connection.
        disconnect,
        /// Say these to the successor on `link`. All but `attached` are last words.
        say_attached,
        say_granted,
        say_moved,
        say_detached,
        /// Call `timer_fired` after `pause`; replaces the timer before.
        start_timer,
        /// The caller's lock operation is complete.
        complete_lock,
        /// The caller's unlock operation is complete.
        complete_unlock,
        /// Somebody queued behind the lock that this claim holds.
        notify_contended,
        /// The lock was taken away.
        notify_lost,
        /// The claim is over and may be forgotten.
        finish,
    };

    kind what;
    intent to = intent::take;
    link_id link = 0;
    claim_ref target;
    std::uint64_t fencing_token = 0;
    std::chrono::microseconds pause{};
    error_code ec;
    bool acquired = false;
};

/// What came of a transaction: an error, or a decision.
struct transaction_result
{
    error_code ec;
    decision decided;
};

/// The pauses of a claim.
struct claim_timing
{
    // There may be very many claims, hence the short type.
    using duration = std::chrono::duration<std::uint32_t, std::micro>;

    /// Between looks at a holder that cannot be reached: the first and the longest.
    duration first_pause{50};
    duration longest_pause{1000000};
    /// For a claim to answer that the record names: the first and the longest. If only that claim
    /// stands between us and a lock that is free, the first each time. (Linux does not tell a
    /// client whose connection is complete on his side only when the other process dies.)
    duration first_connect_limit{50000};
    duration longest_connect_limit{1000000};
    /// Between looks at the record while all seems well; 0 = never (tests of the rest).
    duration safety_net{3000000};
};

/**
 * One attempt of one lock object to own a lock: from `begin` until the action `finish`. Every event
 * may come at any time; those that come too late for the phase are ignored. After each event the
 * shell takes the actions and does them.
 */
class claim_machine
{
public:
    struct successor
    {
        link_id link = 0;
        claim_contact who;
        std::uint64_t ticket = 0;
    };

    explicit claim_machine(claim_timing timing = {}) : timing_(timing) {}

    claim_phase phase() const noexcept { return phase_; }
    bool is_holding() const noexcept { return phase_ == claim_phase::holding; }
    /// True if nobody waits for this claim's lock operation any more.
    bool is_abandoned() const noexcept { return abandoned_; }
    std::uint64_t fencing_token() const noexcept { return fencing_token_; }
    std::uint64_t ticket() const noexcept { return ticket_; }
    bool has_ticket() const noexcept { return has_ticket_; }
    /// The claim before this one, or the last one that was.
    const claim_ref& predecessor() const noexcept { return predecessor_; }
    const std::vector<successor>& successors() const noexcept { return successors_; }
    /// The last successor that gave up waiting, or null: if the record's tail, it is a stale one.
    const claim_ref* last_detached() const noexcept { return last_detached_.get(); }

    /// Whom `release` hands the lock to: the attached successor with the lowest ticket.
    SOCKETLOCK_DECL const successor* next_in_line() const noexcept;

    /// The caller wants the lock: at once, or else a place in the queue.
    SOCKETLOCK_DECL void begin(bool wait);
    /// The caller gives up waiting, or gives up the lock without waiting for the outcome.
    SOCKETLOCK_DECL void abandon();
    /// The caller unlocks and waits for the outcome. Precondition: `is_holding()`.
    SOCKETLOCK_DECL void release();
    SOCKETLOCK_DECL void transacted(const transaction_result& result);
    SOCKETLOCK_DECL void timer_fired();
    /// Somebody removed or replaced the lock file: puts the record back, or finds the lock lost. A
    /// claim that waits does so if it is granted the lock, as that may have been written before.
    SOCKETLOCK_DECL void check_record();

    // On the connection to the claim before this one.
    SOCKETLOCK_DECL void link_up(link_id link);
    SOCKETLOCK_DECL void link_ended(link_id link);
    SOCKETLOCK_DECL void attach_accepted(link_id link);
    SOCKETLOCK_DECL void granted(link_id link, std::uint64_t fencing_token);
    SOCKETLOCK_DECL void moved(link_id link);
    SOCKETLOCK_DECL void detached(link_id link);

    // On connections from successors.
    SOCKETLOCK_DECL void successor_attached(const successor& s);
    SOCKETLOCK_DECL void successor_detached(link_id link);
    SOCKETLOCK_DECL void successor_ended(link_id link);

    /// True if the action is not to be done any more, since one before it made the shell abandon
    /// the claim: a lock that is being released is not put back.
    bool is_moot(const claim_action& action) const noexcept
    {
        return action.what == kind::transact && action.to == intent::restore && !is_holding();
    }

    /// The actions since the last call.
    std::vector<claim_action> take_actions() { return std::exchange(actions_, {}); }

private:
    using kind = claim_action::kind;

    SOCKETLOCK_DECL claim_action& act(kind what);
    SOCKETLOCK_DECL void transact(claim_phase phase, intent to);
    SOCKETLOCK_DECL void connect(const decision& v);
    SOCKETLOCK_DECL void pause();
    SOCKETLOCK_DECL void start_safety_net();
    SOCKETLOCK_DECL void detach();
    SOCKETLOCK_DECL void disconnect();
    SOCKETLOCK_DECL void look_again();
    SOCKETLOCK_DECL void leave();
    SOCKETLOCK_DECL void hold(std::uint64_t fencing_token);
    SOCKETLOCK_DECL void fail(const transaction_result& result);
    SOCKETLOCK_DECL void released(const transaction_result& result);
    SOCKETLOCK_DECL void say_moved_to_all();
    SOCKETLOCK_DECL bool remove_successor(link_id link);
    SOCKETLOCK_DECL void finish();
    bool is_current(link_id link) const noexcept { return linked_ && link == link_; }

    claim_timing timing_;
    claim_phase phase_ = claim_phase::idle;
    bool waits_ = false;
    bool abandoned_ = false;
    bool linked_ = false;
    /// The claim before this one has not accepted us (yet).
    bool refused_ = false;
    /// A connection ended without a last word: who was there may not know it, and grant the lock.
    bool was_cut_off_ = false;
    /// The lock file was removed or replaced since this claim's last transaction.
    bool must_look_ = false;
    link_id link_ = 0;
    bool has_ticket_ = false;
    std::uint64_t ticket_ = 0;
    std::uint64_t fencing_token_ = 0;
    claim_timing::duration pause_{};
    claim_timing::duration connect_limit_{};
    claim_ref predecessor_;
    std::vector<successor> successors_;
    // Most claims have none, and there may be very many claims.
    std::unique_ptr<claim_ref> last_detached_;
    std::vector<claim_action> actions_;
};

}  // namespace socketlock::detail

#endif
