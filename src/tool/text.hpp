// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#ifndef SOCKETLOCK_TOOL_TEXT_HPP
#define SOCKETLOCK_TOOL_TEXT_HPP

#include <cstddef>
#include <string>
#include <string_view>

namespace socketlock::tool {

/// A text in a form that fits on one line of any terminal: control characters, backslashes and
/// bytes that are not UTF-8 are escaped as in C.
std::string printable(std::string_view text);

bool is_utf8(std::string_view text);

/// How many columns a printable text takes, at most.
std::size_t columns_of(std::string_view text);

/// As much of a printable text as fits into this many columns.
std::string cut_to_columns(std::string_view text, std::size_t columns);

}  // namespace socketlock::tool

#endif
