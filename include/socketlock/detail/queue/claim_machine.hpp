// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// The claim as a state machine without I/O: events go in, actions come out.

#ifndef SOCKETLOCK_DETAIL_QUEUE_CLAIM_MACHINE_HPP
#define SOCKETLOCK_DETAIL_QUEUE_CLAIM_MACHINE_HPP

#include <socketlock/config.hpp>
#include <socketlock/detail/record/decision.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace socketlock::detail {

enum class claim_phase
{
    idle,
    /// The first transaction is under way.
    entering,
    /// An attachment to the claim before this one is being made; nothing was said on it yet.
    connecting,
    /// `attach` was said: the claim before this one will say when to look.
    attached,
    /// The same, and a look at the record is under way.
    peeking,
    /// A transaction is under way that takes the lock or finds out where things stand.
    looking,
    /// The same, of a claim that could not attach: it is to stand in the record meanwhile.
    parking,
    /// It cannot attach: a timer is running until it looks again.
    parked,
    holding,
    /// The transaction that gives the lock up is under way.
    releasing,
    /// That transaction failed and nobody is there to be told: a timer is running.
    retrying_release,
    /// Nobody waits for the lock any more: the last word of the claim before this one is awaited.
    detaching,
    /// The last transaction is under way.
    leaving,
    /// That transaction failed: a timer is running.
    retrying_leave,
    over,
};

/// An attachment: of this claim to the one before it, or of a successor to this one.
using link_id = std::uint64_t;

/// What the shell has to do. It does the actions in their order.
struct claim_action
{
    enum class kind
    {
        /// Run a transaction with the intent `to`, by `make_request` and `decide`, and report with
        /// `transacted`. If the guard is taken try again later. Replaces a transaction of this
        /// claim that has not got the guard yet.
        transact,
        /// Make an attachment to the claim `target`, by a kept connection, a new one, or within the
        /// process. Report with `link_up` when `attach` may be said; `link_unreachable` if there is
        /// no sense in trying; `handshake_refused`; or `link_ended` if it cannot be made. `link` is
        /// the attachment's number in all reports. `pause` limits the time until
        /// `attach_accepted` or a last word: after that, `link_ended`. If a kept connection ends
        /// before that, the shell makes a new one without a report, and repeats what was said.
        connect,
        /// Say `attach` or `detach` on that attachment.
        say_attach,
        say_detach,
        /// That attachment is done with. If its last word was heard, or none is to come since
        /// `attach` was not said, the connection may be kept; else whoever is on the other side
        /// must learn that the attachment has ended.
        disconnect,
        /// Say these to the successor on `link`: `attached` with `is_first`, and again when that
        /// changes. `look` and `detached` are last words.
        say_attached,
        say_look,
        say_detached,
        /// Call `timer_fired` after `pause`; replaces the timer before.
        start_timer,
        /// The caller's lock operation is complete.
        complete_lock,
        /// The caller's unlock operation, if there is one, is complete.
        complete_unlock,
        /// Somebody queued behind the lock that this claim holds.
        notify_contended,
        /// The lock was taken away.
        notify_lost,
        /// The claim is over and may be forgotten, with its transaction, timers and attachments.
        finish,
    };

    kind what;
    intent to = intent::take;
    link_id link = 0;
    claim_ref target;
    std::uint64_t fencing_token = 0;
    std::chrono::microseconds pause{};
    bool is_first = false;
    error_code ec;
    bool acquired = false;
};

/// What came of a transaction: an error, or a decision. Both if the decision could not be written,
/// or perhaps was: `decided.write` tells that it was tried.
struct transaction_result
{
    error_code ec;
    decision decided;
};

/// The pauses of a claim.
struct claim_timing
{
    // There may be very many claims that count in it, hence the short type.
    using duration = std::chrono::duration<std::uint32_t, std::micro>;

    /// Between looks of a claim that cannot attach: the first and the longest. The longest is far
    /// less than a reservation's time.
    duration first_pause{50};
    duration longest_poll{50000};
    /// The longest between attempts to connect to the same claim, or to repeat a transaction that
    /// failed.
    duration longest_pause{1000000};
    /// For a claim to answer that the record names: the first and the longest. Less than a
    /// reservation's time, since whoever tries to connect may stand in the record and have its
    /// turn. (Linux does not tell a client whose connection is complete on its side only when the
    /// other process dies.)
    duration first_connect_limit{50000};
    duration longest_connect_limit{250000};
    /// Between looks at the record while all seems well; 0 = never (tests of the rest).
    duration safety_net{3000000};
};

/**
 * One attempt of one lock object to own a lock: from `begin` until the action `finish`. Every event
 * may come at any time; those that come too late for the phase, or are of an earlier attachment,
 * are ignored. After each event the shell takes the actions and does them, before it gives this
 * claim the next event of its own.
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

    static constexpr claim_timing default_timing{};

    /// `timing` must outlive this object.
    explicit claim_machine(const claim_timing& timing = default_timing) : timing_(&timing) {}
    explicit claim_machine(const claim_timing&& timing) = delete;

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

    /// The attached successor with the lowest ticket.
    SOCKETLOCK_DECL const successor* next_in_line() const noexcept;

    /// How many are before this claim, besides the holder, as far as that is known: 0 if it is
    /// attached to the holder and has heard that it is the first of those that are; else nothing.
    SOCKETLOCK_DECL std::optional<std::uint64_t> ahead() const noexcept;

    /// The caller wants the lock: at once, or else a place in the queue.
    SOCKETLOCK_DECL void begin(bool wait);
    /// The caller gives up waiting, or gives up the lock without waiting for the outcome.
    SOCKETLOCK_DECL void abandon();
    /// The caller unlocks and waits for the outcome. Precondition: `is_holding()`.
    SOCKETLOCK_DECL void release();
    SOCKETLOCK_DECL void transacted(const transaction_result& result);
    SOCKETLOCK_DECL void timer_fired();
    /// Somebody removed or replaced the lock file: a holder puts the record back, or finds the lock
    /// lost.
    SOCKETLOCK_DECL void check_record();

    // On the attachment to the claim before this one.

    /// The other side has proved who it is, and `attach` may be said.
    SOCKETLOCK_DECL void link_up(link_id link);
    /// It could not be made, was not answered in time, or ended without a last word.
    SOCKETLOCK_DECL void link_ended(link_id link);
    /// It is known without trying that that claim cannot be reached from here.
    SOCKETLOCK_DECL void link_unreachable(link_id link);
    /// The other side has proved with its presence's key that it is the living claim, and that its
    /// signature seed is another one.
    SOCKETLOCK_DECL void handshake_refused(link_id link);
    /// Again, whenever `is_first` changes: of those attached there, this claim has the lowest
    /// ticket.
    SOCKETLOCK_DECL void attach_accepted(link_id link, bool is_first);
    /// The last word to a claim whose turn it may be, or that must attach elsewhere.
    SOCKETLOCK_DECL void look(link_id link);
    /// The last word to a claim that has said `detach`.
    SOCKETLOCK_DECL void detached(link_id link);

    // On attachments of successors.

    SOCKETLOCK_DECL void successor_attached(const successor& s);
    SOCKETLOCK_DECL void successor_detached(link_id link);
    /// It ended without `detach`.
    SOCKETLOCK_DECL void successor_ended(link_id link);

    /// The actions since the last call.
    std::vector<claim_action> take_actions() { return std::exchange(actions_, {}); }

private:
    using kind = claim_action::kind;

    SOCKETLOCK_DECL claim_action& act(kind what);
    SOCKETLOCK_DECL void transact(claim_phase phase, intent to);
    SOCKETLOCK_DECL void look_at_record();
    SOCKETLOCK_DECL void park();
    SOCKETLOCK_DECL void poll();
    SOCKETLOCK_DECL void leave();
    SOCKETLOCK_DECL void detach();
    SOCKETLOCK_DECL void looked(const transaction_result& result);
    SOCKETLOCK_DECL void peeked(const transaction_result& result);
    SOCKETLOCK_DECL void released(const transaction_result& result);
    SOCKETLOCK_DECL void left(const transaction_result& result);
    SOCKETLOCK_DECL void restored(const transaction_result& result);
    SOCKETLOCK_DECL void wait_on(const decision& v);
    SOCKETLOCK_DECL void connect(const decision& v);
    SOCKETLOCK_DECL void disconnect();
    SOCKETLOCK_DECL void stay_parked();
    SOCKETLOCK_DECL void start_safety_net();
    SOCKETLOCK_DECL void retry(claim_phase phase);
    SOCKETLOCK_DECL void hold(std::uint64_t fencing_token);
    SOCKETLOCK_DECL void fail(const transaction_result& result);
    SOCKETLOCK_DECL void fail(const error_code& ec);
    SOCKETLOCK_DECL void say_attached(link_id link, bool is_first);
    SOCKETLOCK_DECL void tell_first_successor();
    SOCKETLOCK_DECL void say_look_to_all();
    SOCKETLOCK_DECL void send_earlier_successors_away();
    SOCKETLOCK_DECL void finish();
    bool is_current(link_id link) const noexcept { return linked_ && link == link_; }
    /// It waits on a claim, which must not come to wait on it.
    bool is_behind_somebody() const noexcept
    {
        return phase_ == claim_phase::connecting || is_attached();
    }
    bool is_attached() const noexcept
    {
        return phase_ == claim_phase::attached || phase_ == claim_phase::peeking;
    }

    const claim_timing* timing_;
    claim_phase phase_ = claim_phase::idle;
    bool waits_ = false;
    bool abandoned_ = false;
    bool linked_ = false;
    /// The claim before this one has accepted us.
    bool accepted_ = false;
    /// It has accepted nobody else with a lower ticket.
    bool is_first_ = false;
    /// The one before that was over when we came.
    bool was_too_late_ = false;
    /// It cannot be reached from here.
    bool unreachable_ = false;
    /// It held the lock when this claim looked last.
    bool is_behind_holder_ = false;
    /// The record's `parked` names us.
    bool is_parked_ = false;
    /// A transaction failed in writing: the record may name us as the holder.
    bool may_own_ = false;
    /// The lock file was removed or replaced while the lock was being released.
    bool must_check_ = false;
    bool has_ticket_ = false;
    link_id link_ = 0;
    std::uint64_t ticket_ = 0;
    std::uint64_t fencing_token_ = 0;
    claim_timing::duration pause_{};
    claim_timing::duration connect_limit_{};
    /// Until the next attempt to connect to the same claim, and how much of it is over.
    claim_timing::duration retry_pause_{};
    claim_timing::duration waited_{};
    claim_ref predecessor_;
    std::vector<successor> successors_;
    /// The one that was told last that it is the first; 0 if none.
    link_id first_successor_ = 0;
    std::vector<claim_action> actions_;
};

}  // namespace socketlock::detail

#endif
