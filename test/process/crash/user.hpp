// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// What the processes of scenarios do with a lock.

#ifndef SOCKETLOCK_TEST_PROCESS_CRASH_USER_HPP
#define SOCKETLOCK_TEST_PROCESS_CRASH_USER_HPP

#include <socketlock/process_lock.hpp>

#include <boost/asio/io_context.hpp>

#include <cstdint>
#include <stdexcept>
#include <string>

#include "scenario.hpp"

namespace crash {

inline void require(bool condition, const std::string& what)
{
    if (!condition)
        throw std::runtime_error(what);
}

/// A lock object, and what its process needs for it.
class user
{
public:
    explicit user(const scene& s) : scene_(s), lock_(context_, "lock", options(s)) {}

    socketlock::process_lock& lock() { return lock_; }

    /// To be called by a new owner.
    void note_token()
    {
        const std::uint64_t token = lock_.fencing_token();
        require(token > scene_.board.last_token, "the fencing token did not grow");
        scene_.board.last_token = token;
    }

    void wait_contended()
    {
        lock_.async_wait_contended([](socketlock::error_code ec) { require(!ec, "nobody queued"); }
        );
        run();
    }

    /// Waits for the lock and gives up when `give_up` returns. True if it has the lock even so.
    template <class Function>
    bool wait_until(Function give_up)
    {
        bool has_lock = false;
        lock_.async_lock([&](socketlock::error_code ec) { has_lock = !ec; });
        give_up();
        lock_.cancel();
        run();
        return has_lock;
    }

private:
    static socketlock::lock_options options(const scene& s)
    {
        socketlock::lock_options result;
        result.lock_dir = s.lock_dir;
        return result;
    }

    void run()
    {
        context_.run();
        context_.restart();
    }

    const scene& scene_;
    boost::asio::io_context context_{1};
    socketlock::process_lock lock_;
};

inline void take_and_give_back(user& u)
{
    u.note_token();
    u.lock().unlock();
}

/// Start, lock, unlock and the end.
inline void cycle(const scene& s)
{
    user u(s);
    if (u.lock().try_lock())
        take_and_give_back(u);
}

inline kill_point kill_cycle(const scene& s)
{
    return kill_at(s.number, s.board.is_armed, [&] {
        s.board.is_armed = true;
        cycle(s);
    });
}

}  // namespace crash

#endif
