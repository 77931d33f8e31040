// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#ifndef SOCKETLOCK_DETAIL_RECORD_LOCK_NAME_IPP
#define SOCKETLOCK_DETAIL_RECORD_LOCK_NAME_IPP

#include <socketlock/detail/platform/crypto.hpp>
#include <socketlock/detail/record/lock_name.hpp>

#include <cstddef>

namespace socketlock::detail {

// The length of the UTF-8 sequence at the beginning of a text; 0 if there is none (RFC 3629:
// neither overlong forms nor surrogates, nothing above U+10FFFF).
inline std::size_t utf8_sequence_length(std::string_view text) noexcept
{
    const auto byte = [&](std::size_t i) -> unsigned {
        return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u;
    };
    const auto continues = [&](std::size_t i) { return (byte(i) & 0xc0u) == 0x80u; };
    const unsigned first = byte(0);
    if (first < 0x80)
        return 1;
    if (first >= 0xc2 && first <= 0xdf)
        return continues(1) ? 2 : 0;
    if (first >= 0xe0 && first <= 0xef)
    {
        const bool overlong = first == 0xe0 && byte(1) < 0xa0;
        const bool surrogate = first == 0xed && byte(1) > 0x9f;
        return continues(1) && continues(2) && !overlong && !surrogate ? 3 : 0;
    }
    if (first >= 0xf0 && first <= 0xf4)
    {
        const bool overlong = first == 0xf0 && byte(1) < 0x90;
        const bool too_large = first == 0xf4 && byte(1) > 0x8f;
        return continues(1) && continues(2) && continues(3) && !overlong && !too_large ? 4 : 0;
    }
    return 0;
}

SOCKETLOCK_DECL bool is_valid_lock_name(std::string_view name) noexcept
{
    if (name.empty() || name.size() > 200 || name.find('\0') != name.npos)
        return false;
    while (!name.empty())
    {
        const std::size_t length = utf8_sequence_length(name);
        if (length == 0)
            return false;
        name.remove_prefix(length);
    }
    return true;
}

inline bool stands_for_itself(std::string_view name, std::size_t i) noexcept
{
    const char c = name[i];
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || (c == '.' && i != 0 && i + 1 != name.size());
}

inline void append_hex(std::string& text, unsigned char byte)
{
    static constexpr char digits[] = "0123456789abcdef";
    text += digits[byte >> 4];
    text += digits[byte & 15];
}

SOCKETLOCK_DECL std::string lock_file_name(std::string_view name, error_code& ec)
{
    static constexpr std::size_t longest = 180;
    ec.clear();
    std::string encoded;
    for (std::size_t i = 0; i < name.size(); ++i)
    {
        if (stands_for_itself(name, i))
        {
            encoded += name[i];
            continue;
        }
        encoded += '%';
        append_hex(encoded, static_cast<unsigned char>(name[i]));
    }
    if (encoded.size() > longest)
    {
        const digest hash = sha256(byte_view(name), ec);
        encoded.resize(longest - 33);
        encoded += '~';
        for (std::size_t i = 0; i < 16; ++i)
            append_hex(encoded, hash[i]);
    }
    return "." + encoded + ".lock";
}

}  // namespace socketlock::detail

#endif
