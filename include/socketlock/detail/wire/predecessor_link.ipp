// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#ifndef SOCKETLOCK_DETAIL_WIRE_PREDECESSOR_LINK_IPP
#define SOCKETLOCK_DETAIL_WIRE_PREDECESSOR_LINK_IPP

#include <socketlock/detail/platform/socket.hpp>
#include <socketlock/detail/queue/claim.hpp>
#include <socketlock/detail/wire/message.hpp>
#include <socketlock/detail/wire/predecessor_link.hpp>

#include <boost/asio/ip/address.hpp>
#include <boost/asio/post.hpp>

namespace socketlock::detail {

SOCKETLOCK_DECL void authenticated_link::open(
    const presence_info& to,
    const handshake_ids& ids,
    const std::string& signature_seed,
    std::chrono::steady_clock::duration limit
)
{
    error_code ec;
    const secret_key key = derive_handshake_key(to.key, signature_seed, ec);
    const nonce own_nonce = ec ? nonce() : random_nonce(ec);
    asio::ip::address address;
    if (!ec)
        address = asio::ip::make_address(to.address, ec);
    // A presence is a file that others can write: it must not send us anywhere else.
    if (ec || !address.is_loopback() || to.port == 0)
    {
        end();
        return;
    }
    handshake_.emplace(key, ids, to.port, own_nonce);
    owned_descriptor descriptor = open_loopback_socket(address.is_v6(), ec);
    if (!ec)
        assign(std::move(descriptor), address.is_v6(), ec);
    if (ec)
    {
        end();
        return;
    }
    start_limit(limit);
    async_connect({address, to.port});
}

SOCKETLOCK_DECL void authenticated_link::on_connected()
{
    start_reading();
}

SOCKETLOCK_DECL bool authenticated_link::on_frame(const frame_view& frame)
{
    if (is_authenticated_)
        return on_message(frame);
    encoded_frame reply;
    switch (handshake_->on_frame(frame, reply))
    {
    case handshake_action::send:
        send(reply);
        return true;
    case handshake_action::authenticated:
        is_authenticated_ = true;
        reader().set_limit(max_frame_payload);
        stop_limit();
        on_authenticated();
        return true;
    default:
        return false;
    }
}

SOCKETLOCK_DECL predecessor_link::predecessor_link(
    const std::shared_ptr<claim>& c,
    const claim_action& connect
)
    : authenticated_link(c->thread()->context()),
      claim_(c),
      to_(connect.target),
      link_(connect.link),
      limit_(connect.pause)
{
}

SOCKETLOCK_DECL void predecessor_link::start()
{
    asio::post(
        claim_.lock()->thread()->context(),
        [self = std::static_pointer_cast<predecessor_link>(shared_from_this())] {
            const auto c = self->claim_.lock();
            if (!c)
                return;
            error_code ec;
            const presence_info to = read_presence(
                c->entry()->directory().choice.path,
                self->to_,
                ec
            );
            if (ec)
                self->end();
            else
                self->open(
                    to,
                    {self->to_.presence, c->id(), self->to_.claim},
                    c->address().signature_seed(),
                    self->limit_
                );
        }
    );
}

SOCKETLOCK_DECL void predecessor_link::on_authenticated()
{
    if (const auto c = claim_.lock())
        c->on_event([this](claim_machine& m) { m.link_up(link_); });
}

SOCKETLOCK_DECL bool predecessor_link::on_message(const frame_view& frame)
{
    const auto c = claim_.lock();
    if (!c)
        return false;
    switch (static_cast<message_type>(frame.type))
    {
    case message_type::attached:
        c->on_event([this](claim_machine& m) { m.attach_accepted(link_); });
        return true;
    case message_type::grant:
    {
        const auto grant = grant_message::decode(frame.body);
        if (!grant)
            return false;
        c->on_event([&](claim_machine& m) { m.granted(link_, grant->fencing_token); });
        return true;
    }
    case message_type::moved:
        c->on_event([this](claim_machine& m) { m.moved(link_); });
        return true;
    case message_type::detached:
        c->on_event([this](claim_machine& m) { m.detached(link_); });
        return true;
    default:
        // Whatever a later version tells its waiters is of no use to us.
        return true;
    }
}

SOCKETLOCK_DECL void predecessor_link::on_end()
{
    if (const auto c = claim_.lock())
        c->on_event([this](claim_machine& m) { m.link_ended(link_); });
}

}  // namespace socketlock::detail

#endif
