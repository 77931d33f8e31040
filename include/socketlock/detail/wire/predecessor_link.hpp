// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// Connections to claims of other processes: of a waiter to the claim before it, and of a query.

#ifndef SOCKETLOCK_DETAIL_WIRE_PREDECESSOR_LINK_HPP
#define SOCKETLOCK_DETAIL_WIRE_PREDECESSOR_LINK_HPP

#include <socketlock/config.hpp>
#include <socketlock/detail/queue/claim_machine.hpp>
#include <socketlock/detail/record/presence.hpp>
#include <socketlock/detail/wire/framed_socket.hpp>
#include <socketlock/detail/wire/handshake.hpp>

#include <memory>
#include <optional>
#include <string>

namespace socketlock::detail {

class claim;

/// A connection on which the other side has to prove that it is a claim's process.
class authenticated_link : public framed_socket
{
public:
    using framed_socket::framed_socket;

protected:
    /// Connects and proves, within a time limit. On the runtime's thread.
    SOCKETLOCK_DECL void open(
        const presence_info& to,
        const handshake_ids& ids,
        const std::string& signature_seed,
        std::chrono::steady_clock::duration limit
    );

    virtual void on_authenticated() = 0;
    virtual bool on_message(const frame_view& frame) = 0;

private:
    SOCKETLOCK_DECL void on_connected() override;
    SOCKETLOCK_DECL bool on_frame(const frame_view& frame) override;

    std::optional<handshake_client> handshake_;
    bool is_authenticated_ = false;
};

/// A waiter's connection to the claim before it. What it says become events of the claim.
class predecessor_link final : public authenticated_link
{
public:
    SOCKETLOCK_DECL predecessor_link(const std::shared_ptr<claim>& c, const claim_action& connect);

    /// Connects; from any thread.
    SOCKETLOCK_DECL void start();

private:
    SOCKETLOCK_DECL void on_authenticated() override;
    SOCKETLOCK_DECL bool on_message(const frame_view& frame) override;
    SOCKETLOCK_DECL void on_end() override;

    const std::weak_ptr<claim> claim_;
    const claim_ref to_;
    const link_id link_;
    const std::chrono::steady_clock::duration limit_;
};

}  // namespace socketlock::detail

#endif
