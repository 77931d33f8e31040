// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#ifndef SOCKETLOCK_DETAIL_WIRE_PEER_SESSION_IPP
#define SOCKETLOCK_DETAIL_WIRE_PEER_SESSION_IPP

#include <socketlock/detail/process/runtime.hpp>
#include <socketlock/detail/queue/claim.hpp>
#include <socketlock/detail/wire/endpoint.hpp>
#include <socketlock/detail/wire/message.hpp>
#include <socketlock/detail/wire/peer_session.hpp>

namespace socketlock::detail {

SOCKETLOCK_DECL peer_session::peer_session(
    asio::io_context& context,
    std::weak_ptr<endpoint> owner,
    const nonce& server_nonce,
    std::uint16_t port
)
    : framed_socket(context), owner_(std::move(owner)), handshake_(server_nonce, port)
{
}

SOCKETLOCK_DECL void peer_session::start(owned_descriptor descriptor, bool v6)
{
    error_code ec;
    assign(std::move(descriptor), v6, ec);
    if (ec)
    {
        end();
        return;
    }
    start_limit(std::chrono::seconds(1));
    send(handshake_.challenge());
    start_reading();
}

SOCKETLOCK_DECL bool peer_session::on_frame(const frame_view& frame)
{
    if (!is_authenticated_)
        return on_hello(frame);
    switch (static_cast<message_type>(frame.type))
    {
    case message_type::attach:
        return on_attach(frame);
    case message_type::detach:
        if (const auto c = claim_.lock())
            c->on_event([this](claim_machine& m) { m.successor_detached(link_); });
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

SOCKETLOCK_DECL bool peer_session::on_hello(const frame_view& frame)
{
    const auto owner = owner_.lock();
    const auto users = owner ? owner->owner() : nullptr;
    if (!users || handshake_.on_frame(frame) != handshake_action::look_up_key)
        return false;
    const auto directory = users->find_directory(handshake_.ids().presence);
    if (!directory)
        return false;
    // The seed is the claim's; for a claim that is over it can only be guessed to be empty.
    const auto target = find_target(*users);
    secret_key presence_key;
    {
        const std::lock_guard<std::mutex> lock(directory->mutex);
        presence_key = directory->own.info().key;
    }
    error_code ec;
    const secret_key key = derive_handshake_key(
        presence_key,
        target ? target->address().signature_seed() : std::string(),
        ec
    );
    encoded_frame reply;
    if (ec || handshake_.accept(key, reply) != handshake_action::authenticated)
        return false;
    is_authenticated_ = true;
    // To say what it came for.
    start_limit(std::chrono::seconds(10));
    reader().set_limit(max_frame_payload);
    owner->note_authenticated(*this);
    send(reply);
    return true;
}

// A directory's key opens the claims of that directory only.
SOCKETLOCK_DECL std::shared_ptr<claim> peer_session::find_target(runtime& users) const
{
    auto result = users.find(handshake_.ids().target_claim);
    if (result && result->entry()->directory().presence_id != handshake_.ids().presence)
        return nullptr;
    return result;
}

// Nobody in this process may be using the lock any more.
inline void clear_orphan(
    runtime& users,
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
        if (const auto entry = users.entry(address, ec))
            entry->run([&](reaction&) { entry->clear_orphan(); });
    }
    catch (const std::exception&)
    {
        // There is no such lock, or no memory: whoever came recovers all the same.
    }
}

SOCKETLOCK_DECL bool peer_session::on_attach(const frame_view& frame)
{
    const auto message = attach_message::decode(frame.body);
    const auto owner = owner_.lock();
    const auto users = owner ? owner->owner() : nullptr;
    // One attachment a connection.
    if (!message || !users || is_attached_)
        return false;
    const claim_contact who{
        {handshake_.ids().own_claim, message->presence, static_cast<std::int64_t>(message->pid)},
        message->port
    };
    if (const auto target = find_target(*users))
    {
        stop_limit();
        target->entry()->run([&](reaction& t) {
            target->links().add_successor(
                *target,
                std::static_pointer_cast<peer_session>(shared_from_this()),
                who,
                message->ticket,
                t
            );
        });
        return true;
    }
    send(moved_message().encode());
    // The record must not go on naming a claim that is over: whoever attaches here has read it.
    if (const auto directory = users->find_directory(handshake_.ids().presence))
        clear_orphan(*users, *directory, message->lock_name);
    return true;
}

SOCKETLOCK_DECL void peer_session::on_ping()
{
    const auto owner = owner_.lock();
    const auto users = owner ? owner->owner() : nullptr;
    const auto target = users ? find_target(*users) : nullptr;
    pong_message pong;
    if (target && target->is_holding())
        pong.state = reported_state::holding;
    else if (target && !target->is_over())
        pong.state = reported_state::waiting;
    if (pong.state == reported_state::holding)
        pong.fencing_token = target->fencing_token();
    send(pong.encode());
}

SOCKETLOCK_DECL void peer_session::on_end()
{
    if (const auto owner = owner_.lock())
        owner->note_end(*this);
    if (const auto c = claim_.lock())
        c->entry()->run([&](reaction& t) { c->links().successor_ended(*c, link_, t); });
}

}  // namespace socketlock::detail

#endif
