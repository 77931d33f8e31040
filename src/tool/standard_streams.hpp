// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#ifndef SOCKETLOCK_TOOL_STANDARD_STREAMS_HPP
#define SOCKETLOCK_TOOL_STANDARD_STREAMS_HPP

#include <cstddef>
#include <optional>

namespace socketlock::tool {

/// Opens those of the standard descriptors that are closed, so that no file that is opened later,
/// such as a lock file, takes their place and gets what is meant for standard error. A command
/// finds them closed as they were.
void occupy_standard_descriptors() noexcept;

/// True if standard error is a terminal.
bool stderr_is_terminal() noexcept;

/// The width of the terminal on standard error; nullopt if there is none, or if this process runs
/// in its background.
std::optional<std::size_t> stderr_columns() noexcept;

}  // namespace socketlock::tool

#endif
