// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#ifndef SOCKETLOCK_DETAIL_COMMON_ID_HPP
#define SOCKETLOCK_DETAIL_COMMON_ID_HPP

#include <socketlock/config.hpp>

#include <array>
#include <cstddef>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

namespace socketlock::detail {

/// The name of a claim or a presence: 128 random bits, never used twice. A new one is nil.
struct id128
{
    std::array<unsigned char, 16> value{};

    SOCKETLOCK_DECL bool is_nil() const noexcept;

    /// 32 lower-case hex digits.
    SOCKETLOCK_DECL std::array<char, 32> hex_digits() const noexcept;
    SOCKETLOCK_DECL std::string to_hex() const;

    /// Reads what `to_hex` writes and nothing else: ids come from files that others can write, and
    /// become parts of paths, and each id has only one spelling.
    SOCKETLOCK_DECL static std::optional<id128> from_hex(std::string_view text) noexcept;
};

inline bool operator==(const id128& a, const id128& b) noexcept
{
    return a.value == b.value;
}

inline bool operator!=(const id128& a, const id128& b) noexcept
{
    return !(a == b);
}

inline bool operator<(const id128& a, const id128& b) noexcept
{
    return std::memcmp(a.value.data(), b.value.data(), a.value.size()) < 0;
}

/// For unordered containers. The ids are random already, so a piece of one is a good hash.
struct id128_hash
{
    std::size_t operator()(const id128& id) const noexcept
    {
        std::size_t result;
        static_assert(sizeof result <= sizeof id.value, "an id fills a hash");
        std::memcpy(&result, id.value.data(), sizeof result);
        return result;
    }
};

}  // namespace socketlock::detail

#endif
