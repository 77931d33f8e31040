// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#ifndef SOCKETLOCK_DETAIL_WIRE_ENDPOINT_IPP
#define SOCKETLOCK_DETAIL_WIRE_ENDPOINT_IPP

#include <socketlock/detail/platform/crypto.hpp>
#include <socketlock/detail/wire/endpoint.hpp>
#include <socketlock/error.hpp>

#include <boost/asio/error.hpp>

#include <utility>

namespace socketlock::detail {

SOCKETLOCK_DECL std::shared_ptr<endpoint> endpoint::open(
    const std::shared_ptr<runtime>& owner,
    error_code& ec
)
{
    loopback_listener listener = open_loopback_listener(ec);
    if (ec)
        return nullptr;
    auto result = std::make_shared<endpoint>(owner, listener);
    const auto family = listener.v6 ? asio::ip::tcp::v6() : asio::ip::tcp::v4();
    result->acceptor_.assign(family, listener.descriptor.get(), ec);
    if (ec)
    {
        ec = errc::runtime_failed;
        return nullptr;
    }
    listener.descriptor.release();
    owner->thread().post([result] { result->wait_for_peers(); });
    return result;
}

SOCKETLOCK_DECL endpoint::endpoint(
    const std::shared_ptr<runtime>& owner,
    const loopback_listener& l
)
    : owner_(owner),
      context_(owner->thread().context()),
      acceptor_(context_),
      timer_(context_),
      port_(l.port),
      v6_(l.v6)
{
}

SOCKETLOCK_DECL endpoint::~endpoint()
{
    close_released(acceptor_);
}

SOCKETLOCK_DECL void endpoint::wait_for_peers()
{
    acceptor_.async_wait(
        asio::ip::tcp::acceptor::wait_read,
        [weak = weak_from_this()](const error_code& ec) {
            const auto self = weak.lock();
            if (!ec && self)
                self->accept_peers();
        }
    );
}

SOCKETLOCK_DECL void endpoint::accept_peers()
{
    static constexpr std::size_t most_unproved = 64;
    // A few at a time: there may be others' frames to read.
    for (int i = 0; i < 16; ++i)
    {
        error_code ec;
        auto descriptor = accept_connection(acceptor_.native_handle(), ec);
        if (ec == asio::error::would_block || ec == asio::error::try_again)
            break;
        // The peer was gone before it was accepted.
        if (ec == asio::error::connection_aborted || ec == asio::error::interrupted)
            continue;
        if (ec)
        {
            // No descriptor, no memory: make room and try again a little later. Those who wait for
            // an answer come again when they are dropped.
            drop_oldest();
            accept_later();
            return;
        }
        const nonce server_nonce = random_nonce(ec);
        if (ec)
            continue;
        if (unproved_.size() >= most_unproved)
            drop_oldest();
        const auto session = std::make_shared<peer_session>(
            context_,
            weak_from_this(),
            server_nonce,
            port_
        );
        unproved_.push_back(session);
        session->start(std::move(descriptor), v6_);
    }
    wait_for_peers();
}

SOCKETLOCK_DECL void endpoint::accept_later()
{
    timer_.expires_after(std::chrono::milliseconds(20));
    timer_.async_wait([weak = weak_from_this()](const error_code& ec) {
        const auto self = weak.lock();
        if (!ec && self)
            self->wait_for_peers();
    });
}

SOCKETLOCK_DECL void endpoint::drop_oldest()
{
    if (!unproved_.empty())
    {
        const auto oldest = unproved_.front();
        oldest->drop();
    }
}

SOCKETLOCK_DECL void endpoint::note_authenticated(const peer_session& session)
{
    unproved_.remove_if([&](const auto& s) { return s.get() == &session; });
}

SOCKETLOCK_DECL void endpoint::note_end(const peer_session& session)
{
    note_authenticated(session);
}

}  // namespace socketlock::detail

#endif
