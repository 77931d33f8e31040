// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// A claim as its lock's entry, its neighbours in the queue and their connections see it.

#ifndef SOCKETLOCK_DETAIL_QUEUE_LINKED_CLAIM_HPP
#define SOCKETLOCK_DETAIL_QUEUE_LINKED_CLAIM_HPP

#include <socketlock/config.hpp>
#include <socketlock/detail/common/id.hpp>
#include <socketlock/detail/completion/lock_backend.hpp>
#include <socketlock/detail/queue/claim_machine.hpp>
#include <socketlock/detail/queue/successor_channel.hpp>
#include <socketlock/detail/record/lock_address.hpp>
#include <socketlock/holder_info.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

namespace socketlock::detail {

class claim_host;
class lock_entry;
class reaction;

class linked_claim
{
public:
    linked_claim(linked_claim&&) = delete;

    const id128& id() const noexcept { return id_; }
    claim_host& host() const noexcept { return host_; }
    const std::shared_ptr<const lock_address>& address() const noexcept { return address_; }
    /// Precondition: `begin` has run, as it has for whoever found the claim in the registry.
    const std::shared_ptr<lock_entry>& entry() const noexcept { return entry_; }

    virtual std::shared_ptr<linked_claim> shared() = 0;
    virtual io_thread& host_thread() const noexcept = 0;
    virtual attempt_status progress() const noexcept = 0;
    /// Precondition: it holds.
    virtual std::uint64_t owner_token() const noexcept = 0;

    // Within lock_entry::run.

    claim_machine& machine() noexcept { return machine_; }
    const claim_machine& machine() const noexcept { return machine_; }
    /// Does one action of the machine.
    virtual void perform(const claim_action& action, reaction& t) = 0;
    /// Remembers who is in the way, as the last look found.
    /// `who` is nothing for a holder of version 1.
    virtual void note_blocker(holder_info blocker, const std::optional<claim_ref>& who) = 0;
    /// A claim queues behind this one. Returns the link's number.
    virtual link_id add_successor(
        successor_path path,
        const claim_contact& who,
        std::uint64_t ticket,
        reaction& t
    ) = 0;
    virtual void successor_ended(link_id link, reaction& t) = 0;

protected:
    linked_claim(
        claim_host& host,
        id128 id,
        std::shared_ptr<const lock_address> address,
        std::shared_ptr<lock_entry> entry
    )
        : host_(host), id_(id), address_(std::move(address)), entry_(std::move(entry))
    {
    }
    ~linked_claim() = default;

    void set_entry(std::shared_ptr<lock_entry> entry) noexcept { entry_ = std::move(entry); }

private:
    // The claim's thread keeps it alive.
    claim_host& host_;
    const id128 id_;
    const std::shared_ptr<const lock_address> address_;
    std::shared_ptr<lock_entry> entry_;
    claim_machine machine_;
};

}  // namespace socketlock::detail

#endif
