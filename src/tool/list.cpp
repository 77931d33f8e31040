// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#include <socketlock/detail/platform/directory.hpp>
#include <socketlock/detail/record/lock_address.hpp>
#include <socketlock/detail/record/lock_name.hpp>
#include <socketlock/error.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <array>
#include <iostream>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "commands.hpp"
#include "look.hpp"
#include "report.hpp"
#include "text.hpp"

namespace socketlock::tool {

namespace {

struct found_lock
{
    std::string name;
    std::string path;
    std::optional<holder_info> holder;
    error_code ec;
};

bool is_lock_file_name(std::string_view name)
{
    static constexpr std::string_view end = ".lock";
    return name.size() > 1 + end.size() && name.front() == '.' &&
           name.substr(name.size() - end.size()) == end;
}

// The text between the dot and ".lock", percent-decoded.
std::string decode_file_name(std::string_view file_name)
{
    std::string_view encoded = file_name.substr(1, file_name.size() - 6);
    const auto digit = [](char c) { return std::string_view("0123456789abcdef").find(c); };
    std::string name;
    while (!encoded.empty())
    {
        const bool is_escape = encoded.size() >= 3 && encoded[0] == '%' &&
                               digit(encoded[1]) != encoded.npos &&
                               digit(encoded[2]) != encoded.npos;
        name += is_escape ? static_cast<char>(digit(encoded[1]) * 16 + digit(encoded[2]))
                          : encoded[0];
        encoded.remove_prefix(is_escape ? 3 : 1);
    }
    return name;
}

found_lock examine(const lock_options& options, const std::string& path)
{
    const std::string file_name = path.substr(path.find_last_of('/') + 1);
    found_lock found;
    found.path = path;
    found.name = name_in_record(path, found.ec);
    if (found.ec || found.name.empty())
    {
        found.name = decode_file_name(file_name);
        return found;
    }
    if (detail::is_valid_lock_name(found.name))
    {
        const detail::lock_address where(found.name, options);
        if (where.file_name() == file_name)
        {
            found.holder = look(where, found.ec);
            if (found.ec == boost::system::errc::no_such_file_or_directory)
                found.ec.clear();
            return found;
        }
    }
    // A copy, or renamed.
    found.name = decode_file_name(file_name);
    found.ec = errc::name_mismatch;
    return found;
}

// The locks of a directory by name; none if it does not exist.
std::vector<found_lock> find_locks(
    const lock_options& options,
    const detail::directory_choice& directory,
    error_code& ec
)
{
    std::vector<found_lock> locks;
    std::vector<std::string> file_names;
    detail::check_directory(directory, ec);
    if (!ec)
    {
        detail::list_directory(
            directory.path,
            [&](const std::string& name) {
                if (is_lock_file_name(name))
                    file_names.push_back(name);
                return true;
            },
            ec
        );
    }
    if (ec == boost::system::errc::no_such_file_or_directory)
        ec.clear();
    for (const std::string& file_name : file_names)
    {
        found_lock found = examine(options, directory.path + '/' + file_name);
        // Removed in between.
        if (found.ec != boost::system::errc::no_such_file_or_directory)
            locks.push_back(std::move(found));
    }
    std::sort(locks.begin(), locks.end(), [](const found_lock& a, const found_lock& b) {
        return a.name < b.name;
    });
    return locks;
}

void print_json(const detail::directory_choice& directory, const std::vector<found_lock>& locks)
{
    boost::json::object result;
    result["lock_dir"] = is_utf8(directory.path) ? directory.path : printable(directory.path);
    boost::json::array& array = result["locks"].emplace_array();
    for (const found_lock& lock : locks)
    {
        boost::json::object object = to_json(lock.name, lock.path, lock.holder);
        // No holder was asked for a proof.
        object.erase("verified");
        if (lock.ec)
        {
            object["held"] = nullptr;
            object["error"] = lock.ec.message();
        }
        array.push_back(std::move(object));
    }
    std::cout << boost::json::serialize(result) << '\n';
}

void print_table(const std::vector<found_lock>& locks)
{
    using row = std::array<std::string, 5>;
    std::vector<row> rows;
    rows.push_back({"NAME", "STATE", "PID", "PORT", "SINCE"});
    for (const found_lock& lock : locks)
    {
        if (lock.ec)
            rows.push_back({printable(lock.name), "unknown"});
        else if (!lock.holder)
            rows.push_back({printable(lock.name), "free"});
        else
            rows.push_back(
                {printable(lock.name),
                 "held",
                 std::to_string(lock.holder->pid),
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
    const auto directory = detail::choose_directory(options.lock_dir);
    error_code ec;
    const std::vector<found_lock> locks = find_locks(options, directory, ec);
    if (ec)
    {
        const message m{printable(directory.path) + ": " + ec.message(), exit_code::of(ec), {}, {}};
        report(m, request.common.json);
        return m.exit_code;
    }
    if (request.common.json)
        print_json(directory, locks);
    else if (!locks.empty())
        print_table(locks);
    else
        report({"there are no locks in " + printable(directory.path), 0, {}, {}}, false);

    int result = 0;
    for (const found_lock& lock : locks)
    {
        if (!lock.ec)
            continue;
        const message m = error_message(lock.ec, lock.name, lock.path, {});
        result = m.exit_code;
        report(m, request.common.json);
    }
    return result;
}

}  // namespace socketlock::tool
