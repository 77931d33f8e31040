// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// A connection that this process makes to another one and keeps: it carries one attachment after
// the other, of any of its claims, and rests in a pool in between.

#ifndef SOCKETLOCK_DETAIL_WIRE_KEPT_CONNECTION_HPP
#define SOCKETLOCK_DETAIL_WIRE_KEPT_CONNECTION_HPP

#include <socketlock/config.hpp>
#include <socketlock/detail/common/id.hpp>
#include <socketlock/detail/wire/authenticated_link.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace socketlock::detail {

/// What happens on an attachment. Called on the context's thread, without a mutex of the
/// connection's. A call that has begun when `finish` is called may still arrive.
class attachment_events
{
public:
    /// The new connection is authenticated: `attach` may be sent. Not called for a connection from
    /// the pool, which is.
    virtual void on_ready() = 0;
    /// Again, whenever `is_first` changes: of those that are attached to the target claim, this one
    /// has the lowest ticket.
    virtual void on_attached(bool is_first) = 0;
    /// A last word: no event follows.
    virtual void on_look() = 0;
    /// A last word as well.
    virtual void on_detached() = 0;
    /// The target claim lives and has another signature seed, which is proved. No event follows.
    virtual void on_refused() = 0;
    /// The connection has ended before a last word. No event follows.
    virtual void on_end() = 0;

protected:
    ~attachment_events() = default;
};

/// Whose connections may be used for each other: all that a handshake binds, except for the claims,
/// which `attach` names.
struct connection_key
{
    id128 own_presence;
    id128 peer_presence;
    std::uint16_t port = 0;
    std::string signature_seed;
};

inline bool operator==(const connection_key& a, const connection_key& b) noexcept
{
    return a.own_presence == b.own_presence && a.peer_presence == b.peer_presence &&
           a.port == b.port && a.signature_seed == b.signature_seed;
}

inline bool operator!=(const connection_key& a, const connection_key& b) noexcept
{
    return !(a == b);
}

class connection_pool;

/// Each `begin` needs a `finish`.
class BOOST_SYMBOL_VISIBLE kept_connection final : public authenticated_link
{
public:
    /// One that is not open; see connection_pool::make.
    SOCKETLOCK_DECL kept_connection(
        asio::io_context& context,
        std::weak_ptr<connection_pool> pool,
        connection_key key
    );

    const connection_key& key() const noexcept { return key_; }

    /// Begins an attachment, whose events go to `events` from now on: its number, or 0 if the
    /// connection has ended. From any thread, by who has made it or has taken it from the pool.
    SOCKETLOCK_DECL std::uint64_t begin(std::weak_ptr<attachment_events> events);

    /// Connects and proves, within a time limit. On the context's thread, after `begin`.
    SOCKETLOCK_DECL void connect(
        const peer_address& to,
        const handshake_ids& ids,
        std::chrono::steady_clock::duration limit
    );

    /// The attachment's user has done with it; from any thread, and again without effect. If it is
    /// clean, since its last word has come or no `attach` was sent, the connection goes to the
    /// pool. Otherwise it is closed, by which the other side finds out.
    SOCKETLOCK_DECL void finish(std::uint64_t number, bool is_clean);

private:
    SOCKETLOCK_DECL void on_authenticated() override;
    SOCKETLOCK_DECL void on_refused() override;
    SOCKETLOCK_DECL bool on_message(const frame_view& frame) override;
    SOCKETLOCK_DECL void on_end() override;
    /// Calls `event(attachment_events&)` if the attachment `number` is the present one.
    template <class Event>
    bool on_word(std::optional<std::uint64_t> number, bool is_last, Event event);
    SOCKETLOCK_DECL std::shared_ptr<kept_connection> shared_connection();

    const std::weak_ptr<connection_pool> pool_;
    const connection_key key_;

    // Guards what follows. The pool's mutex may be locked while it is held, never the other way
    // round.
    std::mutex state_mutex_;
    bool is_ready_ = false;
    bool has_ended_ = false;
    // The last attachment, and whether its user has not done with it yet.
    std::uint64_t number_ = 0;
    bool is_in_use_ = false;
    // Its user. Empty once no event may follow.
    std::weak_ptr<attachment_events> events_;
};

/// Keeps authenticated connections for who needs one of the same kind. From any thread. It must be
/// destroyed before the context is.
class connection_pool : public std::enable_shared_from_this<connection_pool>
{
public:
    /// How many connections it keeps at the most; the oldest makes room.
    static constexpr std::size_t most_idle = 64;

    SOCKETLOCK_DECL explicit connection_pool(
        asio::io_context& context,
        std::chrono::steady_clock::duration idle_limit = std::chrono::seconds(30)
    );
    connection_pool(connection_pool&&) = delete;
    /// Closes what it has.
    SOCKETLOCK_DECL ~connection_pool();

    /// An idle, authenticated one, whose peer may have gone all the same; or null.
    SOCKETLOCK_DECL std::shared_ptr<kept_connection> take(const connection_key& key);

    /// One that is not open, and comes here when it is done with.
    SOCKETLOCK_DECL std::shared_ptr<kept_connection> make(connection_key key);

    /// Closes all that are here, on the context's thread, since their descriptors are needed. False
    /// if there are none.
    SOCKETLOCK_DECL bool close_all();

    /// How many are here.
    SOCKETLOCK_DECL std::size_t size();

private:
    friend class kept_connection;

    struct idle_connection
    {
        std::shared_ptr<kept_connection> connection;
        std::chrono::steady_clock::time_point since;
    };

    /// Returns what had to make room, for the caller to close.
    SOCKETLOCK_DECL std::shared_ptr<kept_connection> put(std::shared_ptr<kept_connection> connection
    );
    SOCKETLOCK_DECL void remove(const kept_connection& connection);
    SOCKETLOCK_DECL void wait_for_oldest();
    SOCKETLOCK_DECL void close_old();

    asio::io_context& context_;
    const std::chrono::steady_clock::duration idle_limit_;

    // Guards what follows. A leaf, except for the context's own.
    std::mutex mutex_;
    // The oldest first.
    std::vector<idle_connection> idle_;
    // Not set anew by each connection that comes or goes: there is one wait while any is here.
    asio::steady_timer timer_;
    bool is_waiting_ = false;
};

}  // namespace socketlock::detail

#endif
