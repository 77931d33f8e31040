// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// What --help says, except for the lists of options.

#ifndef SOCKETLOCK_TOOL_HELP_HPP
#define SOCKETLOCK_TOOL_HELP_HPP

namespace socketlock::tool {

struct command_help
{
    const char* name;
    const char* summary;
    const char* usage;
    const char* text;
};

extern const command_help run_help;
extern const command_help wait_help;
extern const command_help status_help;
extern const command_help list_help;

/// The program's help, before the list of commands and after the options.
extern const char* const program_help;
extern const char* const program_help_end;

}  // namespace socketlock::tool

#endif
