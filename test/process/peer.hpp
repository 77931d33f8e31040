// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// Other processes for tests: they run the program lock_peer and do what they are told.

#ifndef SOCKETLOCK_TEST_PROCESS_PEER_HPP
#define SOCKETLOCK_TEST_PROCESS_PEER_HPP

#include <socketlock/error.hpp>

#include <chrono>
#include <cstddef>
#include <deque>
#include <string>
#include <sys/types.h>
#include <vector>

namespace test {

/// Far more than anything takes: whatever needs longer hangs.
inline constexpr std::chrono::seconds patience{180};

/// The answer of a peer whose operation has failed.
inline std::string failure(socketlock::errc value)
{
    return "error " + make_error_code(value).message();
}

/// Another process. A test fails if it does not answer in time, or if it ends by an error.
class peer
{
public:
    /// Starts it; `wrapper` is a command that runs the command which is appended to it.
    explicit peer(std::vector<std::string> wrapper = {});
    peer(peer&& other) noexcept;
    peer& operator=(peer&& other) noexcept;

    /// Ends it in good order, unless the test is failing.
    ~peer();

    /// Sends a command and returns the answer.
    std::string ask(const std::string& command);

    /// Sends a command.
    void send(const std::string& command);

    /// The next answer; throws if there is none.
    std::string answer(std::chrono::milliseconds limit = patience);

    /// The next line that tells what happened later, without the "* ".
    std::string event(std::chrono::milliseconds limit = patience);

    /// True if there is something that `event` would return.
    bool has_event(std::chrono::milliseconds limit = {});

    /// Has it fork; returns the child, which is a peer with copies of all locks.
    peer fork();

    /// False after `kill`, `quit` or `wait`.
    bool is_running() const noexcept { return connection_ >= 0; }

    /// The process that runs lock_peer, as seen from here.
    ::pid_t pid() const noexcept { return pid_; }

    /// SIGKILL; returns when the process is gone.
    void kill();

    /// SIGSTOP; returns when the process has stopped.
    void stop();

    /// SIGCONT.
    void resume();

    /// Ends it in good order: all that it has is destroyed. Throws if that fails.
    void quit();

    /// Waits until it has ended by itself. Throws if it does not, or if it has failed.
    void wait();

private:
    peer(int connection, ::pid_t pid);

    /// Waits until the other side is readable and reads; false if nothing came in time.
    bool receive(std::chrono::steady_clock::time_point limit);
    std::string take(std::deque<std::string>& from, std::chrono::milliseconds limit);
    void close() noexcept;

    int connection_ = -1;
    ::pid_t pid_ = -1;
    /// What this process is the parent of: the peer, its wrapper, or nothing (-1).
    ::pid_t child_ = -1;
    bool is_stopped_ = false;
    std::string unfinished_;
    std::deque<std::string> answers_;
    std::deque<std::string> events_;
};

/// A peer whose lock 1 has this name.
peer peer_with_lock(
    const std::string& directory,
    const std::string& name = "x",
    std::vector<std::string> wrapper = {}
);

/// True if the peer has no descriptor that is not in the list, an earlier answer to `descriptors`.
/// That may name some of a runtime that was just ending.
bool has_no_more_than(peer& p, const std::string& descriptors);

/// How many descriptors a process has.
std::size_t descriptors_of(const peer& p);

/// How many it has once it has used its lock 1, which is free, and has no connection.
std::size_t usual_descriptors_of(peer& p);

/// How many a process has that has no lock any more.
std::size_t descriptors_without_locks(const std::string& directory);

/// Has it close all its locks, and with them the connections that are kept as long as it has one.
/// True if it has no more descriptors then.
bool closes_all(peer& p, std::size_t descriptors);

void pause_briefly();

/// Calls `condition` until it is true. False if that takes too long.
template <class Condition>
bool eventually(Condition condition)
{
    const auto limit = std::chrono::steady_clock::now() + patience;
    while (!condition())
    {
        if (std::chrono::steady_clock::now() > limit)
            return false;
        pause_briefly();
    }
    return true;
}

}  // namespace test

#endif
