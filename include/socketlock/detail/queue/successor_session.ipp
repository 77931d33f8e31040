// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#ifndef SOCKETLOCK_DETAIL_QUEUE_SUCCESSOR_SESSION_IPP
#define SOCKETLOCK_DETAIL_QUEUE_SUCCESSOR_SESSION_IPP

#include <socketlock/detail/queue/claim_event.hpp>
#include <socketlock/detail/queue/claim_host.hpp>
#include <socketlock/detail/queue/linked_claim.hpp>
#include <socketlock/detail/queue/successor_session.hpp>
#include <socketlock/detail/wire/message.hpp>

#include <mutex>

namespace socketlock::detail {

SOCKETLOCK_DECL successor_session::successor_session(
    const std::shared_ptr<claim_host>& host,
    const handshake_server& handshake
)
    : accepted_link(host->thread().context(), handshake), host_(host)
{
}

inline std::optional<secret_key> presence_key(claim_host& host, const id128& presence)
{
    const auto directory = host.find_directory(presence);
    if (!directory)
        return std::nullopt;
    const std::lock_guard<std::mutex> lock(directory->mutex);
    return directory->own.info().key;
}

inline std::optional<secret_key> handshake_key(
    claim_host& host,
    const id128& presence,
    const std::string& seed
)
{
    const auto key = presence_key(host, presence);
    error_code ec;
    const secret_key result = key ? derive_handshake_key(*key, seed, ec) : secret_key();
    return key && !ec ? std::optional<secret_key>(result) : std::nullopt;
}

SOCKETLOCK_DECL std::optional<secret_key> successor_session::find_key(const handshake_ids& ids)
{
    const auto host = host_.lock();
    if (!host)
        return std::nullopt;
    // The seed is the claim's; for a claim that is over it can only be guessed to be empty.
    const auto target = find_claim(*host, ids.target_claim);
    seed_ = target ? target->address()->signature_seed() : std::string();
    return handshake_key(*host, ids.presence, seed_);
}

SOCKETLOCK_DECL std::optional<secret_key> successor_session::find_refusal_key(
    const handshake_ids& ids
)
{
    // Of a claim that is over nothing can be said.
    const auto host = host_.lock();
    const bool is_alive = host && find_claim(*host, ids.target_claim);
    return is_alive ? handshake_key(*host, ids.presence, {}) : std::nullopt;
}

// A directory's key opens the claims of that directory only.
SOCKETLOCK_DECL std::shared_ptr<linked_claim> successor_session::find_claim(
    claim_host& host,
    const id128& id
) const
{
    auto result = host.find(id);
    if (result && result->entry()->directory().presence_id != ids().presence)
        return nullptr;
    return result;
}

SOCKETLOCK_DECL bool successor_session::on_message(const frame_view& frame)
{
    switch (static_cast<message_type>(frame.type))
    {
    case message_type::attach:
        return on_attach(frame);
    case message_type::detach:
        on_detach(frame);
        return true;
    case message_type::ping:
        on_ping();
        return true;
    case message_type::error:
        return true;
    default:
        send(error_message{protocol_fault::unknown_type, frame.type}.encode());
        return true;
    }
}

SOCKETLOCK_DECL bool successor_session::on_attach(const frame_view& frame)
{
    const auto message = attach_message::decode(frame.body);
    const auto host = host_.lock();
    if (!message || !host || !begin_attachment(message->number))
        return false;
    const auto target = find_claim(*host, message->target_claim);
    if (!target || target->address()->lock_name() != message->lock_name)
    {
        say_look(message->number);
        return true;
    }
    // Whoever has another seed has to make a connection of its own, and is refused there.
    if (target->address()->signature_seed() != seed_)
        return false;
    const claim_contact who{
        {message->own_claim, message->presence, static_cast<std::int64_t>(message->pid)},
        message->port
    };
    target->entry()->run([&](reaction& t) {
        claim_ = target;
        link_ = target->add_successor(
            {std::static_pointer_cast<successor_session>(shared_from_this()),
             nullptr,
             message->number},
            who,
            message->ticket,
            t
        );
    });
    return true;
}

SOCKETLOCK_DECL void successor_session::on_detach(const frame_view& frame)
{
    const auto message = detach_message::decode(frame.body);
    const auto c = claim_.lock();
    // One that has had its last word is of no interest any more.
    if (message && c && is_current(message->number))
        send_event(*c, [this](claim_machine& m) { m.successor_detached(link_); });
}

SOCKETLOCK_DECL void successor_session::say_attached(std::uint64_t number, bool is_first)
{
    send(attached_message{number, is_first}.encode());
}

SOCKETLOCK_DECL void successor_session::say_look(std::uint64_t number)
{
    send_last_word(number, look_message{number}.encode());
}

SOCKETLOCK_DECL void successor_session::say_detached(std::uint64_t number)
{
    send_last_word(number, detached_message{number}.encode());
}

SOCKETLOCK_DECL void successor_session::on_ping()
{
    const auto host = host_.lock();
    const auto target = host ? find_claim(*host, ids().target_claim) : nullptr;
    pong_message pong;
    if (target && target->progress() == attempt_status::holding)
        pong.state = reported_state::holding;
    else if (target && target->progress() < attempt_status::over)
        pong.state = reported_state::waiting;
    if (pong.state == reported_state::holding)
        pong.fencing_token = target->owner_token();
    send(pong.encode());
}

SOCKETLOCK_DECL void successor_session::on_end()
{
    if (const auto c = claim_.lock())
        c->entry()->run([&](reaction& t) { c->successor_ended(link_, t); });
}

}  // namespace socketlock::detail

#endif
