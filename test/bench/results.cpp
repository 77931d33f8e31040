// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#include "results.hpp"

namespace bench {

std::string row::name() const
{
    std::string result = peer;
    if (size != 0)
    {
        result += ", " + std::to_string(size);
        result += in == group::growth_waiters ? " waiter"
                  : in == group::growth_locks ? " lock"
                                              : " process";
        if (size != 1)
            result += in == group::contention ? "es" : "s";
    }
    return result + " (" + place + ")";
}

std::optional<double> row::figure(const std::string& name) const
{
    for (const auto& [key, value] : more)
    {
        if (key == name)
            return value;
    }
    return std::nullopt;
}

const row* results::find(group in, const std::string& peer, const std::string& place, unsigned size)
    const
{
    for (const row& r : rows_)
    {
        if (r.in == in && r.peer == peer && r.place == place && r.size == size)
            return &r;
    }
    return nullptr;
}

void results::relate()
{
    const auto ratio = [](const row& r, const row* to) {
        return to != nullptr && r.times.n != 0 && to->times.median_us > 0
                   ? std::optional<double>(r.times.median_us / to->times.median_us)
                   : std::nullopt;
    };
    for (row& r : rows_)
    {
        const row* plain = find(r.in, bare, r.place, r.size);
        // One message costs the same however many wait elsewhere.
        if (plain == nullptr)
            plain = find(r.in, bare, r.place);
        r.bare_ratio = ratio(r, plain);
        r.own_ratio = ratio(r, find(r.in, own, r.place, r.size));
    }
}

}  // namespace bench
