// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// What the program says, as text or as JSON.

#ifndef SOCKETLOCK_TOOL_REPORT_HPP
#define SOCKETLOCK_TOOL_REPORT_HPP

#include <socketlock/config.hpp>
#include <socketlock/holder_info.hpp>
#include <socketlock/status.hpp>

#include <boost/json/object.hpp>

#include <chrono>
#include <optional>
#include <string>

namespace socketlock::tool {

/// Something to write to standard error.
struct message
{
    std::string text;
    int exit_code = 0;
    /// The lock that the message is about, and its holder, if there are any.
    std::string name;
    std::optional<holder_info> holder;
};

/// Writes "socketlock: TEXT" to standard error, or the message as a JSON object on one line.
void report(const message& m, bool as_json);

/// The message for an error of the library. `path` is the lock file; `explanation` is what
/// `explain` says of the error.
message error_message(
    const error_code& ec,
    const std::string& name,
    const std::string& path,
    const std::optional<holder_info>& holder,
    const std::string& explanation
);

/// Like "myapp is held by PID 4711 on port 40123 since 2026-11-23T10:00:00Z".
std::string held_text(const std::string& name, const std::optional<holder_info>& holder);

/// Like "0.5 s".
std::string to_text(std::chrono::duration<double> time);

/// The state of a lock: name, whether it is held (null if that cannot be told), by whom.
boost::json::object to_json(const lock_status& lock);

}  // namespace socketlock::tool

#endif
