// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// The connection of a waiter in another process to the claim before it, or of a query.

#ifndef SOCKETLOCK_DETAIL_QUEUE_SUCCESSOR_SESSION_HPP
#define SOCKETLOCK_DETAIL_QUEUE_SUCCESSOR_SESSION_HPP

#include <socketlock/config.hpp>
#include <socketlock/detail/queue/claim_machine.hpp>
#include <socketlock/detail/wire/accepted_link.hpp>

#include <memory>
#include <optional>

namespace socketlock::detail {

class claim_host;
class linked_claim;

/// What comes over the connection becomes events of the claim that the peer has come to.
class successor_session final : public accepted_link
{
public:
    SOCKETLOCK_DECL successor_session(
        const std::shared_ptr<claim_host>& host,
        const handshake_server& handshake
    );

private:
    SOCKETLOCK_DECL std::optional<secret_key> find_key(const handshake_ids& ids) override;
    SOCKETLOCK_DECL bool on_message(const frame_view& frame) override;
    SOCKETLOCK_DECL void on_end() override;
    SOCKETLOCK_DECL bool on_attach(const frame_view& frame);
    SOCKETLOCK_DECL void on_ping();
    /// The claim that the peer has come to, if it is not over.
    SOCKETLOCK_DECL std::shared_ptr<linked_claim> find_target(claim_host& host) const;

    const std::weak_ptr<claim_host> host_;
    bool is_attached_ = false;
    // What the peer is the successor `link_` of. Weak: the peer, which may be stopped,
    // must not keep a claim that is over.
    std::weak_ptr<linked_claim> claim_;
    link_id link_ = 0;
};

}  // namespace socketlock::detail

#endif
