// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// The other process of the process tests. It obeys commands, one a line on its standard input, and
// answers each with one line. What happens later is told by lines that begin with "* ". Locks go by
// numbers: `open 1 NAME DIRECTORY` makes lock 1. A failed operation answers "error MESSAGE".

#include <socketlock.hpp>

#include <boost/asio.hpp>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <future>
#include <grp.h>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <sstream>
#include <string>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <thread>
#include <unistd.h>
#include <vector>

#include "../occupancy.hpp"

namespace asio = boost::asio;
using socketlock::error_code;
using socketlock::process_lock;

namespace {

void say(const std::string& line)
{
    const std::string text = line + '\n';
    // One call, so that answers and events, which come from two threads, do not mix.
    if (::write(STDOUT_FILENO, text.data(), text.size()) != static_cast<::ssize_t>(text.size()))
        std::_Exit(2);
}

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

/// The io_context of the program, run by a thread of its own.
class io_thread
{
public:
    io_thread() { start(); }
    ~io_thread() { stop(); }

    void start()
    {
        context.restart();
        thread_ = std::thread([this] { context.run(); });
    }

    void stop()
    {
        context.stop();
        thread_.join();
    }

    asio::io_context context;

private:
    asio::executor_work_guard<asio::io_context::executor_type> work_{context.get_executor()};
    std::thread thread_;
};

class program
{
public:
    void run()
    {
        while (const auto line = read_line())
        {
            std::istringstream words(*line);
            std::string command;
            words >> command;
            if (command == "quit")
                break;
            try
            {
                say(execute(command, words));
            }
            catch (const boost::system::system_error& e)
            {
                say("error " + e.code().message());
            }
        }
    }

private:
    template <class T = int>
    static T next(std::istringstream& from)
    {
        T value{};
        from >> value;
        return value;
    }

    process_lock& lock(std::istringstream& from) { return *locks_.at(next(from)); }

    std::string execute(const std::string& command, std::istringstream& w)
    {
        for (const auto function :
             {&program::on_lock_command,
              &program::on_async_command,
              &program::on_loop_command,
              &program::on_process_command})
        {
            if (auto answer = (this->*function)(command, w))
                return *answer;
        }
        return "unknown command";
    }

    static std::string yes_or_no(bool b) { return b ? "yes" : "no"; }

    static std::string describe(const std::optional<socketlock::holder_info>& info)
    {
        return info ? std::to_string(info->pid) + ' ' + std::to_string(info->port) : "none";
    }

    static std::chrono::milliseconds milliseconds(std::istringstream& w)
    {
        return std::chrono::milliseconds(next(w));
    }

    // What the synchronous functions do.
    std::optional<std::string> on_lock_command(const std::string& command, std::istringstream& w)
    {
        if (command == "open" || command == "open_shared")
        {
            const int number = next(w);
            const auto name = next<std::string>(w);
            socketlock::lock_options options;
            w >> options.lock_dir >> options.signature_seed;
            if (command == "open_shared")
                options.permissions = 0666;
            // Without a directory: the default one.
            locks_[number] = std::make_unique<process_lock>(io_->context, name, options);
            return "ok";
        }
        if (command == "open_name")
        {
            // The name is the rest of the line, whatever it contains.
            const int number = next(w);
            socketlock::lock_options options;
            w >> options.lock_dir >> std::ws;
            std::string name;
            std::getline(w, name);
            locks_[number] = std::make_unique<process_lock>(io_->context, name, options);
            return "ok";
        }
        if (command == "close")
            return locks_.erase(next(w)) == 1 ? "ok" : "no such lock";
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
            return yes_or_no(l.try_lock_for(milliseconds(w)));
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

    // Prints "* NUMBER EVENT" or "* NUMBER error MESSAGE".
    static auto tell(int number, const char* event)
    {
        return [=](const error_code& ec, auto... acquired) {
            std::string text = ec ? "error " + ec.message() : std::string(event);
            if (!ec && !(acquired && ...))
                text = "gave up";
            say("* " + std::to_string(number) + ' ' + text);
        };
    }

    std::optional<std::string> on_async_command(const std::string& command, std::istringstream& w)
    {
        if (command.rfind("async_", 0) != 0 && command != "cancel")
            return std::nullopt;
        const int number = next(w);
        process_lock& l = *locks_.at(number);
        if (command == "async_try")
            l.async_try_lock(tell(number, "locked"));
        else if (command == "async_lock")
            l.async_lock(tell(number, "locked"));
        else if (command == "async_lock_for")
            l.async_try_lock_for(milliseconds(w), tell(number, "locked"));
        else if (command == "async_unlock")
            l.async_unlock(tell(number, "unlocked"));
        else if (command == "async_wait_contended")
            l.async_wait_contended(tell(number, "contended"));
        else if (command == "async_wait_lost")
            l.async_wait_lost(tell(number, "lost"));
        else if (command == "async_cancelled_unlock")
        {
            // Emitted while the operation is under way: there is nothing to cancel half-way.
            asio::cancellation_signal signal;
            l.async_unlock(asio::bind_cancellation_slot(signal.slot(), tell(number, "unlocked")));
            signal.emit(asio::cancellation_type::all);
        }
        else if (command == "cancel")
            l.cancel();
        else
            return std::nullopt;
        return "started";
    }

    // What is done many times, or at a moment that is given by others.
    std::optional<std::string> on_loop_command(const std::string& command, std::istringstream& w)
    {
        if (command == "race")
        {
            // Tries as soon as others say so.
            process_lock& l = lock(w);
            test::occupancy shared(next<std::string>(w));
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
            for (int i = next(w); i > 0; --i)
                failures += !l.try_lock() && !l.holder();
            return std::to_string(failures);
        }
        if (command == "cycle" || command == "cycle_waiting")
        {
            // Locks and unlocks; answers how often somebody else was there, too.
            process_lock& l = lock(w);
            const int count = next(w);
            test::occupancy shared(next<std::string>(w));
            int violations = 0;
            for (int i = 0; i < count; ++i)
            {
                while (command == "cycle" && !l.try_lock())
                    std::this_thread::yield();
                if (command == "cycle_waiting")
                    l.lock();
                violations += shared.visit(::getpid());
                l.unlock();
            }
            return std::to_string(violations);
        }
        if (command == "lock_two")
        {
            // Takes two locks together, again and again; what the order is must not matter.
            process_lock& first = lock(w);
            process_lock& second = lock(w);
            const int count = next(w);
            test::occupancy shared(next<std::string>(w));
            int violations = 0;
            for (int i = 0; i < count; ++i)
            {
                const std::scoped_lock both(first, second);
                violations += shared.visit(::getpid());
            }
            return std::to_string(violations);
        }
        if (command == "many")
        {
            // Locks `count` new locks with the numbers from `first` on.
            const int first = next(w);
            const int count = next(w);
            socketlock::lock_options options;
            options.lock_dir = next<std::string>(w);
            int locked = 0;
            for (int i = first; i < first + count; ++i)
            {
                auto& l = locks_[i];
                const std::string name = "many" + std::to_string(i);
                l = std::make_unique<process_lock>(io_->context, name, options);
                locked += l->try_lock();
            }
            return std::to_string(locked);
        }
        return std::nullopt;
    }

    // What concerns the process as a whole.
    std::optional<std::string> on_process_command(const std::string& command, std::istringstream& w)
    {
        if (command == "pid")
            return std::to_string(::getpid());
        if (command == "block")
        {
            // Keeps the io_context's thread busy for ever.
            std::promise<void> begun;
            asio::post(io_->context, [&] {
                begun.set_value();
                while (true)
                    ::pause();
            });
            begun.get_future().wait();
            return "blocked";
        }
        if (command == "exit")
            std::_Exit(0);
        if (command == "fork")
            return fork(next<std::string>(w));
        if (command == "run")
            return run_command(w.str().substr(4));
        if (command == "setenv")
        {
            const auto name = next<std::string>(w);
            return ::setenv(name.c_str(), next<std::string>(w).c_str(), 1) == 0 ? "ok" : "failed";
        }
        if (command == "keep_guard")
        {
            // As a process that is in the middle of a transaction.
            const int file = ::open(next<std::string>(w).c_str(), O_RDWR | O_CLOEXEC);
            struct ::flock whole = {};
            whole.l_type = F_WRLCK;
            return ::fcntl(file, F_SETLK, &whole) == 0 ? "ok" : "failed";
        }
        if (command == "umask")
        {
            ::umask(static_cast<::mode_t>(std::stoul(next<std::string>(w), nullptr, 8)));
            return "ok";
        }
        if (command == "setuid")
        {
            const auto id = next<::uid_t>(w);
            const bool done = ::setgroups(0, nullptr) == 0 && ::setgid(id) == 0 &&
                              ::setuid(id) == 0;
            return done ? "ok" : "failed";
        }
        if (command == "descriptors")
            return list_descriptors();
        if (command == "exhaust")
            return exhaust(next(w));
        if (command == "relax")
        {
            for (const int descriptor : hoard_)
                ::close(descriptor);
            hoard_.clear();
            return "ok";
        }
        return std::nullopt;
    }

    // Leaves room for so many descriptors more.
    std::string exhaust(int room)
    {
        ::rlimit limit{256, 256};
        if (::setrlimit(RLIMIT_NOFILE, &limit) != 0)
            return "failed";
        for (int copy = ::dup(STDERR_FILENO); copy >= 0; copy = ::dup(STDERR_FILENO))
            hoard_.push_back(copy);
        for (; room > 0; --room)
        {
            ::close(hoard_.back());
            hoard_.pop_back();
        }
        return "ok";
    }

    // The child obeys commands from a connection to the socket at `path`.
    std::string fork(const std::string& path)
    {
        // As Asio asks of those who fork: no thread runs the context meanwhile.
        io_->stop();
        io_->context.notify_fork(asio::execution_context::fork_prepare);
        const ::pid_t child = ::fork();
        if (child == 0)
        {
            const int connection = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
            ::sockaddr_un address = {};
            address.sun_family = AF_UNIX;
            path.copy(address.sun_path, sizeof address.sun_path - 1);
            auto* const generic = reinterpret_cast<::sockaddr*>(&address);
            if (::connect(connection, generic, sizeof address) != 0 ||
                ::dup2(connection, STDIN_FILENO) < 0 || ::dup2(connection, STDOUT_FILENO) < 0)
                std::_Exit(3);
            ::close(connection);
        }
        io_->context.notify_fork(
            child == 0 ? asio::execution_context::fork_child : asio::execution_context::fork_parent
        );
        io_->start();
        return child == 0 ? "child " + std::to_string(::getpid()) : std::to_string(child);
    }

    // What is open, such as "0=socket:[1234]". Needs no descriptor.
    static std::string list_descriptors()
    {
        std::string result;
        for (int descriptor = 0; descriptor < 4096; ++descriptor)
        {
            const std::string number = std::to_string(descriptor);
            char target[4096] = {};
            if (::readlink(("/proc/self/fd/" + number).c_str(), target, sizeof target - 1) >= 0)
                result += (result.empty() ? "" : " ") + number + '=' + target;
        }
        return result;
    }

    // Runs a shell command and answers its output, on one line.
    static std::string run_command(const std::string& command)
    {
        std::FILE* const pipe = ::popen(command.c_str(), "re");
        std::string output;
        for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe))
            output += c == '\n' ? ' ' : static_cast<char>(c);
        ::pclose(pipe);
        return output;
    }

    std::unique_ptr<io_thread> io_ = std::make_unique<io_thread>();
    std::map<int, std::unique_ptr<process_lock>> locks_;
    std::vector<int> hoard_;
};

}  // namespace

int main()
{
    program().run();
}
