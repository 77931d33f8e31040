// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// The claim: its state machine with the means to do what that says. No decisions here.

#ifndef SOCKETLOCK_DETAIL_QUEUE_CLAIM_HPP
#define SOCKETLOCK_DETAIL_QUEUE_CLAIM_HPP

#include <socketlock/config.hpp>
#include <socketlock/detail/completion/operation.hpp>
#include <socketlock/detail/completion/published.hpp>
#include <socketlock/detail/platform/directory.hpp>
#include <socketlock/detail/queue/claim_machine.hpp>
#include <socketlock/detail/queue/lock_entry.hpp>
#include <socketlock/options.hpp>

#include <boost/asio/steady_timer.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace socketlock::detail {

class peer_session;
class predecessor_link;

class claim : public std::enable_shared_from_this<claim>
{
public:
    SOCKETLOCK_DECL claim(
        std::shared_ptr<runtime> owner,
        id128 id,
        std::shared_ptr<const lock_address> address,
        std::shared_ptr<lock_entry> entry
    );
    claim(claim&&) = delete;

    const id128& id() const noexcept { return id_; }
    std::uint64_t generation() const noexcept { return runtime_->generation(); }
    bool is_holding() const noexcept { return is_holding_; }
    bool is_over() const noexcept { return is_over_; }
    /// Over because the lock was taken away.
    bool is_lost() const noexcept { return is_lost_; }
    std::uint64_t fencing_token() const noexcept { return fencing_token_; }
    const std::shared_ptr<runtime>& owner() const noexcept { return runtime_; }
    const lock_address& address() const noexcept { return *address_; }
    /// Null before `begin`, unless it was given to the constructor by an earlier claim.
    const std::shared_ptr<lock_entry>& entry() const noexcept { return entry_; }
    /// The same for the lock object's thread, which does not know how far `begin` has come.
    std::shared_ptr<lock_entry> entry_if_begun() const { return has_entry_ ? entry_ : nullptr; }
    SOCKETLOCK_DECL std::uint16_t port() const;

    // By the lock object's thread, or on the runtime's.

    /// True if the lock object may begin a new claim: this one neither holds nor is waited for.
    bool is_given_up() const noexcept { return is_given_up_; }

    /// Sets what `begin` completes. From here on it may be cancelled.
    SOCKETLOCK_DECL void expect(lock_operation& op, bool wait, time_limit limit) noexcept;
    /// Sets what `unlock` or `wait` completes; false if such an operation is under way already.
    SOCKETLOCK_DECL bool expect(plain_operation& op, pending which) noexcept;
    /// Finds the lock and takes the first step, on the calling thread.
    SOCKETLOCK_DECL void begin();
    /// The same on the runtime's thread, where nobody catches what it throws.
    SOCKETLOCK_DECL void begin_or_fail() noexcept;
    SOCKETLOCK_DECL void unlock();
    /// Gives up whatever this claim is or has; handlers of the lock operation are not called.
    SOCKETLOCK_DECL void abandon();
    /// The same, whatever thread this is and whether `begin` has run or not.
    SOCKETLOCK_DECL void abandon_soon();
    SOCKETLOCK_DECL void wait(pending which);
    /// Completes an operation that is under way with `ec`; true if it was.
    /// `expected` selects one; null: whichever it is.
    SOCKETLOCK_DECL bool cancel(pending which, const void* expected, error_code ec);
    /// Takes the operations that are under way; for a context that goes away.
    SOCKETLOCK_DECL void end_operations(bool complete) noexcept;

    /// Who was in the way at the last look.
    SOCKETLOCK_DECL std::optional<holder_info> blocker();
    /// How many were before this claim in the queue, at most, at the last look.
    std::optional<std::uint64_t> ahead() const noexcept
    {
        const std::uint64_t number = ahead_;
        const bool is_waiting = number != unknown_number && !is_given_up() && !is_holding();
        return is_waiting ? std::optional<std::uint64_t>(number) : std::nullopt;
    }

    // Within lock_entry::run.

    claim_machine& machine() noexcept { return machine_; }
    SOCKETLOCK_DECL claim_contact contact() const;
    SOCKETLOCK_DECL void perform(const claim_action& action, reaction& t);
    void set_blocker(holder_info holder)
    {
        blocker_ = std::make_unique<holder_info>(std::move(holder));
    }
    void set_ahead(const std::optional<std::uint64_t>& number) noexcept
    {
        ahead_ = number.value_or(unknown_number);
    }
    SOCKETLOCK_DECL void add_successor(
        std::shared_ptr<peer_session> session,
        const claim_contact& who,
        std::uint64_t ticket,
        reaction& t
    );

    SOCKETLOCK_DECL void successor_ended(link_id link, reaction& t);

    /// Events from connections, from the runtime's thread: calls `event(claim_machine&)`.
    template <class Event>
    void on_event(Event event)
    {
        entry_->run([&](reaction& t) {
            event(machine_);
            t.touch(*this);
        });
    }

private:
    /// How a successor is reached: a claim of this process, or a connection.
    struct successor_link
    {
        link_id id;
        std::shared_ptr<peer_session> session;
        std::shared_ptr<claim> local;
        link_id local_link;
    };

    /// How the claim before this one is reached: likewise. Both null: it is over.
    struct predecessor_state
    {
        link_id number;
        std::shared_ptr<predecessor_link> remote;
        std::shared_ptr<claim> local;
        link_id local_link;
    };

    enum class timer
    {
        limit,
        machine,
        guard,
    };

    SOCKETLOCK_DECL void refuse(error_code ec);
    SOCKETLOCK_DECL void abandon_on_runtime();
    SOCKETLOCK_DECL void try_transaction(reaction& t);
    SOCKETLOCK_DECL void complete_lock(const claim_action& action, reaction& t);
    SOCKETLOCK_DECL void finish(reaction& t);
    SOCKETLOCK_DECL void connect(const claim_action& action, reaction& t);
    SOCKETLOCK_DECL void say_to_predecessor(const claim_action& action, reaction& t);
    SOCKETLOCK_DECL void disconnect();
    SOCKETLOCK_DECL void say_to_successor(const claim_action& action, reaction& t);
    SOCKETLOCK_DECL void start_timer(timer which, std::chrono::steady_clock::duration pause);
    SOCKETLOCK_DECL void on_timer(timer which);
    SOCKETLOCK_DECL void stop_timers();
    SOCKETLOCK_DECL void complete_plain(
        std::atomic<plain_operation*>& op,
        error_code ec,
        reaction& t
    );
    SOCKETLOCK_DECL std::atomic<plain_operation*>& plain(pending which) noexcept;

    const id128 id_;
    const std::shared_ptr<runtime> runtime_;
    const std::shared_ptr<const lock_address> address_;
    bool waits_ = false;
    time_limit limit_;
    std::shared_ptr<lock_entry> entry_;
    published<bool> has_entry_;
    published<bool> is_given_up_{true};
    published<bool> is_holding_{false};
    published<bool> is_over_{false};
    published<bool> is_lost_{false};
    published<std::uint64_t> fencing_token_{0};
    static constexpr std::uint64_t unknown_number = UINT64_MAX;
    published<std::uint64_t> ahead_{unknown_number};

    // Whoever exchanges an operation for null completes it.
    std::atomic<lock_operation*> lock_op_{nullptr};
    std::atomic<plain_operation*> unlock_op_{nullptr};
    std::atomic<plain_operation*> contended_op_{nullptr};
    std::atomic<plain_operation*> lost_op_{nullptr};

    // Under the entry's mutex.
    claim_machine machine_;
    std::optional<intent> transaction_;
    std::chrono::steady_clock::duration guard_pause_{};
    /// Not set yet if it is at the clock's beginning.
    std::chrono::steady_clock::time_point guard_limit_{};
    std::unique_ptr<holder_info> blocker_;
    std::unique_ptr<predecessor_state> predecessor_;
    std::vector<successor_link> successors_;

    /// Numbers what is wanted of the timers, in the order of the calls.
    std::atomic<std::uint64_t> timer_serial_{0};
    std::atomic<bool> has_timers_{false};

    // On the runtime's thread.
    struct timer_state
    {
        std::unique_ptr<asio::steady_timer> timer;
        std::uint64_t serial = 0;
    };
    std::unique_ptr<std::array<timer_state, 3>> timers_;
    /// What was wanted before this is stopped.
    std::uint64_t timers_stopped_ = 0;
};

/// Why nothing can be unlocked by way of this claim (may be null); success if it holds.
SOCKETLOCK_DECL error_code unlock_error(const std::shared_ptr<claim>& c);

/// Unlocks from the calling thread, which waits for the outcome. Precondition: no unlock_error.
SOCKETLOCK_DECL error_code unlock_and_wait(claim& c);

}  // namespace socketlock::detail

#endif
