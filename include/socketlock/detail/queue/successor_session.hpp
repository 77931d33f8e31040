// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// The connection that another process has made to claims of this one.

#ifndef SOCKETLOCK_DETAIL_QUEUE_SUCCESSOR_SESSION_HPP
#define SOCKETLOCK_DETAIL_QUEUE_SUCCESSOR_SESSION_HPP

#include <socketlock/config.hpp>
#include <socketlock/detail/queue/claim_machine.hpp>
#include <socketlock/detail/queue/successor_channel.hpp>
#include <socketlock/detail/wire/accepted_link.hpp>
#include <socketlock/detail/wire/message.hpp>

#include <memory>
#include <optional>
#include <string>

namespace socketlock::detail {

class claim_host;
class linked_claim;

/// What comes over the connection becomes events of the claims that the peer's waiters come to, one
/// after the other. A query asks one question.
class successor_session final : public accepted_link, public successor_channel
{
public:
    SOCKETLOCK_DECL successor_session(
        const std::shared_ptr<claim_host>& host,
        const handshake_server& handshake
    );

    SOCKETLOCK_DECL void say_attached(std::uint64_t number, bool is_first) override;
    SOCKETLOCK_DECL void say_look(std::uint64_t number) override;
    SOCKETLOCK_DECL void say_detached(std::uint64_t number) override;

private:
    SOCKETLOCK_DECL std::optional<secret_key> find_key(const handshake_ids& ids) override;
    SOCKETLOCK_DECL std::optional<secret_key> find_refusal_key(const handshake_ids& ids) override;
    SOCKETLOCK_DECL bool on_message(const frame_view& frame) override;
    SOCKETLOCK_DECL void on_end() override;
    SOCKETLOCK_DECL bool on_attach(const frame_view& frame);
    SOCKETLOCK_DECL void on_detach(const frame_view& frame);
    SOCKETLOCK_DECL void on_ping();
    /// A claim of the directory that the peer has proved itself for, if it is not over.
    SOCKETLOCK_DECL std::shared_ptr<linked_claim> find_claim(claim_host& host, const id128& id)
        const;

    const std::weak_ptr<claim_host> host_;
    /// The seed by which the peer has proved itself.
    std::string seed_;
    // What the peer is the successor `link_` of, or was last. Weak: the peer, which may be stopped,
    // must not keep a claim that is over.
    std::weak_ptr<linked_claim> claim_;
    link_id link_ = 0;
};

}  // namespace socketlock::detail

#endif
