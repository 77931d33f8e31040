// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#include "scenario.hpp"

#include <socketlock/process_lock.hpp>

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>
#include <unistd.h>
#include <vector>

#include "child.hpp"

namespace crash {

namespace asio = boost::asio;
namespace fs = std::filesystem;
using socketlock::error_code;

namespace {

constexpr std::chrono::milliseconds at_last{300000};

// Less than the pause after which a waiter looks at the record without having been woken; not for
// sanitized programs, which may take that long.
std::chrono::milliseconds soon()
{
    return is_sanitized() ? at_last : std::chrono::milliseconds(2000);
}

void require(bool condition, const std::string& what)
{
    if (!condition)
        throw std::runtime_error(what);
}

// A lock object, and what its process needs for it.
class user
{
public:
    explicit user(const scene& s) : scene_(s), lock_(context_, "lock", options(s)) {}

    socketlock::process_lock& lock() { return lock_; }
    asio::io_context& context() { return context_; }

    // To be called by a new owner.
    void note_token()
    {
        const std::uint64_t token = lock_.fencing_token();
        require(token > scene_.board.last_token, "the fencing token did not grow");
        scene_.board.last_token = token;
    }

    void wait_contended()
    {
        lock_.async_wait_contended([](error_code ec) { require(!ec, "nobody queued"); });
        context_.run();
        context_.restart();
    }

private:
    static socketlock::lock_options options(const scene& s)
    {
        socketlock::lock_options result;
        result.lock_dir = s.lock_dir;
        return result;
    }

    const scene& scene_;
    asio::io_context context_{1};
    socketlock::process_lock lock_;
};

// Start, lock, unlock and the end, in a process of its own.
void cycle(const scene& s)
{
    user u(s);
    if (u.lock().try_lock())
    {
        u.note_token();
        u.lock().unlock();
    }
}

void cycle_in_child(const scene& s)
{
    require(child([&] { cycle(s); }).wait(), "a process could not lock and unlock");
}

void die_holding(const scene& s)
{
    const auto body = [&] {
        user u(s);
        u.lock().lock();
        u.note_token();
        ::kill(::getpid(), SIGKILL);
    };
    require(child(body).wait_for_kill(), "a process could not lock");
}

kill_point kill_cycle(const scene& s)
{
    return kill_at(s.number, s.board.is_armed, [&] {
        s.board.is_armed = true;
        cycle(s);
    });
}

// The directory does not exist, either.
kill_point first_use(const scene& s)
{
    return kill_cycle(s);
}

kill_point free_lock(const scene& s)
{
    cycle_in_child(s);
    return kill_cycle(s);
}

kill_point dead_holder(const scene& s)
{
    die_holding(s);
    return kill_cycle(s);
}

kill_point destroyed_owner(const scene& s)
{
    return kill_at(s.number, s.board.is_armed, [&] {
        std::optional<user> u(s);
        u->lock().lock();
        u->note_token();
        s.board.is_armed = true;
        u.reset();
    });
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

kill_point handing_over(const scene& s)
{
    const event held;
    const event acquired;
    // Started first, as nobody is there to start it while the holder is being traced.
    child waiter([&] {
        require(held.wait(at_last), "the holder did not begin");
        wait_and_say(s, acquired);
    });
    const kill_point result = kill_at(s.number, s.board.is_armed, [&] {
        user u(s);
        u.lock().lock();
        u.note_token();
        held.happen();
        u.wait_contended();
        s.board.is_armed = true;
        u.lock().unlock();
    });
    require(acquired.wait(soon()), "the waiter did not get the lock");
    require(waiter.wait(), "the waiter failed");
    return result;
}

kill_point waiting(const scene& s)
{
    const event held;
    const event contended;
    const event acquired;
    child holder([&] {
        user u(s);
        u.lock().lock();
        u.note_token();
        held.happen();
        u.wait_contended();
        contended.happen();
        u.lock().unlock();
    });
    require(held.wait(at_last), "the holder did not begin");
    child next([&] {
        // By the waiter that is being killed; else this one is to be the first.
        contended.wait(at_last);
        wait_and_say(s, acquired);
    });
    const kill_point result = kill_at(s.number, s.board.is_armed, [&] {
        s.board.is_armed = true;
        user u(s);
        u.lock().lock();
        u.note_token();
        u.lock().unlock();
    });
    contended.happen();
    require(acquired.wait(soon()), "the next waiter did not get the lock");
    require(next.wait(), "the next waiter failed");
    require(holder.wait(), "the holder failed");
    return result;
}

// Temporary presences of the lock directory, or all of them.
std::vector<fs::path> presences(const std::string& lock_dir, bool temporary)
{
    std::vector<fs::path> result;
    for (const auto& entry : fs::directory_iterator(lock_dir))
    {
        const std::string name = entry.path().filename();
        if (name == ".lock.lock")
            continue;
        const std::string extension = entry.path().extension();
        require(extension == ".presence" || extension == ".tmp", name + " was left");
        if (temporary == (extension == ".tmp"))
            result.push_back(entry.path());
    }
    return result;
}

void lock_at_first_try(const scene& s)
{
    user u(s);
    error_code ec;
    const bool acquired = u.lock().try_lock(ec);
    require(!ec, "try_lock: " + ec.message());
    require(acquired, "the lock was not free at the first try");
    u.note_token();
    require(presences(s.lock_dir, false).size() == 1, "a dead presence was left");
    u.lock().unlock();
}

}  // namespace

bool is_sanitized()
{
    const char* const sanitizers = std::getenv("SOCKETLOCK_SANITIZE");
    return sanitizers != nullptr && *sanitizers != '\0';
}

void check_end(const scene& s)
{
    require(presences(s.lock_dir, false).empty(), "it left its presence");
    require(presences(s.lock_dir, true).empty(), "it left a temporary presence");
}

void check_aftermath(const scene& s)
{
    require(child([&] { lock_at_first_try(s); }).wait(), "the next process failed");
    require(presences(s.lock_dir, false).empty(), "a presence was left by a process that ended");

    // They may belong to a process that is about to rename them, but not for longer than a minute.
    const auto temporary = presences(s.lock_dir, true);
    for (const fs::path& path : temporary)
        fs::last_write_time(path, fs::file_time_type::clock::now() - std::chrono::minutes(2));
    if (!temporary.empty())
        cycle_in_child(s);
    require(presences(s.lock_dir, true).empty(), "an old temporary presence was left");
}

const scenario scenarios[scenario_count] = {
    {"first_use",                   &first_use,       true},
    {"a_free_lock",                 &free_lock,       true},
    {"a_lock_whose_holder_died",    &dead_holder,     true},
    {"an_owner_that_is_destroyed",  &destroyed_owner, true},
    {"handing_over_to_a_waiter",    &handing_over,    true},
    {"waiting_with_another_behind", &waiting,         true},
};

}  // namespace crash
