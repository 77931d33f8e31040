// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#ifndef SOCKETLOCK_TEST_FUZZ_REQUIRE_HPP
#define SOCKETLOCK_TEST_FUZZ_REQUIRE_HPP

#include <boost/json/string_view.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>

namespace fuzz {

/// Ends the program, which the fuzzer takes for a finding, unless the property holds.
inline void require(bool holds, const char* property)
{
    if (holds)
        return;
    std::fprintf(stderr, "does not hold: %s\n", property);
    std::abort();
}

/// Numbers that are the same but for what Boost.JSON loses when it reads the text of a double.
inline bool is_same_number(const boost::json::value& a, const boost::json::value& b)
{
    if (!a.is_double() && !b.is_double())
        return a == b;
    const auto x = a.to_number<double>();
    const auto y = b.to_number<double>();
    return x == y || std::abs(x - y) <= 1e-14 * std::max(std::abs(x), std::abs(y));
}

/// The same for whole values.
inline bool is_same(const boost::json::value& a, const boost::json::value& b)
{
    if (a.is_number() && b.is_number())
        return is_same_number(a, b);
    if (a.is_array() && b.is_array())
    {
        const auto& x = a.get_array();
        const auto& y = b.get_array();
        return std::equal(x.begin(), x.end(), y.begin(), y.end(), is_same);
    }
    if (a.is_object() && b.is_object())
    {
        const auto& x = a.get_object();
        const auto& y = b.get_object();
        return x.size() == y.size() && std::all_of(x.begin(), x.end(), [&](const auto& member) {
                   const auto* const other = y.if_contains(member.key());
                   return other != nullptr && is_same(member.value(), *other);
               });
    }
    return a == b;
}

}  // namespace fuzz

#endif
