// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#ifndef SOCKETLOCK_DETAIL_WIRE_FRAMED_SOCKET_IPP
#define SOCKETLOCK_DETAIL_WIRE_FRAMED_SOCKET_IPP

#include <socketlock/detail/wire/framed_socket.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>

#include <utility>

namespace socketlock::detail {

SOCKETLOCK_DECL framed_socket::~framed_socket()
{
    close_socket();
}

SOCKETLOCK_DECL void framed_socket::assign(owned_descriptor descriptor, bool v6, error_code& ec)
{
    const std::lock_guard<std::mutex> lock(mutex_);
    if (is_closed_)
    {
        ec = asio::error::operation_aborted;
        return;
    }
    socket_.assign(v6 ? asio::ip::tcp::v6() : asio::ip::tcp::v4(), descriptor.get(), ec);
    if (ec)
        return;
    descriptor.release();
    socket_.non_blocking(true, ec);
}

SOCKETLOCK_DECL void framed_socket::async_connect(const asio::ip::tcp::endpoint& to)
{
    const std::lock_guard<std::mutex> lock(mutex_);
    if (is_closed_)
        return;
    socket_.async_connect(to, [self = shared_from_this()](const error_code& ec) {
        if (ec)
            self->end();
        else
            self->on_connected();
    });
}

SOCKETLOCK_DECL void framed_socket::start_reading()
{
    read_some();
}

SOCKETLOCK_DECL void framed_socket::read_some()
{
    const std::lock_guard<std::mutex> lock(mutex_);
    if (is_closed_)
        return;
    const mutable_byte_view room = reader_.prepare();
    socket_.async_read_some(
        asio::buffer(room.data, room.size),
        [self = shared_from_this()](const error_code& ec, std::size_t size) {
            if (ec)
            {
                self->end();
                return;
            }
            self->reader_.commit(size);
            while (const auto frame = self->reader_.next())
            {
                if (!self->on_frame(*frame))
                {
                    self->end();
                    return;
                }
            }
            if (self->reader_.failed())
                self->end();
            else
                self->read_some();
        }
    );
}

SOCKETLOCK_DECL void framed_socket::send(const encoded_frame& frame)
{
    const std::lock_guard<std::mutex> lock(mutex_);
    send_locked(frame);
}

SOCKETLOCK_DECL void framed_socket::send_last(const encoded_frame& frame)
{
    const std::lock_guard<std::mutex> lock(mutex_);
    send_locked(frame);
    is_last_sent_ = true;
    shut_down_if_last();
}

SOCKETLOCK_DECL void framed_socket::send_locked(const encoded_frame& frame)
{
    // A peer that does not read what it asks for is no peer.
    static constexpr std::size_t most_unsent = 65536;
    const byte_view bytes = frame.bytes();
    if (is_closed_ || is_last_sent_ || !socket_.is_open())
        return;
    if (unsent_.size() > most_unsent)
    {
        break_off();
        return;
    }
    std::size_t sent = 0;
    if (unsent_.empty())
    {
        error_code ec;
        sent = socket_.send(asio::buffer(bytes.data(), bytes.size()), 0, ec);
        if (ec && ec != asio::error::would_block)
        {
            break_off();
            return;
        }
    }
    unsent_.insert(unsent_.end(), bytes.begin() + sent, bytes.end());
    if (!unsent_.empty() && !std::exchange(is_flushing_, true))
    {
        asio::post(socket_.get_executor(), [self = shared_from_this()] { self->flush(); });
    }
}

SOCKETLOCK_DECL void framed_socket::flush()
{
    const std::lock_guard<std::mutex> lock(mutex_);
    if (is_closed_)
        return;
    error_code ec;
    const std::size_t sent = socket_.send(asio::buffer(unsent_), 0, ec);
    unsent_.erase(unsent_.begin(), unsent_.begin() + static_cast<std::ptrdiff_t>(sent));
    const bool is_broken = ec && ec != asio::error::would_block;
    if (is_broken)
        break_off();
    if (unsent_.empty() || is_broken)
    {
        is_flushing_ = false;
        shut_down_if_last();
        return;
    }
    socket_.async_wait(
        asio::ip::tcp::socket::wait_write,
        [self = shared_from_this()](const error_code& failed) {
            if (!failed)
                self->flush();
        }
    );
}

SOCKETLOCK_DECL void framed_socket::shut_down_if_last()
{
    error_code ignored;
    if (is_last_sent_ && unsent_.empty() && !is_closed_ && socket_.is_open())
        socket_.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
}

// What could not be sent is lost, and whoever waits for it must not wait for ever: both sides find
// the connection at its end.
SOCKETLOCK_DECL void framed_socket::break_off()
{
    error_code ignored;
    socket_.shutdown(asio::ip::tcp::socket::shutdown_both, ignored);
}

SOCKETLOCK_DECL bool framed_socket::close_socket()
{
    const std::lock_guard<std::mutex> lock(mutex_);
    if (std::exchange(is_closed_, true))
        return false;
    close_released(socket_);
    return true;
}

SOCKETLOCK_DECL void framed_socket::close()
{
    // On the context's thread, where the socket's asynchronous operations are.
    asio::post(timer_.get_executor(), [self = shared_from_this()] {
        self->close_socket();
        self->timer_.cancel();
    });
}

SOCKETLOCK_DECL void framed_socket::end()
{
    {
        const std::lock_guard<std::mutex> lock(mutex_);
        if (is_closed_ || std::exchange(is_ended_, true))
            return;
    }
    timer_.cancel();
    // First, as somebody may wait for just this; to close a connection takes its time.
    on_end();
    close_socket();
}

SOCKETLOCK_DECL void framed_socket::start_limit(std::chrono::steady_clock::duration limit)
{
    timer_.expires_after(limit);
    timer_.async_wait([weak = weak_from_this()](const error_code& ec) {
        const auto self = ec ? nullptr : weak.lock();
        // It may have expired before it was stopped, and be told only now.
        if (!self || self->timer_.expiry() > std::chrono::steady_clock::now())
            return;
        const auto longer = self->on_limit();
        if (longer > longer.zero())
            self->start_limit(longer);
        else
            self->end();
    });
}

SOCKETLOCK_DECL void framed_socket::stop_limit()
{
    timer_.expires_at(std::chrono::steady_clock::time_point::max());
}

}  // namespace socketlock::detail

#endif
