// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#ifndef SOCKETLOCK_TOOL_CHILD_HPP
#define SOCKETLOCK_TOOL_CHILD_HPP

#include <cstdint>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace socketlock::tool {

/// A command that could not be started.
struct start_failure
{
    enum class reason
    {
        not_found,
        not_executable,
        /// There is no process to run it in.
        no_process,
    };

    reason why = reason::no_process;
    std::error_code error;
};

using variables = std::vector<std::pair<std::string, std::string>>;

/// A command that runs as a child of this process, in its process group. Where the system can do
/// that (Linux), it is killed when the thread that started it ends.
class child_process
{
public:
    /// Starts a command, found as a shell finds it, with these variables in its environment in
    /// addition to our own, and the signal handling that this process was started with.
    /// Precondition: there is a signal source.
    static std::optional<child_process> start(
        const std::vector<std::string>& command,
        const variables& environment,
        start_failure& failure
    );

    /// The exit code, or 128 + N if signal N ended it; nullopt while it runs.
    std::optional<int> exit_code() noexcept;

    /// Sends a signal, unless it has ended.
    void send(int signal) noexcept;
    /// Asks it to end.
    void terminate() noexcept;

private:
    explicit child_process(std::int64_t id) noexcept : id_(id) {}

    std::int64_t id_;
    std::optional<int> exit_code_;
};

}  // namespace socketlock::tool

#endif
