// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#include "text.hpp"

#include <algorithm>
#include <array>

namespace socketlock::tool {

namespace {

// The length of the UTF-8 sequence (RFC 3629) at the beginning of a text, 0 if there is none.
std::size_t sequence_length(std::string_view text)
{
    // The least code point that needs so many bytes.
    static constexpr std::array<char32_t, 5> least{0, 0, 0x80, 0x800, 0x10000};
    const auto byte = [&](std::size_t i) -> char32_t {
        return i < text.size() ? static_cast<unsigned char>(text[i]) : char32_t(0);
    };
    const char32_t first = byte(0);
    if (first < 0x80)
        return text.empty() ? 0 : 1;
    if (first < 0xc0 || first >= 0xf8)
        return 0;
    const std::size_t length = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    char32_t code_point = first & (0x7fu >> length);
    for (std::size_t i = 1; i < length; ++i)
    {
        if ((byte(i) & 0xc0) != 0x80)
            return 0;
        code_point = code_point << 6 | (byte(i) & 0x3f);
    }
    const bool is_surrogate = code_point >= 0xd800 && code_point < 0xe000;
    return code_point < least[length] || code_point > 0x10ffff || is_surrogate ? 0 : length;
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
