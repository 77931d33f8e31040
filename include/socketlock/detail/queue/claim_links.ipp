// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// A claim's links to the claims before and behind it: within the process a pointer, else a
// connection.

#ifndef SOCKETLOCK_DETAIL_QUEUE_CLAIM_LINKS_IPP
#define SOCKETLOCK_DETAIL_QUEUE_CLAIM_LINKS_IPP

#include <socketlock/detail/queue/claim_host.hpp>
#include <socketlock/detail/queue/claim_links.hpp>
#include <socketlock/detail/queue/linked_claim.hpp>
#include <socketlock/detail/queue/lock_entry.hpp>
#include <socketlock/detail/queue/predecessor_link.hpp>
#include <socketlock/detail/wire/framed_socket.hpp>
#include <socketlock/detail/wire/message.hpp>

#include <algorithm>
#include <atomic>
#include <utility>

namespace socketlock::detail {

inline link_id new_link_id()
{
    static std::atomic<link_id> last{0};
    return ++last;
}

SOCKETLOCK_DECL claim_links::claim_links() = default;

SOCKETLOCK_DECL claim_links::~claim_links() = default;

SOCKETLOCK_DECL void claim_links::connect(
    linked_claim& self,
    const claim_action& action,
    reaction& t
)
{
    // NOLINTNEXTLINE(modernize-make-unique): an aggregate
    predecessor_.reset(new predecessor{action.link, nullptr, nullptr, 0});
    if (action.target.presence != self.entry()->directory().presence_id)
    {
        predecessor_->remote = std::make_shared<predecessor_link>(self, action);
        predecessor_->remote->start();
        return;
    }
    auto local = self.host().find(action.target.claim);
    if (local && local->entry() == self.entry())
        predecessor_->local = std::move(local);
    self.machine().link_up(action.link);
    t.touch(self);
}

inline encoded_frame encode_attach(linked_claim& self)
{
    const claim_contact me = self.entry()->contact_of(self);
    attach_message message;
    message.ticket = self.machine().ticket();
    message.presence = me.who.presence;
    message.pid = static_cast<std::uint64_t>(me.who.pid);
    message.port = me.port;
    message.lock_name = self.address()->lock_name();
    return message.encode();
}

SOCKETLOCK_DECL void claim_links::say_to_predecessor(
    linked_claim& self,
    const claim_action& action,
    reaction& t
)
{
    if (!predecessor_)
        return;
    const bool attach = action.what == claim_action::kind::say_attach;
    if (predecessor_->remote)
    {
        predecessor_->remote->send(attach ? encode_attach(self) : detach_message().encode());
        return;
    }
    const std::shared_ptr<linked_claim> before = predecessor_->local;
    if (!before)
    {
        // The record names a claim of this process that is over.
        self.machine().moved(predecessor_->number);
        t.touch(self);
        return;
    }
    if (attach)
        predecessor_->local_link = before->add_successor(
            self.shared(),
            predecessor_->number,
            self.entry()->contact_of(self),
            self.machine().ticket(),
            t
        );
    else
    {
        before->machine().successor_detached(predecessor_->local_link);
        t.touch(*before);
    }
}

SOCKETLOCK_DECL void claim_links::disconnect()
{
    if (predecessor_ && predecessor_->remote)
        predecessor_->remote->close();
    predecessor_.reset();
}

SOCKETLOCK_DECL link_id claim_links::add_successor(
    std::shared_ptr<framed_socket> connection,
    std::shared_ptr<linked_claim> local,
    link_id local_link
)
{
    successors_.push_back({new_link_id(), std::move(connection), std::move(local), local_link});
    return successors_.back().id;
}

SOCKETLOCK_DECL void claim_links::remove_successor(link_id link)
{
    successors_.erase(
        std::remove_if(
            successors_.begin(),
            successors_.end(),
            [&](const successor& s) { return s.id == link; }
        ),
        successors_.end()
    );
}

SOCKETLOCK_DECL void claim_links::say_to_successor(const claim_action& action, reaction& t)
{
    using kind = claim_action::kind;
    const auto found = std::find_if(
        successors_.begin(),
        successors_.end(),
        [&](const successor& s) { return s.id == action.link; }
    );
    if (found == successors_.end())
        return;
    const successor to = *found;
    if (action.what != kind::say_attached)
        successors_.erase(found);

    if (to.connection)
    {
        to.connection->send(
            action.what == kind::say_attached  ? attached_message().encode()
            : action.what == kind::say_granted ? grant_message{action.fencing_token}.encode()
            : action.what == kind::say_moved   ? moved_message().encode()
                                               : detached_message().encode()
        );
        return;
    }
    claim_machine& other = to.local->machine();
    switch (action.what)
    {
    case kind::say_attached:
        other.attach_accepted(to.local_link);
        break;
    case kind::say_granted:
        other.granted(to.local_link, action.fencing_token);
        break;
    case kind::say_moved:
        other.moved(to.local_link);
        break;
    default:
        other.detached(to.local_link);
        break;
    }
    t.touch(*to.local);
}

}  // namespace socketlock::detail

#endif
