// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// The other process of the process tests. It obeys commands, one per line on its standard input,
// and answers each with one line. What happens later is told by lines that begin with "* ". Locks
// go by numbers: `open 1 NAME DIRECTORY` makes lock 1. A failed operation answers "error MESSAGE".

#ifndef SOCKETLOCK_TEST_PROCESS_HELPER_PROGRAM_HPP
#define SOCKETLOCK_TEST_PROCESS_HELPER_PROGRAM_HPP

#include <socketlock.hpp>

#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <map>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

namespace test {

namespace asio = boost::asio;

/// Writes a line to standard output.
void say(const std::string& line);

/// The words of a command.
class words
{
public:
    explicit words(const std::string& line) : text_(line) {}

    template <class T = int>
    T next()
    {
        T value{};
        text_ >> value;
        return value;
    }

    /// What has not been read yet, without leading space.
    std::string rest()
    {
        std::string result;
        std::getline(text_ >> std::ws, result);
        return result;
    }

private:
    std::istringstream text_;
};

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
    /// Obeys until the input ends.
    void run();

private:
    std::string execute(const std::string& line);

    // Each returns nothing if it does not know the command.

    /// What the synchronous functions of locks do.
    std::optional<std::string> on_lock_command(const std::string& command, words& w);
    /// What the asynchronous ones do.
    std::optional<std::string> on_async_command(const std::string& command, words& w);
    /// What is done many times, or at a moment that is given by others.
    std::optional<std::string> on_loop_command(const std::string& command, words& w);
    /// What fails when the library uses the network.
    std::optional<std::string> on_fault_command(const std::string& command, words& w);
    /// What concerns the process as a whole.
    std::optional<std::string> on_process_command(const std::string& command, words& w);

    std::string open(const std::string& command, words& w);
    std::string block();
    std::string exhaust(int room);
    std::string fork(const std::string& path);

    socketlock::process_lock& lock(words& w) { return *locks_.at(w.next()); }

    asio::cancellation_signal signal_;
    io_thread io_;
    std::map<int, std::unique_ptr<socketlock::process_lock>> locks_;
    std::vector<int> hoard_;
};

}  // namespace test

#endif
