// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// The commands. Each returns the exit code, and throws errors that it cannot report itself.

#ifndef SOCKETLOCK_TOOL_COMMANDS_HPP
#define SOCKETLOCK_TOOL_COMMANDS_HPP

#include <socketlock/options.hpp>

#include "command_line.hpp"

namespace socketlock::tool {

inline lock_options options_of(const common_options& common)
{
    lock_options options;
    options.lock_dir = common.lock_dir;
    return options;
}

inline lock_options options_of(const run_request& request)
{
    lock_options options = options_of(request.common);
    options.permissions = request.mode;
    return options;
}

int run(const run_request& request);
int wait(const wait_request& request);
int status(const status_request& request);
int list(const list_request& request);

}  // namespace socketlock::tool

#endif
