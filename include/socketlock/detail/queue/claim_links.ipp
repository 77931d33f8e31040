// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#ifndef SOCKETLOCK_DETAIL_QUEUE_CLAIM_LINKS_IPP
#define SOCKETLOCK_DETAIL_QUEUE_CLAIM_LINKS_IPP

#include <socketlock/detail/queue/claim_host.hpp>
#include <socketlock/detail/queue/claim_links.hpp>
#include <socketlock/detail/queue/linked_claim.hpp>
#include <socketlock/detail/queue/lock_entry.hpp>
#include <socketlock/detail/queue/predecessor_link.hpp>
#include <socketlock/detail/queue/successor_channel.hpp>

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

SOCKETLOCK_DECL bool claim_links::connect(
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
        if (predecessor_->remote->start(self))
        {
            self.machine().link_up(action.link);
            t.touch(self);
        }
        return true;
    }
    auto local = self.host().find(action.target.claim);
    if (local && local->entry() == self.entry())
        predecessor_->local = std::move(local);
    self.machine().link_up(action.link);
    t.touch(self);
    return false;
}

SOCKETLOCK_DECL void claim_links::say_attach(linked_claim& self, reaction& t)
{
    if (!predecessor_)
        return;
    if (predecessor_->remote)
        predecessor_->remote->say_attach(self);
    else if (predecessor_->local)
        predecessor_->local_link = predecessor_->local->add_successor(
            {nullptr, self.shared(), predecessor_->number},
            self.entry()->contact_of(self),
            self.machine().ticket(),
            t
        );
    else
    {
        // The record names a claim of this process that is over.
        self.machine().look(predecessor_->number);
        t.touch(self);
    }
}

SOCKETLOCK_DECL void claim_links::say_detach(linked_claim& self, reaction& t)
{
    if (!predecessor_)
        return;
    if (predecessor_->remote)
    {
        if (predecessor_->remote->say_detach())
            return;
        self.machine().link_ended(predecessor_->number);
        t.touch(self);
        return;
    }
    // If that claim is over its last word is on the way.
    if (const auto before = predecessor_->local)
    {
        before->machine().successor_detached(predecessor_->local_link);
        t.touch(*before);
    }
}

SOCKETLOCK_DECL void claim_links::disconnect(reaction& t)
{
    const auto last = std::move(predecessor_);
    if (!last)
        return;
    if (last->remote)
        last->remote->finish();
    else if (last->local && last->local_link != 0)
        // Without effect if it has said its last word.
        last->local->successor_ended(last->local_link, t);
}

SOCKETLOCK_DECL link_id claim_links::unanswered() const noexcept
{
    const bool is_unanswered = predecessor_ && predecessor_->remote &&
                               !predecessor_->remote->is_accepted();
    return is_unanswered ? predecessor_->number : 0;
}

SOCKETLOCK_DECL link_id claim_links::add_successor(successor_path path)
{
    successors_.push_front({new_link_id(), std::move(path)});
    return successors_.front().id;
}

SOCKETLOCK_DECL void claim_links::remove_successor(link_id link)
{
    successors_.remove_if([&](const successor& s) { return s.id == link; });
}

inline void say_by_channel(successor_channel& to, const claim_action& what, std::uint64_t number)
{
    using kind = claim_action::kind;
    if (what.what == kind::say_attached)
        to.say_attached(number, what.is_first);
    else if (what.what == kind::say_look)
        to.say_look(number);
    else
        to.say_detached(number);
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
    const successor_path to = found->path;
    if (action.what != kind::say_attached)
        remove_successor(action.link);

    if (to.channel)
    {
        say_by_channel(*to.channel, action, to.number);
        return;
    }
    claim_machine& other = to.local->machine();
    if (action.what == kind::say_attached)
        other.attach_accepted(to.number, action.is_first);
    else if (action.what == kind::say_look)
        other.look(to.number);
    else
        other.detached(to.number);
    t.touch(*to.local);
}

}  // namespace socketlock::detail

#endif
