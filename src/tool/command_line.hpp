// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// What the user asks for. Pure: arguments in, a request out.

#ifndef SOCKETLOCK_TOOL_COMMAND_LINE_HPP
#define SOCKETLOCK_TOOL_COMMAND_LINE_HPP

#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "exit_code.hpp"

namespace socketlock::tool {

using seconds = std::chrono::duration<double>;

/// What every command understands.
struct common_options
{
    /// Empty: the library's choice.
    std::string lock_dir;
    bool json = false;
};

struct run_request
{
    common_options common;
    bool no_wait = false;
    std::optional<seconds> timeout;
    int conflict_exit_code = exit_code::held;
    /// The permissions of new files; nothing: the library's choice.
    std::optional<unsigned> mode;
    std::string name;
    /// Never empty.
    std::vector<std::string> command;
};

struct wait_request
{
    common_options common;
    std::optional<seconds> timeout;
    std::string name;
};

struct status_request
{
    common_options common;
    std::string name;
};

struct list_request
{
    common_options common;
};

struct help_request
{
    /// A command's name; empty for the program.
    std::string command;
};

struct version_request
{
};

using user_request = std::
    variant<run_request, wait_request, status_request, list_request, help_request, version_request>;

/// The arguments make no sense.
class usage_error : public std::runtime_error
{
public:
    /// `command` is empty where the program itself was misused.
    usage_error(std::string command, const std::string& what)
        : std::runtime_error(what), command_(std::move(command))
    {
    }

    const std::string& command() const noexcept { return command_; }

private:
    std::string command_;
};

/// Parses the arguments, without the program's name. Throws `usage_error`.
user_request parse_command_line(const std::vector<std::string>& arguments);

/// True if the arguments, which may make no sense otherwise, ask for JSON.
bool wants_json(const std::vector<std::string>& arguments);

/// The help text for a command, or for the program.
std::string help_text(const std::string& name);

}  // namespace socketlock::tool

#endif
