// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#ifndef SOCKETLOCK_DETAIL_QUEUE_SUCCESSOR_SESSION_IPP
#define SOCKETLOCK_DETAIL_QUEUE_SUCCESSOR_SESSION_IPP

#include <socketlock/detail/queue/claim_event.hpp>
#include <socketlock/detail/queue/claim_host.hpp>
#include <socketlock/detail/queue/linked_claim.hpp>
#include <socketlock/detail/queue/successor_session.hpp>
#include <socketlock/detail/wire/message.hpp>

#include <exception>
#include <string>

namespace socketlock::detail {

SOCKETLOCK_DECL successor_session::successor_session(
    const std::shared_ptr<claim_host>& host,
    const handshake_server& handshake
)
    : accepted_link(host->thread().context(), handshake), host_(host)
{
}

SOCKETLOCK_DECL std::optional<secret_key> successor_session::find_key(const handshake_ids& ids)
{
    const auto host = host_.lock();
    const auto directory = host ? host->find_directory(ids.presence) : nullptr;
    if (!directory)
        return std::nullopt;
    // The seed is the claim's; for a claim that is over it can only be guessed to be empty.
    const auto target = find_target(*host);
    secret_key presence_key;
    {
        const std::lock_guard<std::mutex> lock(directory->mutex);
        presence_key = directory->own.info().key;
    }
    error_code ec;
    const secret_key key = derive_handshake_key(
        presence_key,
        target ? target->address()->signature_seed() : std::string(),
        ec
    );
    return ec ? std::nullopt : std::optional<secret_key>(key);
}

SOCKETLOCK_DECL bool successor_session::on_message(const frame_view& frame)
{
    switch (static_cast<message_type>(frame.type))
    {
    case message_type::attach:
        return on_attach(frame);
    case message_type::detach:
        if (const auto c = claim_.lock())
            send_event(*c, [this](claim_machine& m) { m.successor_detached(link_); });
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

// A directory's key opens the claims of that directory only.
SOCKETLOCK_DECL std::shared_ptr<linked_claim> successor_session::find_target(claim_host& host) const
{
    auto result = host.find(ids().target_claim);
    if (result && result->entry()->directory().presence_id != ids().presence)
        return nullptr;
    return result;
}

// Nobody in this process may be using the lock any more.
inline void clear_orphan(
    claim_host& host,
    const lock_directory& directory,
    const std::string& lock_name
)
{
    lock_options options;
    options.lock_dir = directory.choice.path;
    try
    {
        error_code ec;
        const auto address = std::make_shared<lock_address>(lock_name, options);
        if (const auto entry = host.entry(address, ec))
            entry->run([&](reaction&) { entry->clear_orphan(); });
    }
    catch (const std::exception&)
    {
        // There is no such lock, or no memory: whoever came recovers all the same.
    }
}

SOCKETLOCK_DECL bool successor_session::on_attach(const frame_view& frame)
{
    const auto message = attach_message::decode(frame.body);
    const auto host = host_.lock();
    // One attachment a connection.
    if (!message || !host || is_attached_)
        return false;
    const claim_contact who{
        {ids().own_claim, message->presence, static_cast<std::int64_t>(message->pid)},
        message->port
    };
    if (const auto target = find_target(*host))
    {
        stop_limit();
        is_attached_ = true;
        target->entry()->run([&](reaction& t) {
            claim_ = target;
            link_ = target->add_successor(shared_from_this(), who, message->ticket, t);
        });
        return true;
    }
    send(moved_message().encode());
    // The record must not go on naming a claim that is over: whoever attaches here has read it.
    if (const auto directory = host->find_directory(ids().presence))
        clear_orphan(*host, *directory, message->lock_name);
    return true;
}

SOCKETLOCK_DECL void successor_session::on_ping()
{
    const auto host = host_.lock();
    const auto target = host ? find_target(*host) : nullptr;
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
