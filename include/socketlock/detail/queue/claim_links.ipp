// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// A claim's links to the claims before and behind it: within the process a pointer, else a
// connection.

#ifndef SOCKETLOCK_DETAIL_QUEUE_CLAIM_LINKS_IPP
#define SOCKETLOCK_DETAIL_QUEUE_CLAIM_LINKS_IPP

#include <socketlock/detail/queue/claim.hpp>
#include <socketlock/detail/wire/message.hpp>
#include <socketlock/detail/wire/peer_session.hpp>
#include <socketlock/detail/wire/predecessor_link.hpp>

#include <algorithm>
#include <atomic>

namespace socketlock::detail {

inline link_id new_link_id()
{
    static std::atomic<link_id> last{0};
    return ++last;
}

SOCKETLOCK_DECL void claim::connect(const claim_action& action, reaction& t)
{
    // NOLINTNEXTLINE(modernize-make-unique): an aggregate
    predecessor_.reset(new predecessor_state{action.link, nullptr, nullptr, 0});
    if (action.target.presence != entry_->directory().presence_id)
    {
        predecessor_->remote = std::make_shared<predecessor_link>(shared_from_this(), action);
        predecessor_->remote->start();
        return;
    }
    auto local = runtime_->find(action.target.claim);
    if (local && local->entry() == entry_)
        predecessor_->local = std::move(local);
    machine_.link_up(action.link);
    t.touch(*this);
}

SOCKETLOCK_DECL void claim::say_to_predecessor(const claim_action& action, reaction& t)
{
    if (!predecessor_)
        return;
    const bool attach = action.what == claim_action::kind::say_attach;
    const claim_contact me = contact();
    if (predecessor_->remote)
    {
        if (!attach)
        {
            predecessor_->remote->send(detach_message().encode());
            return;
        }
        attach_message message;
        message.ticket = machine_.ticket();
        message.presence = me.who.presence;
        message.pid = static_cast<std::uint64_t>(me.who.pid);
        message.port = me.port;
        message.lock_name = address_->lock_name();
        predecessor_->remote->send(message.encode());
        return;
    }
    const std::shared_ptr<claim> before = predecessor_->local;
    if (!before)
    {
        // The record names a claim of this process that is over.
        machine_.moved(predecessor_->number);
        t.touch(*this);
        return;
    }
    if (attach)
    {
        const link_id link = new_link_id();
        predecessor_->local_link = link;
        before->successors_.push_back({link, nullptr, shared_from_this(), predecessor_->number});
        before->machine_.successor_attached({link, me, machine_.ticket()});
    }
    else
        before->machine_.successor_detached(predecessor_->local_link);
    t.touch(*before);
}

SOCKETLOCK_DECL void claim::disconnect()
{
    if (predecessor_ && predecessor_->remote)
        predecessor_->remote->close();
    predecessor_.reset();
}

SOCKETLOCK_DECL void claim::add_successor(
    std::shared_ptr<peer_session> session,
    const claim_contact& who,
    std::uint64_t ticket,
    reaction& t
)
{
    const link_id link = new_link_id();
    session->set_link(shared_from_this(), link);
    successors_.push_back({link, std::move(session), nullptr, 0});
    machine_.successor_attached({link, who, ticket});
    t.touch(*this);
}

SOCKETLOCK_DECL void claim::successor_ended(link_id link, reaction& t)
{
    successors_.erase(
        std::remove_if(
            successors_.begin(),
            successors_.end(),
            [&](const successor_link& s) { return s.id == link; }
        ),
        successors_.end()
    );
    machine_.successor_ended(link);
    t.touch(*this);
}

SOCKETLOCK_DECL void claim::say_to_successor(const claim_action& action, reaction& t)
{
    using kind = claim_action::kind;
    const auto found = std::find_if(
        successors_.begin(),
        successors_.end(),
        [&](const successor_link& s) { return s.id == action.link; }
    );
    if (found == successors_.end())
        return;
    const successor_link to = *found;
    if (action.what != kind::say_attached)
        successors_.erase(found);

    if (to.session)
    {
        to.session->send(
            action.what == kind::say_attached  ? attached_message().encode()
            : action.what == kind::say_granted ? grant_message{action.fencing_token}.encode()
            : action.what == kind::say_moved   ? moved_message().encode()
                                               : detached_message().encode()
        );
        return;
    }
    claim_machine& other = to.local->machine_;
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
