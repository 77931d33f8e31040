// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#ifndef SOCKETLOCK_DETAIL_QUEUE_PREDECESSOR_LINK_IPP
#define SOCKETLOCK_DETAIL_QUEUE_PREDECESSOR_LINK_IPP

#include <socketlock/detail/queue/claim_event.hpp>
#include <socketlock/detail/queue/linked_claim.hpp>
#include <socketlock/detail/queue/predecessor_link.hpp>
#include <socketlock/detail/record/presence.hpp>
#include <socketlock/detail/wire/message.hpp>

#include <boost/asio/post.hpp>

namespace socketlock::detail {

SOCKETLOCK_DECL predecessor_link::predecessor_link(linked_claim& c, const claim_action& connect)
    : authenticated_link(c.host_thread().context()),
      claim_(c.shared()),
      to_(connect.target),
      link_(connect.link),
      limit_(connect.pause)
{
}

SOCKETLOCK_DECL void predecessor_link::start()
{
    asio::post(executor(), [self = std::static_pointer_cast<predecessor_link>(shared_from_this())] {
        const auto c = self->claim_.lock();
        if (!c)
            return;
        error_code ec;
        const presence_info before = read_presence(
            c->entry()->directory().choice.path,
            self->to_,
            ec
        );
        if (ec)
            self->end();
        else
            self->open(
                {before.address, before.port, before.key},
                {self->to_.presence, c->id(), self->to_.claim},
                c->address()->signature_seed(),
                self->limit_
            );
    });
}

SOCKETLOCK_DECL void predecessor_link::on_authenticated()
{
    if (const auto c = claim_.lock())
        send_event(*c, [this](claim_machine& m) { m.link_up(link_); });
}

SOCKETLOCK_DECL bool predecessor_link::on_message(const frame_view& frame)
{
    const auto c = claim_.lock();
    if (!c)
        return false;
    switch (static_cast<message_type>(frame.type))
    {
    case message_type::attached:
        send_event(*c, [this](claim_machine& m) { m.attach_accepted(link_); });
        return true;
    case message_type::grant:
    {
        const auto grant = grant_message::decode(frame.body);
        if (!grant)
            return false;
        send_event(*c, [&](claim_machine& m) { m.granted(link_, grant->fencing_token); });
        return true;
    }
    case message_type::moved:
        send_event(*c, [this](claim_machine& m) { m.moved(link_); });
        return true;
    case message_type::detached:
        send_event(*c, [this](claim_machine& m) { m.detached(link_); });
        return true;
    default:
        // Whatever a later version tells its waiters is of no use to us.
        return true;
    }
}

SOCKETLOCK_DECL void predecessor_link::on_end()
{
    if (const auto c = claim_.lock())
        send_event(*c, [this](claim_machine& m) { m.link_ended(link_); });
}

}  // namespace socketlock::detail

#endif
