// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#ifndef SOCKETLOCK_TOOL_WAITING_LINE_HPP
#define SOCKETLOCK_TOOL_WAITING_LINE_HPP

#include <socketlock/holder_info.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace socketlock::tool {

/// One line on the terminal that says which process we wait for, rewritten in place. Nothing is
/// written if standard error is not a terminal, or while this process runs in the background.
class waiting_line
{
public:
    explicit waiting_line(std::string name);
    waiting_line(waiting_line&&) = delete;
    ~waiting_line() { clear(); }

    /// `ahead`: as process_lock says it.
    void show(
        const std::optional<holder_info>& holder,
        const std::optional<std::uint64_t>& ahead = std::nullopt
    );
    void clear();

private:
    const std::string name_;
    const std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
    std::size_t shown_columns_ = 0;
};

}  // namespace socketlock::tool

#endif
