// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#include "look.hpp"

#include <socketlock/detail/process/query.hpp>
#include <socketlock/detail/record/lock_file.hpp>
#include <socketlock/error.hpp>

#include <chrono>
#include <thread>

namespace socketlock::tool {

namespace {

// Asks again as long as another process has the lock file's guard, which it needs for microseconds.
template <class Query>
auto while_guarded(Query query, error_code& ec)
{
    using namespace std::chrono_literals;
    const auto limit = std::chrono::steady_clock::now() + 5s;
    for (;;)
    {
        auto result = query();
        if (ec != boost::system::errc::resource_unavailable_try_again)
            return result;
        if (std::chrono::steady_clock::now() >= limit)
        {
            ec = errc::guard_timeout;
            return result;
        }
        std::this_thread::sleep_for(200us);
    }
}

}  // namespace

std::optional<holder_info> look(const detail::lock_address& where, error_code& ec)
{
    return while_guarded([&] { return detail::find_holder(where, ec); }, ec);
}

std::string name_in_record(const std::string& path, error_code& ec)
{
    const auto record = while_guarded([&] { return detail::query_record(path, "", ec); }, ec);
    if (ec == errc::name_mismatch)
        ec.clear();
    return record.name;
}

}  // namespace socketlock::tool
