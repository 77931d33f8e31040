// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#include "text.hpp"

#include <socketlock/detail/record/lock_name.hpp>

#include <algorithm>

namespace socketlock::tool {

namespace {

// The length of the UTF-8 sequence at the beginning of a text, 0 if there is none.
std::size_t sequence_length(std::string_view text)
{
    if (!text.empty() && text.front() == '\0')
        return 1;
    for (std::size_t length = 1; length <= std::min<std::size_t>(4, text.size()); ++length)
    {
        // The library's names are UTF-8.
        if (detail::is_valid_lock_name(text.substr(0, length)))
            return length;
    }
    return 0;
}

std::string escaped(std::string_view sequence)
{
    static constexpr char digits[] = "0123456789abcdef";
    std::string result;
    for (const char c : sequence)
    {
        const auto byte = static_cast<unsigned char>(c);
        result += "\\x";
        result += digits[byte >> 4];
        result += digits[byte & 15];
    }
    return result;
}

// For a UTF-8 sequence: the control characters of ASCII, and those that follow ASCII.
bool is_control(std::string_view sequence)
{
    const auto first = static_cast<unsigned char>(sequence.front());
    if (sequence.size() == 1)
        return first < 0x20 || first == 0x7f;
    return first == 0xc2 && static_cast<unsigned char>(sequence[1]) < 0xa0;
}

std::size_t columns_of_sequence(std::string_view sequence)
{
    return sequence.size() == 1 ? 1 : 2;
}

}  // namespace

bool is_utf8(std::string_view text)
{
    while (!text.empty())
    {
        const std::size_t length = sequence_length(text);
        if (length == 0)
            return false;
        text.remove_prefix(length);
    }
    return true;
}

std::string printable(std::string_view text)
{
    std::string result;
    while (!text.empty())
    {
        const std::size_t length = sequence_length(text);
        const std::string_view sequence = text.substr(0, std::max<std::size_t>(length, 1));
        if (sequence == "\\")
            result += "\\\\";
        else if (sequence == "\n")
            result += "\\n";
        else if (sequence == "\t")
            result += "\\t";
        else if (length == 0 || is_control(sequence))
            result += escaped(sequence);
        else
            result += sequence;
        text.remove_prefix(sequence.size());
    }
    return result;
}

std::size_t columns_of(std::string_view text)
{
    std::size_t result = 0;
    while (!text.empty())
    {
        const std::size_t length = std::max<std::size_t>(sequence_length(text), 1);
        result += columns_of_sequence(text.substr(0, length));
        text.remove_prefix(length);
    }
    return result;
}

std::string cut_to_columns(std::string_view text, std::size_t columns)
{
    std::string result;
    while (!text.empty())
    {
        const std::size_t length = std::max<std::size_t>(sequence_length(text), 1);
        const std::string_view sequence = text.substr(0, length);
        const std::size_t width = columns_of_sequence(sequence);
        if (width > columns)
            break;
        columns -= width;
        result += sequence;
        text.remove_prefix(length);
    }
    return result;
}

}  // namespace socketlock::tool
