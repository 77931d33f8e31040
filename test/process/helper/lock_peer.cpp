// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <future>
#include <mutex>
#include <unistd.h>

#include "../occupancy.hpp"
#include "program.hpp"

namespace test {

using socketlock::error_code;
using socketlock::process_lock;
using std::chrono::milliseconds;

namespace {

std::optional<std::string> read_line()
{
    std::string line;
    char c;
    // Byte by byte: what is buffered here would be lost to, or doubled in, the child of a fork.
    while (::read(STDIN_FILENO, &c, 1) == 1)
    {
        if (c == '\n')
            return line;
        line += c;
    }
    return std::nullopt;
}

std::string yes_or_no(bool b)
{
    return b ? "yes" : "no";
}

// "PID PORT", after the PID a star if it is one of another PID namespace.
std::string describe(const std::optional<socketlock::holder_info>& info)
{
    if (!info)
        return "none";
    return std::to_string(info->pid) + (info->in_other_pid_namespace ? "* " : " ") +
           std::to_string(info->port);
}

// Says "* NUMBER EVENT", "* NUMBER gave up" or "* NUMBER error MESSAGE".
auto tell(int number, const char* event)
{
    return [=](const error_code& ec, auto... acquired) {
        std::string text = ec ? "error " + ec.message() : std::string(event);
        if (!ec && !(acquired && ...))
            text = "gave up";
        say("* " + std::to_string(number) + ' ' + text);
    };
}

}  // namespace

void say(const std::string& line)
{
    const std::string text = line + '\n';
    // One call, so that answers and events, which come from two threads, do not mix.
    if (::write(STDOUT_FILENO, text.data(), text.size()) != static_cast<::ssize_t>(text.size()))
        std::_Exit(2);
}

void program::run()
{
    while (const auto line = read_line())
    {
        try
        {
            say(execute(*line));
        }
        catch (const boost::system::system_error& e)
        {
            say("error " + e.code().message());
        }
    }
}

std::string program::execute(const std::string& line)
{
    for (const auto function :
         {&program::on_lock_command,
          &program::on_async_command,
          &program::on_loop_command,
          &program::on_fault_command,
          &program::on_process_command})
    {
        words w(line);
        const auto command = w.next<std::string>();
        if (auto answer = (this->*function)(command, w))
            return *answer;
    }
    return "unknown command";
}

std::string program::open(const std::string& command, words& w)
{
    const int number = w.next();
    std::string name;
    socketlock::lock_options options;
    if (command == "open_name")
    {
        // A name of any kind comes last.
        options.lock_dir = w.next<std::string>();
        name = w.rest();
    }
    else
    {
        name = w.next<std::string>();
        // Without a directory: the default one.
        options.lock_dir = w.next<std::string>();
        if (command == "open_mode")
            options.permissions = std::stoul(w.next<std::string>(), nullptr, 8);
        else
            options.signature_seed = w.next<std::string>();
    }
    if (command == "open_shared")
        options.permissions = 0666;
    locks_[number] = std::make_unique<process_lock>(io_.context, name, options);
    return "ok";
}

std::optional<std::string> program::on_lock_command(const std::string& command, words& w)
{
    if (command == "open" || command == "open_name" || command == "open_shared" ||
        command == "open_mode")
        return open(command, w);
    if (command == "close")
        return locks_.erase(w.next()) == 1 ? "ok" : "no such lock";
    if (command == "close_all")
    {
        locks_.clear();
        return "ok";
    }
    if (command == "try")
        return yes_or_no(lock(w).try_lock());
    if (command == "lock")
    {
        lock(w).lock();
        return "yes";
    }
    if (command == "lock_for")
    {
        process_lock& l = lock(w);
        return yes_or_no(l.try_lock_for(milliseconds(w.next())));
    }
    if (command == "unlock")
    {
        lock(w).unlock();
        return "ok";
    }
    if (command == "owns")
        return yes_or_no(lock(w).owns_lock());
    if (command == "token")
        return std::to_string(lock(w).fencing_token());
    if (command == "ahead")
    {
        const auto ahead = lock(w).ahead();
        return ahead ? std::to_string(*ahead) : "unknown";
    }
    if (command == "port")
        return std::to_string(lock(w).port());
    if (command == "path")
        return lock(w).path();
    if (command == "blocker")
        return describe(lock(w).blocker());
    if (command == "holder")
    {
        const auto info = lock(w).holder();
        return describe(info) + (info ? info->verified ? " verified" : " unverified" : "");
    }
    return std::nullopt;
}

std::optional<std::string> program::on_async_command(const std::string& command, words& w)
{
    if (command.rfind("async_", 0) != 0 && command != "cancel")
        return std::nullopt;
    const int number = w.next();
    process_lock& l = *locks_.at(number);
    if (command == "async_try")
        l.async_try_lock(tell(number, "locked"));
    else if (command == "async_lock")
        l.async_lock(tell(number, "locked"));
    else if (command == "async_lock_for")
        l.async_try_lock_for(milliseconds(w.next()), tell(number, "locked"));
    else if (command == "async_lock_and_unlock")
    {
        l.async_lock([&l, number](error_code ec) {
            if (!ec)
                l.unlock(ec);
            tell(number, "unlocked")(ec);
        });
    }
    else if (command == "async_unlock")
        l.async_unlock(tell(number, "unlocked"));
    else if (command == "async_wait_contended")
        l.async_wait_contended(tell(number, "contended"));
    else if (command == "async_wait_lost")
        l.async_wait_lost(tell(number, "lost"));
    else if (command == "async_cancelled_unlock")
    {
        // Emitted while the operation is under way: there is nothing to cancel half-way.
        asio::post(io_.context, [this, &l, number] {
            l.async_unlock(asio::bind_cancellation_slot(signal_.slot(), tell(number, "unlocked")));
            signal_.emit(asio::cancellation_type::all);
        });
    }
    else if (command == "cancel")
        l.cancel();
    else
        return std::nullopt;
    return "started";
}

std::optional<std::string> program::on_loop_command(const std::string& command, words& w)
{
    if (command == "race")
    {
        // Tries as soon as others say so.
        process_lock& l = lock(w);
        const occupancy shared(w.next<std::string>());
        shared.wait_for_start();
        return yes_or_no(l.try_lock());
    }
    if (command == "take")
    {
        // Tries until it succeeds.
        process_lock& l = lock(w);
        while (!l.try_lock())
            std::this_thread::yield();
        return "yes";
    }
    if (command == "pester")
    {
        // Asks for the holder again and again; answers how often there was none.
        process_lock& l = lock(w);
        int failures = 0;
        for (int i = w.next(); i > 0; --i)
            failures += !l.try_lock() && !l.holder();
        return std::to_string(failures);
    }
    if (command == "cycle" || command == "cycle_waiting")
    {
        // Locks, holds for so many microseconds, and unlocks; answers how often somebody else was
        // there, too.
        process_lock& l = lock(w);
        const int count = w.next();
        occupancy shared(w.next<std::string>());
        const std::chrono::microseconds held(w.next());
        int violations = 0;
        for (int i = 0; i < count; ++i)
        {
            while (command == "cycle" && !l.try_lock())
                std::this_thread::yield();
            if (command == "cycle_waiting")
                l.lock();
            violations += shared.visit(::getpid());
            if (held.count() != 0)
                std::this_thread::sleep_for(held);
            l.unlock();
        }
        return std::to_string(violations);
    }
    if (command == "cycle_cancelling")
    {
        // Gives up waiting and at once waits again; answers how many milliseconds the longest wait
        // took.
        process_lock& l = lock(w);
        auto longest = std::chrono::steady_clock::duration::zero();
        for (int i = w.next(); i > 0; --i)
        {
            std::promise<error_code> outcome;
            l.async_lock([&](const error_code& ec) { outcome.set_value(ec); });
            const auto patience = std::chrono::microseconds(i * 37 % 400);
            if (auto future = outcome.get_future();
                future.wait_for(patience) != std::future_status::ready)
            {
                l.cancel();
                if (!future.get())
                    l.unlock();
            }
            else
                l.unlock();
            const auto begin = std::chrono::steady_clock::now();
            l.lock();
            longest = std::max(longest, std::chrono::steady_clock::now() - begin);
            l.unlock();
        }
        return std::to_string(std::chrono::duration_cast<milliseconds>(longest).count());
    }
    if (command == "lock_two")
    {
        // Takes two locks together, again and again; what the order is must not matter.
        process_lock& first = lock(w);
        process_lock& second = lock(w);
        const int count = w.next();
        occupancy shared(w.next<std::string>());
        int violations = 0;
        for (int i = 0; i < count; ++i)
        {
            if (i % 2 == 0)
            {
                const std::scoped_lock both(first, second);
                violations += shared.visit(::getpid());
                continue;
            }
            std::unique_lock<process_lock> one(first, std::defer_lock);
            std::unique_lock<process_lock> other(second, std::defer_lock);
            std::lock(one, other);
            violations += shared.visit(::getpid());
        }
        return std::to_string(violations);
    }
    if (command == "unlock_many" || command == "close_many")
    {
        // The same locks.
        const int first = w.next();
        const int count = w.next();
        for (int i = first; i < first + count; ++i)
        {
            if (command == "close_many")
                locks_.erase(i);
            else
                locks_.at(i)->unlock();
        }
        return "ok";
    }
    if (command == "many")
    {
        // Locks `count` new locks with the numbers from `first` on.
        const int first = w.next();
        const int count = w.next();
        socketlock::lock_options options;
        options.lock_dir = w.next<std::string>();
        int locked = 0;
        for (int i = first; i < first + count; ++i)
        {
            auto& l = locks_[i];
            const std::string name = "many" + std::to_string(i);
            l = std::make_unique<process_lock>(io_.context, name, options);
            locked += l->try_lock();
        }
        return std::to_string(locked);
    }
    return std::nullopt;
}

}  // namespace test

int main()
{
    test::program().run();
}
