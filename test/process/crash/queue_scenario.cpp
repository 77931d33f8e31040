// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#include "queue_scenario.hpp"

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <fcntl.h>
#include <fstream>
#include <poll.h>
#include <string>
#include <unistd.h>

#include "../forbidden_sockets.hpp"
#include "child.hpp"
#include "user.hpp"

namespace crash {

namespace {

constexpr std::chrono::milliseconds at_last{300000};
constexpr std::chrono::milliseconds briefly{1};

// Less than the pause after which a waiter looks at the record without having been woken; not for
// sanitized programs, which may take that long.
std::chrono::milliseconds soon()
{
    return is_sanitized() ? at_last : std::chrono::milliseconds(2000);
}

std::string lock_file(const scene& s)
{
    return s.lock_dir + "/.lock.lock";
}

// The record of the lock, by one descriptor. To be made before the library's thread runs, which at
// times looks at all descriptors: ThreadSanitizer would see one that comes or goes meanwhile.
class record_view
{
public:
    explicit record_view(const scene& s)
        : descriptor_(::open(lock_file(s).c_str(), O_RDONLY | O_CLOEXEC))
    {
    }
    record_view(record_view&&) = delete;
    ~record_view() { ::close(descriptor_); }

    // Whom it names in this place, as text; empty if nobody.
    std::string named(const std::string& place) const
    {
        std::array<char, 4096> record;
        const ::ssize_t size = ::pread(descriptor_, record.data(), record.size(), 0);
        const std::string text(record.data(), size < 0 ? 0 : static_cast<std::size_t>(size));
        const auto begin = text.find('"' + place + "\":{");
        return begin == std::string::npos ? std::string()
                                          : text.substr(begin, text.find('}', begin) - begin);
    }

private:
    const int descriptor_;
};

std::string named(const scene& s, const std::string& place)
{
    return record_view(s).named(place);
}

void pause_for(std::chrono::milliseconds time)
{
    ::poll(nullptr, 0, static_cast<int>(time.count()));
}

template <class Condition>
void wait_for(Condition condition)
{
    while (!condition())
        pause_for(briefly);
}

// Whoever is before it or behind it cannot connect to it, nor it to them.
void become_unreachable()
{
    require(test::forbid_ip_sockets(EPERM), "sockets cannot be forbidden");
}

// Waits for the lock, says when it has it, and gives it back.
void wait_and_say(const scene& s, const event& acquired)
{
    user u(s);
    u.lock().lock();
    u.note_token();
    acquired.happen();
    u.lock().unlock();
}

// Holds the lock until `unlocks(user&)` returns.
template <class Function>
void hold(const scene& s, const event& held, Function unlocks)
{
    user u(s);
    u.lock().lock();
    u.note_token();
    held.happen();
    unlocks(u);
    u.lock().unlock();
}

struct signals
{
    const event held;
    /// The next waiter may queue.
    const event queues;
    /// The one that is killed is ready to be reserved the lock.
    const event ready;
    /// It has ended.
    const event over;
    const event acquired;

    bool is_over() const { return over.wait(std::chrono::milliseconds(0)); }
};

// Kills what runs `body(signals)` between a holder, which unlocks when `unlocks(user, signals)`
// returns, and a waiter, which must have its turn.
template <class Unlocks, class Body>
kill_point kill_among(const scene& s, Unlocks unlocks, Body body)
{
    const signals g;
    child holder([&] { hold(s, g.held, [&](user& u) { unlocks(u, g); }); });
    require(g.held.wait(at_last), "the holder did not begin");
    child next([&] {
        g.queues.wait(at_last);
        wait_and_say(s, g.acquired);
    });
    const kill_point result = kill_at(s.number, s.board.is_armed, [&] { body(g); });
    g.queues.happen();
    g.over.happen();
    require(g.acquired.wait(soon()), "the next waiter did not get the lock");
    require(next.wait(), "the next waiter failed");
    require(holder.wait(), "the holder failed");
    return result;
}

// The one that is killed is parked, or has been killed before.
void wait_for_parked(const scene& s, const signals& g)
{
    wait_for([&] { return g.is_over() || !named(s, "parked").empty(); });
    g.queues.happen();
}

// The lock is reserved for a process that is dead.
void die_reserved(const scene& s)
{
    const event held;
    const event contended;
    const event stopped;
    child holder([&] {
        hold(s, held, [&](user& u) {
            u.wait_contended();
            contended.happen();
            stopped.wait(at_last);
        });
    });
    child waiter([&] {
        held.wait(at_last);
        user(s).lock().lock();
    });
    require(contended.wait(at_last), "the waiter did not queue");
    waiter.stop();
    stopped.happen();
    require(holder.wait(), "the holder failed");
    require(!named(s, "next").empty(), "the lock is not reserved");
    waiter.kill();
}

}  // namespace

kill_point hand_over(const scene& s)
{
    const event held;
    const event acquired;
    // Started first, as nobody is there to start it while the holder is being traced.
    child waiter([&] {
        require(held.wait(at_last), "the holder did not begin");
        wait_and_say(s, acquired);
    });
    const kill_point result = kill_at(s.number, s.board.is_armed, [&] {
        hold(s, held, [&](user& u) {
            u.wait_contended();
            s.board.is_armed = true;
        });
    });
    require(acquired.wait(soon()), "the waiter did not get the lock");
    require(waiter.wait(), "the waiter failed");
    return result;
}

kill_point hand_over_to_parked(const scene& s)
{
    const event held;
    const event acquired;
    child waiter([&] {
        become_unreachable();
        require(held.wait(at_last), "the holder did not begin");
        wait_and_say(s, acquired);
    });
    const kill_point result = kill_at(s.number, s.board.is_armed, [&] {
        hold(s, held, [&](user&) {
            wait_for([&] { return !named(s, "parked").empty(); });
            s.board.is_armed = true;
        });
    });
    require(acquired.wait(soon()), "the parked waiter did not get the lock");
    require(waiter.wait(), "the parked waiter failed");
    return result;
}

kill_point wait_attached(const scene& s)
{
    const auto unlocks = [](user& u, const signals& g) {
        u.wait_contended();
        g.queues.happen();
    };
    return kill_among(s, unlocks, [&](const signals&) {
        s.board.is_armed = true;
        user u(s);
        u.lock().lock();
        take_and_give_back(u);
    });
}

kill_point wait_parked(const scene& s)
{
    const auto unlocks = [&](user&, const signals& g) { wait_for_parked(s, g); };
    return kill_among(s, unlocks, [&](const signals&) {
        become_unreachable();
        s.board.is_armed = true;
        user u(s);
        u.lock().lock();
        take_and_give_back(u);
    });
}

kill_point give_up_attached(const scene& s)
{
    const auto unlocks = [](user& u, const signals& g) {
        u.wait_contended();
        g.queues.happen();
        g.over.wait(at_last);
    };
    return kill_among(s, unlocks, [&](const signals&) {
        const record_view record(s);
        user u(s);
        const bool has_lock = u.wait_until([&] {
            wait_for([&] { return !record.named("tail").empty(); });
            const std::string mine = record.named("tail");
            wait_for([&] { return record.named("tail") != mine; });
            s.board.is_armed = true;
        });
        require(!has_lock, "two have the lock");
    });
}

kill_point give_up_parked(const scene& s)
{
    const auto unlocks = [&](user&, const signals& g) {
        wait_for_parked(s, g);
        g.over.wait(at_last);
    };
    return kill_among(s, unlocks, [&](const signals&) {
        become_unreachable();
        const record_view record(s);
        user u(s);
        const bool has_lock = u.wait_until([&] {
            wait_for([&] { return !record.named("parked").empty(); });
            s.board.is_armed = true;
        });
        require(!has_lock, "two have the lock");
    });
}

kill_point decline(const scene& s)
{
    const auto unlocks = [&](user&, const signals& g) {
        wait_for_parked(s, g);
        wait_for([&] { return g.is_over() || g.ready.wait(briefly); });
    };
    return kill_among(s, unlocks, [&](const signals& g) {
        become_unreachable();
        const record_view record(s);
        user u(s);
        const bool has_lock = u.wait_until([&] {
            wait_for([&] { return !record.named("parked").empty(); });
            // So long that it polls rarely, and hardly ever takes the lock before it gives up. That
            // is right, too.
            pause_for(std::chrono::milliseconds(120));
            g.ready.happen();
            wait_for([&] { return !record.named("next").empty() || u.lock().owns_lock(); });
            s.board.is_armed = true;
        });
        if (has_lock)
            take_and_give_back(u);
    });
}

kill_point reserved_for_dead(const scene& s)
{
    die_reserved(s);
    return kill_cycle(s);
}

kill_point reserved_in_damaged_record(const scene& s)
{
    die_reserved(s);
    std::fstream(lock_file(s)) << "damaged";
    return kill_cycle(s);
}

}  // namespace crash
