// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// The claim: its state machine with the means to do what that says. No decisions here.

#ifndef SOCKETLOCK_DETAIL_QUEUE_CLAIM_HPP
#define SOCKETLOCK_DETAIL_QUEUE_CLAIM_HPP

#include <socketlock/config.hpp>
#include <socketlock/detail/completion/lock_backend.hpp>
#include <socketlock/detail/queue/claim_host.hpp>
#include <socketlock/detail/queue/claim_links.hpp>
#include <socketlock/detail/queue/claim_timers.hpp>
#include <socketlock/detail/queue/linked_claim.hpp>
#include <socketlock/detail/queue/lock_entry.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>

namespace socketlock::detail {

/**
 * Three threads may meet here:
 *
 * - the lock object's thread calls what `lock_attempt` declares, and reads the status;
 * - the I/O thread brings events of connections, timers and files, and runs what was posted;
 * - any thread that runs another claim of the same lock may act on this one, its neighbour.
 *
 * The machine, the links, the timers, the transaction under way and the blocker are touched under
 * the entry's mutex only, in `lock_entry::run`. The status and the slots of the operations are
 * atomic. The rest is written before another thread has the claim, except for the
 * entry, which `begin` sets once; see `entry_if_begun`.
 */
class claim final : public lock_attempt, public linked_claim, public deadline_target
{
public:
    /// The thread is the host's, and keeps it alive. `entry` may be null: `begin` looks for it.
    SOCKETLOCK_DECL claim(
        std::shared_ptr<io_thread> thread,
        claim_host& host,
        id128 id,
        std::shared_ptr<const lock_address> address,
        std::shared_ptr<lock_entry> entry
    );

    using linked_claim::entry;
    /// For the lock object's thread, which does not know how far `begin` has come.
    std::shared_ptr<lock_entry> entry_if_begun() const
    {
        return has_entry_.load(std::memory_order_acquire) ? entry() : nullptr;
    }

    std::shared_ptr<claim> shared_claim()
    {
        return std::static_pointer_cast<claim>(shared_from_this());
    }
    std::weak_ptr<claim> weak_claim() { return shared_claim(); }

    // What a lock object asks for.

    SOCKETLOCK_DECL void begin() override;
    SOCKETLOCK_DECL void unlock() override;
    SOCKETLOCK_DECL void wait(pending which) override;
    SOCKETLOCK_DECL void abandon() override;
    SOCKETLOCK_DECL std::optional<holder_info> blocker() override;
    SOCKETLOCK_DECL std::optional<std::uint64_t> ahead() const override;
    SOCKETLOCK_DECL std::uint16_t port() const override;

    // What others see of it.

    std::shared_ptr<linked_claim> shared() override { return shared_claim(); }
    io_thread& host_thread() const noexcept override { return *thread(); }
    attempt_status progress() const noexcept override { return status(); }
    std::uint64_t owner_token() const noexcept override { return fencing_token(); }
    SOCKETLOCK_DECL void perform(const claim_action& action, reaction& t) override;
    SOCKETLOCK_DECL void note_blocker(holder_info blocker, const std::optional<claim_ref>& who)
        override;
    SOCKETLOCK_DECL link_id
    add_successor(successor_path path, const claim_contact& who, std::uint64_t ticket, reaction& t)
        override;
    SOCKETLOCK_DECL void successor_ended(link_id link, reaction& t) override;

    // On the I/O thread.

    SOCKETLOCK_DECL void on_deadline(unsigned which, std::uint64_t serial) override;

private:
    /// A transaction that waits for the guard.
    struct guard_wait
    {
        std::chrono::steady_clock::duration pause{};
        /// Not set yet if it is at the clock's beginning.
        std::chrono::steady_clock::time_point limit{};
    };

    /// What the record said of who was in the way.
    struct noted_blocker
    {
        holder_info info;
        std::optional<claim_ref> who;
    };

    void refuse(error_code ec);
    void start_timer(claim_timers::kind which, std::chrono::steady_clock::duration pause);
    void try_transaction(reaction& t);
    bool try_guarded(transaction_result& result);
    bool has_waited_too_long();
    void connect(const claim_action& action, reaction& t);
    void complete_lock(const claim_action& action, reaction& t);
    void complete_plain(pending which, error_code ec, reaction& t);
    void finish(reaction& t);

    std::atomic<bool> has_entry_;

    claim_links links_;
    claim_timers timers_;
    std::optional<intent> transaction_;
    /// Null if it does not wait.
    std::unique_ptr<guard_wait> guard_wait_;
    std::unique_ptr<noted_blocker> blocker_;
};

}  // namespace socketlock::detail

#endif
