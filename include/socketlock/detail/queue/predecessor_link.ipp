// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#ifndef SOCKETLOCK_DETAIL_QUEUE_PREDECESSOR_LINK_IPP
#define SOCKETLOCK_DETAIL_QUEUE_PREDECESSOR_LINK_IPP

#include <socketlock/detail/queue/claim_event.hpp>
#include <socketlock/detail/queue/claim_host.hpp>
#include <socketlock/detail/queue/linked_claim.hpp>
#include <socketlock/detail/queue/predecessor_link.hpp>
#include <socketlock/detail/record/presence.hpp>
#include <socketlock/detail/wire/message.hpp>
#include <socketlock/error.hpp>

#include <mutex>
#include <utility>

namespace socketlock::detail {

SOCKETLOCK_DECL predecessor_link::predecessor_link(linked_claim& c, const claim_action& connect)
    : claim_(c.shared()), to_(connect.target), link_(connect.link), limit_(connect.pause)
{
}

SOCKETLOCK_DECL predecessor_link::~predecessor_link() = default;

// Calls `event(linked_claim&)` under the mutex of the claim's entry.
template <class Event>
void predecessor_link::send(Event event)
{
    const auto c = claim_.lock();
    if (!c)
        return;
    c->entry()->run([&](reaction& t) {
        event(*c);
        t.touch(*c);
    });
}

SOCKETLOCK_DECL bool predecessor_link::start(linked_claim& self)
{
    connection_ = self.host().connections()->take(key_of(self));
    if (connection_)
        number_ = connection_->begin(weak_from_this());
    if (number_ == 0)
    {
        connect(self);
        return false;
    }
    was_kept_ = true;
    state_ = state::ready;
    return true;
}

// What the handshake has bound is the same for all who use the connection.
inline connection_key predecessor_link::key_of(const linked_claim& self) const
{
    // A presence has one port as long as it lives.
    return {
        self.entry()->directory().presence_id,
        to_.presence,
        0,
        self.address()->signature_seed()};
}

inline void predecessor_link::connect(linked_claim& self)
{
    connection_.reset();
    number_ = 0;
    state_ = state::connecting;
    was_kept_ = false;
    self.host_thread().post([link = shared_from_this()] {
        const auto c = link->claim_.lock();
        if (!c)
            return;
        // Not under the mutex: the file system may hang.
        error_code ec;
        const presence_info by = read_presence(c->entry()->directory().choice.path, link->to_, ec);
        std::shared_ptr<kept_connection> opened;
        link->send([&](linked_claim& waiter) { opened = link->open(waiter, by, ec); });
        // Nor is this: it may find at once that it cannot connect, and reports that.
        if (opened)
        {
            const handshake_ids ids{link->to_.presence, c->id(), link->to_.claim};
            opened->connect({by.address, by.port, by.key}, ids, link->limit_);
        }
    });
}

// A process of another network namespace has another loopback interface.
inline bool can_be_reached(const presence_info& peer, lock_directory& from)
{
    const std::lock_guard<std::mutex> lock(from.mutex);
    const std::string& own = from.own.info().net_namespace;
    const bool is_elsewhere = !own.empty() && !peer.net_namespace.empty() &&
                              own != peer.net_namespace;
    return peer.port != 0 && !is_elsewhere;
}

inline std::shared_ptr<kept_connection> predecessor_link::open(
    linked_claim& self,
    const presence_info& by,
    const error_code& ec
)
{
    // The claim may have given the attachment up.
    if (state_ != state::connecting)
        return nullptr;
    const bool is_unreachable = ec ? ec == errc::presence_unreadable
                                   : !can_be_reached(by, self.entry()->directory());
    if (ec || is_unreachable)
    {
        state_ = state::done;
        if (ec == errc::too_many_open_files)
            // For the next attempt.
            self.host().connections()->close_all();
        // Any other error may pass.
        if (is_unreachable)
            self.machine().link_unreachable(link_);
        else
            self.machine().link_ended(link_);
        return nullptr;
    }
    connection_ = self.host().connections()->make(key_of(self));
    number_ = connection_->begin(weak_from_this());
    return connection_;
}

SOCKETLOCK_DECL void predecessor_link::say_attach(linked_claim& self)
{
    const claim_contact me = self.entry()->contact_of(self);
    attach_message message;
    message.number = number_;
    message.ticket = self.machine().ticket();
    message.target_claim = to_.claim;
    message.own_claim = me.who.claim;
    message.presence = me.who.presence;
    message.pid = static_cast<std::uint64_t>(me.who.pid);
    message.port = me.port;
    message.lock_name = self.address()->lock_name();
    state_ = state::attaching;
    connection_->send(message.encode());
}

SOCKETLOCK_DECL bool predecessor_link::say_detach()
{
    if (state_ == state::connecting)
        return false;
    said_detach_ = true;
    connection_->send(detach_message{number_}.encode());
    return true;
}

SOCKETLOCK_DECL void predecessor_link::finish()
{
    const bool is_clean = heard_last_word_ || state_ == state::ready;
    state_ = state::done;
    if (connection_)
        connection_->finish(number_, is_clean);
}

SOCKETLOCK_DECL void predecessor_link::on_ready()
{
    send([this](linked_claim& self) {
        if (state_ != state::connecting)
            return;
        state_ = state::ready;
        if (says_attach_again_)
            say_attach(self);
        else
            self.machine().link_up(link_);
    });
}

SOCKETLOCK_DECL void predecessor_link::on_attached(bool is_first)
{
    send([this, is_first](linked_claim& self) {
        if (state_ != state::attaching && state_ != state::accepted)
            return;
        state_ = state::accepted;
        self.machine().attach_accepted(link_, is_first);
    });
}

SOCKETLOCK_DECL void predecessor_link::on_look()
{
    send([this](linked_claim& self) {
        heard_last_word_ = true;
        self.machine().look(link_);
    });
}

SOCKETLOCK_DECL void predecessor_link::on_detached()
{
    send([this](linked_claim& self) {
        heard_last_word_ = true;
        self.machine().detached(link_);
    });
}

SOCKETLOCK_DECL void predecessor_link::on_refused()
{
    send([this](linked_claim& self) { self.machine().handshake_refused(link_); });
}

SOCKETLOCK_DECL void predecessor_link::on_end()
{
    send([this](linked_claim& self) {
        const bool was_answered = state_ == state::accepted || state_ == state::done;
        if (!was_kept_ || was_answered || said_detach_)
        {
            self.machine().link_ended(link_);
            return;
        }
        says_attach_again_ = true;
        connect(self);
    });
}

}  // namespace socketlock::detail

#endif
