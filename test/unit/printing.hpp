// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// How Boost.Test prints what it compares.

#ifndef SOCKETLOCK_TEST_UNIT_PRINTING_HPP
#define SOCKETLOCK_TEST_UNIT_PRINTING_HPP

#include <socketlock/error.hpp>

#include <ostream>
#include <type_traits>

namespace socketlock {

inline std::ostream& operator<<(std::ostream& stream, errc value)
{
    return stream << make_error_code(value).message();
}

namespace detail {

template <class Enum, std::enable_if_t<std::is_enum_v<Enum>, int> = 0>
std::ostream& operator<<(std::ostream& stream, Enum value)
{
    return stream << static_cast<int>(value);
}

}  // namespace detail
}  // namespace socketlock

#endif
