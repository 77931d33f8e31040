// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// A loopback connection that carries frames. It is read on its context's thread and written from
// any, without a hop when the system takes the bytes at once.

#ifndef SOCKETLOCK_DETAIL_WIRE_FRAMED_SOCKET_HPP
#define SOCKETLOCK_DETAIL_WIRE_FRAMED_SOCKET_HPP

#include <socketlock/config.hpp>
#include <socketlock/detail/platform/owned_descriptor.hpp>
#include <socketlock/detail/wire/frame.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <memory>
#include <mutex>
#include <vector>

namespace socketlock::detail {

class BOOST_SYMBOL_VISIBLE framed_socket : public std::enable_shared_from_this<framed_socket>
{
public:
    explicit framed_socket(asio::io_context& context) : socket_(context), timer_(context) {}
    framed_socket(framed_socket&&) = delete;
    SOCKETLOCK_DECL virtual ~framed_socket();

    /// Sends a frame; from any thread. Frames sent after the end are dropped: the other side finds
    /// out for itself.
    SOCKETLOCK_DECL void send(const encoded_frame& frame);

    /// The same, and tells the other side that nothing follows. What it says is still read.
    SOCKETLOCK_DECL void send_last(const encoded_frame& frame);

    /// Ends the connection without a call of `on_end`; from any thread.
    SOCKETLOCK_DECL void close();

protected:
    // On the context's thread.

    /// Takes over a descriptor; `v6` tells its family.
    SOCKETLOCK_DECL void assign(owned_descriptor descriptor, bool v6, error_code& ec);
    SOCKETLOCK_DECL void async_connect(const asio::ip::tcp::endpoint& to);
    SOCKETLOCK_DECL void start_reading();
    /// Calls `on_limit`, which ends the connection, unless `stop_limit` is called in time.
    SOCKETLOCK_DECL void start_limit(std::chrono::steady_clock::duration limit);
    SOCKETLOCK_DECL void stop_limit();
    /// Ends the connection and calls `on_end`, once.
    SOCKETLOCK_DECL void end();

    frame_reader& reader() noexcept { return reader_; }
    /// Runs functions on the context's thread.
    asio::any_io_executor executor() { return timer_.get_executor(); }

    virtual void on_connected() {}
    /// The time limit has passed: how much longer it may last, or zero to end the connection.
    virtual std::chrono::steady_clock::duration on_limit() { return {}; }
    /// False ends the connection.
    virtual bool on_frame(const frame_view& frame) = 0;
    virtual void on_end() = 0;

private:
    SOCKETLOCK_DECL void read_some();
    SOCKETLOCK_DECL void send_locked(const encoded_frame& frame);
    SOCKETLOCK_DECL void flush();
    SOCKETLOCK_DECL void shut_down_if_last();
    SOCKETLOCK_DECL bool close_socket();
    SOCKETLOCK_DECL void break_off();

    // Guards initiations on the socket and what follows.
    std::mutex mutex_;
    asio::ip::tcp::socket socket_;
    bool is_closed_ = false;
    bool is_ended_ = false;
    bool is_flushing_ = false;
    bool is_last_sent_ = false;
    std::vector<unsigned char> unsent_;

    asio::steady_timer timer_;
    frame_reader reader_;
};

}  // namespace socketlock::detail

#endif
