// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#include <socketlock/options.hpp>
#include <socketlock/status.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <filesystem>
#include <iostream>
#include <string>
#include <vector>

#include "commands.hpp"
#include "report.hpp"
#include "text.hpp"

namespace socketlock::tool {

namespace {

// Like the library, which tells paths within it.
std::string directory_of(const lock_options& options)
{
    return options.lock_dir.empty() ? default_lock_dir()
                                    : std::filesystem::absolute(options.lock_dir).string();
}

void print_json(const std::string& directory, const std::vector<lock_status>& locks)
{
    boost::json::object result;
    result["lock_dir"] = is_utf8(directory) ? directory : printable(directory);
    boost::json::array& array = result["locks"].emplace_array();
    for (const lock_status& lock : locks)
    {
        boost::json::object object = to_json(lock);
        // Nobody was asked to prove anything.
        object.erase("verified");
        if (lock.error)
            object["error"] = lock.error.message();
        array.push_back(std::move(object));
    }
    std::cout << boost::json::serialize(result) << '\n';
}

void print_table(const std::vector<lock_status>& locks)
{
    using row = std::array<std::string, 5>;
    std::vector<row> rows;
    rows.push_back({"NAME", "STATE", "PID", "PORT", "SINCE"});
    for (const lock_status& lock : locks)
    {
        if (lock.state == lock_state::unknown)
            rows.push_back({printable(lock.name), "unknown"});
        else if (lock.state == lock_state::free)
            rows.push_back({printable(lock.name), "free"});
        else
            rows.push_back(
                {printable(lock.name),
                 "held",
                 std::to_string(lock.holder->pid) +
                     (lock.holder->in_other_pid_namespace ? "*" : ""),
                 lock.holder->port != 0 ? std::to_string(lock.holder->port) : "-",
                 to_iso8601(lock.holder->since)}
            );
    }

    std::array<std::size_t, 5> widths{};
    for (const row& r : rows)
    {
        for (std::size_t i = 0; i < r.size(); ++i)
            widths[i] = std::max(widths[i], columns_of(r[i]));
    }
    for (const row& r : rows)
    {
        std::string line;
        std::size_t gap = 0;
        for (std::size_t i = 0; i < r.size(); ++i)
        {
            if (!r[i].empty())
                line.append(gap, ' ').append(r[i]);
            gap = widths[i] - columns_of(r[i]) + 2;
        }
        std::cout << line << '\n';
    }
}

}  // namespace

int list(const list_request& request)
{
    const lock_options options = options_of(request.common);
    const std::string directory = directory_of(options);
    error_code ec;
    const std::vector<lock_status> locks = list_locks(options, ec);
    if (ec)
    {
        const std::string why = explain(ec, {}, options);
        const message m{printable(directory) + ": " + printable(why), exit_code::of(ec), {}, {}};
        report(m, request.common.json);
        return m.exit_code;
    }
    if (request.common.json)
        print_json(directory, locks);
    else if (!locks.empty())
        print_table(locks);
    else
        report({"there are no locks in " + printable(directory), 0, {}, {}}, false);

    int result = 0;
    for (const lock_status& lock : locks)
    {
        if (!lock.error)
            continue;
        const message m = error_message(
            lock.error,
            lock.name,
            lock.path,
            {},
            explain(lock.error, lock.name, options)
        );
        result = m.exit_code;
        report(m, request.common.json);
    }
    return result;
}

}  // namespace socketlock::tool
