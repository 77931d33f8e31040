// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#ifndef SOCKETLOCK_DETAIL_COMMON_ID_IPP
#define SOCKETLOCK_DETAIL_COMMON_ID_IPP

#include <socketlock/detail/common/id.hpp>

namespace socketlock::detail {

/// The value of a lower-case hex digit, or -1.
inline int lower_hex_value(char c) noexcept
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return -1;
}

bool id128::is_nil() const noexcept
{
    return *this == id128{};
}

std::array<char, 32> id128::hex_digits() const noexcept
{
    constexpr char digits[] = "0123456789abcdef";
    std::array<char, 32> result;
    std::size_t size = 0;
    for (unsigned char byte : value)
    {
        result[size++] = digits[byte >> 4];
        result[size++] = digits[byte & 15];
    }
    return result;
}

std::string id128::to_hex() const
{
    const auto digits = hex_digits();
    return {digits.data(), digits.size()};
}

std::optional<id128> id128::from_hex(std::string_view text) noexcept
{
    id128 result;
    if (text.size() != 2 * result.value.size())
        return std::nullopt;
    for (std::size_t i = 0; i < result.value.size(); ++i)
    {
        const int high = lower_hex_value(text[2 * i]);
        const int low = lower_hex_value(text[2 * i + 1]);
        if (high < 0 || low < 0)
            return std::nullopt;
        result.value[i] = static_cast<unsigned char>(high * 16 + low);
    }
    return result;
}

}  // namespace socketlock::detail

#endif
