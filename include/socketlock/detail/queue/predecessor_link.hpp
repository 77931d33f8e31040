// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// The connection of a waiter to the claim before it, in another process.

#ifndef SOCKETLOCK_DETAIL_QUEUE_PREDECESSOR_LINK_HPP
#define SOCKETLOCK_DETAIL_QUEUE_PREDECESSOR_LINK_HPP

#include <socketlock/config.hpp>
#include <socketlock/detail/queue/claim_machine.hpp>
#include <socketlock/detail/wire/authenticated_link.hpp>

#include <chrono>
#include <memory>

namespace socketlock::detail {

class linked_claim;

/// What comes over the connection becomes events of the waiter's claim.
class predecessor_link final : public authenticated_link
{
public:
    SOCKETLOCK_DECL predecessor_link(linked_claim& c, const claim_action& connect);

    /// Connects; from any thread.
    SOCKETLOCK_DECL void start();

private:
    SOCKETLOCK_DECL void on_authenticated() override;
    SOCKETLOCK_DECL bool on_message(const frame_view& frame) override;
    SOCKETLOCK_DECL void on_end() override;

    const std::weak_ptr<linked_claim> claim_;
    const claim_ref to_;
    const link_id link_;
    const std::chrono::steady_clock::duration limit_;
};

}  // namespace socketlock::detail

#endif
