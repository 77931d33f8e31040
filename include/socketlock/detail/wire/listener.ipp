// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#ifndef SOCKETLOCK_DETAIL_WIRE_LISTENER_IPP
#define SOCKETLOCK_DETAIL_WIRE_LISTENER_IPP

#include <socketlock/detail/platform/random.hpp>
#include <socketlock/detail/wire/listener.hpp>
#include <socketlock/error.hpp>

#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>

#include <chrono>
#include <utility>

namespace socketlock::detail {

SOCKETLOCK_DECL std::shared_ptr<listener> listener::open(
    asio::io_context& context,
    link_factory make_link,
    error_code& ec
)
{
    loopback_listener opened = open_loopback_listener(ec);
    // Rather none than that a lock's own files could not be opened.
    if (!ec && !has_spare_descriptors())
        ec = errc::too_many_open_files;
    if (ec)
        return nullptr;
    auto result = std::make_shared<listener>(context, std::move(make_link), opened);
    const auto family = opened.v6 ? asio::ip::tcp::v6() : asio::ip::tcp::v4();
    result->acceptor_.assign(family, opened.descriptor.get(), ec);
    if (ec)
    {
        ec = errc::runtime_failed;
        return nullptr;
    }
    opened.descriptor.release();
    asio::post(context, [result] { result->wait_for_peers(); });
    return result;
}

SOCKETLOCK_DECL listener::listener(
    asio::io_context& context,
    link_factory make_link,
    const loopback_listener& l
)
    : make_link_(std::move(make_link)),
      acceptor_(context),
      timer_(context),
      port_(l.port),
      v6_(l.v6)
{
}

SOCKETLOCK_DECL listener::~listener()
{
    close_released(acceptor_);
}

SOCKETLOCK_DECL void listener::wait_for_peers()
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

SOCKETLOCK_DECL void listener::accept_peers()
{
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
        welcome(std::move(descriptor));
    }
    wait_for_peers();
}

SOCKETLOCK_DECL void listener::accept_later()
{
    timer_.expires_after(std::chrono::milliseconds(20));
    timer_.async_wait([weak = weak_from_this()](const error_code& ec) {
        const auto self = weak.lock();
        if (!ec && self)
            self->wait_for_peers();
    });
}

// Closes the connection if there is nobody to take it.
SOCKETLOCK_DECL void listener::welcome(owned_descriptor descriptor)
{
    error_code ec;
    const nonce server_nonce = random_nonce(ec);
    if (ec)
        return;
    const auto link = make_link_(handshake_server(server_nonce, port_));
    if (!link)
        return;
    forget_proved();
    if (unproved_.size() >= most_unproved)
        drop_oldest();
    unproved_.push_back(link);
    link->start(std::move(descriptor), v6_);
}

SOCKETLOCK_DECL void listener::forget_proved()
{
    unproved_.remove_if([](const std::weak_ptr<accepted_link>& weak) {
        const auto link = weak.lock();
        return !link || link->is_authenticated();
    });
}

SOCKETLOCK_DECL void listener::drop_oldest()
{
    forget_proved();
    if (unproved_.empty())
        return;
    if (const auto oldest = unproved_.front().lock())
        oldest->drop();
    unproved_.pop_front();
}

}  // namespace socketlock::detail

#endif
