// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#include "waiting_line.hpp"

#include <iomanip>
#include <iostream>
#include <sstream>
#include <string>
#include <utility>

#include "report.hpp"
#include "standard_streams.hpp"
#include "text.hpp"

namespace socketlock::tool {

namespace {

// Like "0:07" or "1:02:03".
std::string clock_text(std::chrono::steady_clock::duration time)
{
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(time).count();
    std::ostringstream text;
    text << std::setfill('0');
    if (seconds >= 3600)
        text << seconds / 3600 << ':' << std::setw(2);
    text << seconds / 60 % 60 << ':' << std::setw(2) << seconds % 60;
    return text.str();
}

}  // namespace

waiting_line::waiting_line(std::string name) : name_(std::move(name)) {}

void waiting_line::show(
    const std::optional<holder_info>& holder,
    const std::optional<std::uint64_t>& ahead
)
{
    const auto columns = stderr_columns();
    if (!columns)
    {
        // We are in the background now: the line is no longer ours to clear.
        shown_columns_ = 0;
        return;
    }
    std::string text = "socketlock: waiting " +
                       clock_text(std::chrono::steady_clock::now() - begin_) + "; ";
    text += holder ? held_text(name_, holder) : printable(name_) + " is about to become free";
    if (ahead && *ahead == 0)
        text += " (next in the queue)";
    // Some terminals begin a new line after the last column.
    text = cut_to_columns(text, *columns - 1);
    clear();
    std::cerr << text;
    shown_columns_ = columns_of(text);
}

void waiting_line::clear()
{
    // With spaces: not every terminal has a sequence for it.
    if (shown_columns_ != 0 && stderr_columns())
        std::cerr << '\r' + std::string(shown_columns_, ' ') + '\r';
    shown_columns_ = 0;
}

}  // namespace socketlock::tool
