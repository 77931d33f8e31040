// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#ifndef SOCKETLOCK_DETAIL_WIRE_KEPT_CONNECTION_IPP
#define SOCKETLOCK_DETAIL_WIRE_KEPT_CONNECTION_IPP

#include <socketlock/detail/wire/kept_connection.hpp>
#include <socketlock/detail/wire/message.hpp>
#include <socketlock/error.hpp>

#include <algorithm>
#include <iterator>
#include <utility>

namespace socketlock::detail {

SOCKETLOCK_DECL kept_connection::kept_connection(
    asio::io_context& context,
    std::weak_ptr<connection_pool> pool,
    connection_key key
)
    : authenticated_link(context), pool_(std::move(pool)), key_(std::move(key))
{
}

SOCKETLOCK_DECL std::shared_ptr<kept_connection> kept_connection::shared_connection()
{
    return std::static_pointer_cast<kept_connection>(shared_from_this());
}

SOCKETLOCK_DECL std::uint64_t kept_connection::begin(std::weak_ptr<attachment_events> events)
{
    const std::lock_guard<std::mutex> lock(state_mutex_);
    if (has_ended_)
        return 0;
    is_in_use_ = true;
    events_ = std::move(events);
    return ++number_;
}

SOCKETLOCK_DECL void kept_connection::connect(
    const peer_address& to,
    const handshake_ids& ids,
    std::chrono::steady_clock::duration limit
)
{
    const error_code ec = open(to, ids, key_.signature_seed, limit);
    const auto pool = ec == errc::too_many_open_files ? pool_.lock() : nullptr;
    // For the next attempt.
    if (pool)
        pool->close_all();
}

SOCKETLOCK_DECL void kept_connection::finish(std::uint64_t number, bool is_clean)
{
    const auto pool = pool_.lock();
    std::shared_ptr<kept_connection> unwanted;
    {
        const std::lock_guard<std::mutex> lock(state_mutex_);
        if (number != number_ || !std::exchange(is_in_use_, false))
            return;
        events_.reset();
        if (pool && is_clean && is_ready_ && !has_ended_)
        {
            // The mutex is held, so that one that ends is not put there behind the end's back.
            unwanted = pool->put(shared_connection());
        }
        else
        {
            has_ended_ = true;
            unwanted = shared_connection();
        }
    }
    if (unwanted)
        unwanted->close();
}

SOCKETLOCK_DECL void kept_connection::on_authenticated()
{
    std::shared_ptr<attachment_events> to;
    {
        const std::lock_guard<std::mutex> lock(state_mutex_);
        is_ready_ = true;
        to = events_.lock();
    }
    if (to)
        to->on_ready();
}

SOCKETLOCK_DECL void kept_connection::on_refused()
{
    std::weak_ptr<attachment_events> last;
    {
        const std::lock_guard<std::mutex> lock(state_mutex_);
        has_ended_ = true;
        last.swap(events_);
    }
    if (const auto to = last.lock())
        to->on_refused();
}

SOCKETLOCK_DECL void kept_connection::on_end()
{
    std::weak_ptr<attachment_events> last;
    {
        const std::lock_guard<std::mutex> lock(state_mutex_);
        has_ended_ = true;
        last.swap(events_);
    }
    if (const auto pool = pool_.lock())
        pool->remove(*this);
    if (const auto to = last.lock())
        to->on_end();
}

template <class Event>
bool kept_connection::on_word(std::optional<std::uint64_t> number, bool is_last, Event event)
{
    if (!number)
        return false;
    std::shared_ptr<attachment_events> to;
    {
        const std::lock_guard<std::mutex> lock(state_mutex_);
        // Of an earlier one: it has crossed with what was said here.
        if (*number != number_)
            return true;
        to = events_.lock();
        if (is_last)
            events_.reset();
    }
    if (to)
        event(*to);
    return true;
}

SOCKETLOCK_DECL bool kept_connection::on_message(const frame_view& frame)
{
    switch (static_cast<message_type>(frame.type))
    {
    case message_type::attached:
    {
        const auto message = attached_message::decode(frame.body);
        return message && on_word(message->number, false, [&](attachment_events& to) {
                   to.on_attached(message->is_first);
               });
    }
    case message_type::look:
        return on_word(decode_number(frame.body), true, [](attachment_events& to) {
            to.on_look();
        });
    case message_type::detached:
        return on_word(decode_number(frame.body), true, [](attachment_events& to) {
            to.on_detached();
        });
    default:
        // Whatever a later version tells its waiters is of no use to us.
        return true;
    }
}

SOCKETLOCK_DECL connection_pool::connection_pool(
    asio::io_context& context,
    std::chrono::steady_clock::duration idle_limit
)
    : context_(context), idle_limit_(idle_limit), timer_(context)
{
    idle_.reserve(most_idle + 1);
}

SOCKETLOCK_DECL connection_pool::~connection_pool()
{
    for (const idle_connection& idle : idle_)
        idle.connection->close();
}

SOCKETLOCK_DECL std::shared_ptr<kept_connection> connection_pool::make(connection_key key)
{
    return std::make_shared<kept_connection>(context_, weak_from_this(), std::move(key));
}

SOCKETLOCK_DECL std::size_t connection_pool::size()
{
    const std::lock_guard<std::mutex> lock(mutex_);
    return idle_.size();
}

SOCKETLOCK_DECL std::shared_ptr<kept_connection> connection_pool::take(const connection_key& key)
{
    const std::lock_guard<std::mutex> lock(mutex_);
    // The youngest: its peer is the likeliest to be still there.
    const auto found = std::find_if(idle_.rbegin(), idle_.rend(), [&](const idle_connection& idle) {
        return idle.connection->key() == key;
    });
    if (found == idle_.rend())
        return nullptr;
    auto result = std::move(found->connection);
    idle_.erase(std::next(found).base());
    return result;
}

SOCKETLOCK_DECL std::shared_ptr<kept_connection> connection_pool::put(
    std::shared_ptr<kept_connection> connection
)
{
    const std::lock_guard<std::mutex> lock(mutex_);
    idle_.push_back({std::move(connection), std::chrono::steady_clock::now()});
    if (!is_waiting_)
        wait_for_oldest();
    is_waiting_ = true;
    if (idle_.size() <= most_idle)
        return nullptr;
    auto oldest = std::move(idle_.front().connection);
    idle_.erase(idle_.begin());
    return oldest;
}

SOCKETLOCK_DECL bool connection_pool::close_all()
{
    std::vector<idle_connection> closed;
    {
        const std::lock_guard<std::mutex> lock(mutex_);
        closed.swap(idle_);
        idle_.reserve(most_idle + 1);
    }
    for (const idle_connection& idle : closed)
        idle.connection->close();
    return !closed.empty();
}

SOCKETLOCK_DECL void connection_pool::remove(const kept_connection& connection)
{
    // Let go of when the mutex is free again.
    std::shared_ptr<kept_connection> removed;
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto found = std::find_if(idle_.begin(), idle_.end(), [&](const idle_connection& idle) {
        return idle.connection.get() == &connection;
    });
    if (found == idle_.end())
        return;
    removed = std::move(found->connection);
    idle_.erase(found);
}

SOCKETLOCK_DECL void connection_pool::wait_for_oldest()
{
    timer_.expires_at(idle_.front().since + idle_limit_);
    timer_.async_wait([weak = weak_from_this()](const error_code& ec) {
        const auto self = weak.lock();
        if (!ec && self)
            self->close_old();
    });
}

SOCKETLOCK_DECL void connection_pool::close_old()
{
    std::vector<idle_connection> old;
    {
        const std::lock_guard<std::mutex> lock(mutex_);
        const auto since = std::chrono::steady_clock::now() - idle_limit_;
        const auto young = std::find_if(
            idle_.begin(),
            idle_.end(),
            [&](const idle_connection& idle) { return idle.since > since; }
        );
        std::move(idle_.begin(), young, std::back_inserter(old));
        idle_.erase(idle_.begin(), young);
        is_waiting_ = !idle_.empty();
        if (is_waiting_)
            wait_for_oldest();
    }
    for (const idle_connection& idle : old)
        idle.connection->close();
}

}  // namespace socketlock::detail

#endif
