// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// The attachment of a waiter to the claim before it, in another process.

#ifndef SOCKETLOCK_DETAIL_QUEUE_PREDECESSOR_LINK_HPP
#define SOCKETLOCK_DETAIL_QUEUE_PREDECESSOR_LINK_HPP

#include <socketlock/config.hpp>
#include <socketlock/detail/queue/claim_machine.hpp>
#include <socketlock/detail/wire/kept_connection.hpp>

#include <chrono>
#include <cstdint>
#include <memory>

namespace socketlock::detail {

class linked_claim;
struct presence_info;

/**
 * What is heard becomes events of the waiter's claim. It goes over a connection that was kept if
 * there is one; if that ends before the attachment was accepted, which may only mean that the other
 * side had closed it, a new one is made, once.
 *
 * All of its state is under the mutex of the claim's entry.
 */
class predecessor_link final : public attachment_events,
                               public std::enable_shared_from_this<predecessor_link>
{
public:
    SOCKETLOCK_DECL predecessor_link(linked_claim& c, const claim_action& connect);
    SOCKETLOCK_DECL ~predecessor_link();

    // Within lock_entry::run.

    /// True if there is a connection on which `attach` can be said at once.
    SOCKETLOCK_DECL bool start(linked_claim& self);
    SOCKETLOCK_DECL void say_attach(linked_claim& self);
    /// False if there is nobody to say it to, and no answer will come.
    SOCKETLOCK_DECL bool say_detach();
    /// Gives the connection back, or ends it if the other side has to be told that way.
    SOCKETLOCK_DECL void finish();
    bool is_accepted() const noexcept { return state_ == state::accepted; }

private:
    enum class state : unsigned char
    {
        /// A connection is being made.
        connecting,
        /// Nothing was said on it yet.
        ready,
        /// `attach` was said.
        attaching,
        accepted,
        /// It is of no use any more.
        done,
    };

    // Events of the connection, on the I/O thread.

    SOCKETLOCK_DECL void on_ready() override;
    SOCKETLOCK_DECL void on_attached(bool is_first) override;
    SOCKETLOCK_DECL void on_look() override;
    SOCKETLOCK_DECL void on_detached() override;
    SOCKETLOCK_DECL void on_refused() override;
    SOCKETLOCK_DECL void on_end() override;

    template <class Event>
    void send(Event event);

    connection_key key_of(const linked_claim& self) const;
    void connect(linked_claim& self);
    /// The connection that is to be made.
    std::shared_ptr<kept_connection> open(
        linked_claim& self,
        const presence_info& by,
        const error_code& ec
    );

    const std::weak_ptr<linked_claim> claim_;
    const claim_ref to_;
    const link_id link_;
    const std::chrono::steady_clock::duration limit_;

    std::shared_ptr<kept_connection> connection_;
    std::uint64_t number_ = 0;
    state state_ = state::connecting;
    bool was_kept_ = false;
    bool heard_last_word_ = false;
    /// `detach` was said: nothing may be said for it any more.
    bool said_detach_ = false;
    /// `attach` is to be said as soon as there is a connection again.
    bool says_attach_again_ = false;
};

}  // namespace socketlock::detail

#endif
