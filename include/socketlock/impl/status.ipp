// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#ifndef SOCKETLOCK_IMPL_STATUS_IPP
#define SOCKETLOCK_IMPL_STATUS_IPP

#include <socketlock/detail/platform/directory.hpp>
#include <socketlock/detail/record/explanation.hpp>
#include <socketlock/detail/record/holder_lookup.hpp>
#include <socketlock/detail/record/lock_address.hpp>
#include <socketlock/detail/record/lock_file.hpp>
#include <socketlock/detail/record/lock_name.hpp>
#include <socketlock/error.hpp>
#include <socketlock/status.hpp>

#include <algorithm>
#include <chrono>
#include <string_view>
#include <thread>
#include <utility>

namespace socketlock {
namespace detail {

// Calls `query()`, which sets `ec`, again as long as somebody else has the lock file's guard: for
// microseconds, unless it has been stopped.
template <class Query>
record while_guarded(Query query, const error_code& ec)
{
    static constexpr std::chrono::microseconds pause(200);
    const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(5);
    record r = query();
    while (ec == boost::system::errc::resource_unavailable_try_again &&
           std::chrono::steady_clock::now() < limit)
    {
        std::this_thread::sleep_for(pause);
        r = query();
    }
    return r;
}

inline bool is_missing(const error_code& ec)
{
    return ec == boost::system::errc::no_such_file_or_directory;
}

// Completes a status by what came of reading the record. `heals()` tells whether whoever tries to
// lock makes a new record of one that cannot be read.
template <class Heals>
void set_state(
    lock_status& s,
    const std::string& directory,
    const record& r,
    error_code ec,
    Heals heals
)
{
    if (ec == boost::system::errc::resource_unavailable_try_again)
        ec = errc::guard_timeout;
    if (ec == errc::corrupt_record && heals())
        ec.clear();
    s.has_lock_file = !ec;
    if (!ec)
        s.holder = find_living_holder(directory, r);
    if (!ec || is_missing(ec))
        s.state = s.holder ? lock_state::held : lock_state::free;
    else
        s.error = ec;
}

inline constexpr std::string_view lock_suffix = ".lock";

inline bool is_lock_file_name(std::string_view name)
{
    return name.size() > 1 + lock_suffix.size() && name.front() == '.' &&
           name.substr(name.size() - lock_suffix.size()) == lock_suffix;
}

// What `lock_file_name` has encoded, as far as it can be told.
inline std::string decode_lock_file_name(std::string_view file_name)
{
    std::string_view encoded = file_name.substr(1, file_name.size() - 1 - lock_suffix.size());
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

template <class Heals>
lock_status status_of_file(const std::string& directory, const std::string& file_name, Heals heals)
{
    lock_status result;
    result.path = directory + '/' + file_name;
    error_code ec;
    const record r = while_guarded([&] { return query_record(result.path, {}, ec); }, ec);
    // The file's name cannot always be decoded: rather see whether the record's encodes to it.
    if (ec == errc::name_mismatch && is_valid_lock_name(r.name))
    {
        const std::string expected = lock_file_name(r.name, ec);
        // Else it is a copy, or was renamed.
        if (!ec && expected != file_name)
            ec = errc::name_mismatch;
    }
    result.name = ec || r.name.empty() ? decode_lock_file_name(file_name) : r.name;
    set_state(result, directory, r, ec, heals);
    return result;
}

inline std::vector<std::string> lock_file_names(const directory_choice& directory, error_code& ec)
{
    std::vector<std::string> names;
    check_directory(directory, ec);
    if (!ec)
    {
        list_directory(
            directory.path,
            [&](const std::string& name) {
                if (is_lock_file_name(name))
                    names.push_back(name);
                return true;
            },
            ec
        );
    }
    if (is_missing(ec))
        ec.clear();
    return names;
}

}  // namespace detail

SOCKETLOCK_DECL lock_status
status(const std::string& name, const lock_options& options, error_code& ec)
{
    lock_status result;
    result.name = name;
    try
    {
        const detail::lock_address where(name, options);
        result.path = where.path();
        const detail::record r = detail::while_guarded(
            [&] { return detail::find_record(where, ec); },
            ec
        );
        const std::string directory = where.directory().path;
        detail::set_state(result, directory, r, ec, [&] {
            return detail::is_free_though_corrupt(directory);
        });
    }
    catch (const lock_error& e)
    {
        result.error = e.code();
    }
    ec = result.error;
    return result;
}

SOCKETLOCK_DECL lock_status status(const std::string& name, const lock_options& options)
{
    error_code ec;
    lock_status result = status(name, options, ec);
    if (ec)
        throw lock_error(ec, name, {}, explain(ec, name, options));
    return result;
}

SOCKETLOCK_DECL std::vector<lock_status> list_locks(const lock_options& options, error_code& ec)
{
    const auto directory = detail::choose_directory(options.lock_dir);
    std::vector<lock_status> locks;
    // Looked at once, however many records cannot be read.
    std::optional<bool> heals;
    const auto do_heal = [&] {
        if (!heals)
            heals = detail::is_free_though_corrupt(directory.path);
        return *heals;
    };
    for (const std::string& file_name : detail::lock_file_names(directory, ec))
    {
        lock_status found = detail::status_of_file(directory.path, file_name, do_heal);
        // Not one that was removed since.
        if (found.has_lock_file || found.error)
            locks.push_back(std::move(found));
    }
    std::sort(locks.begin(), locks.end(), [](const lock_status& a, const lock_status& b) {
        return a.name < b.name;
    });
    return locks;
}

SOCKETLOCK_DECL std::vector<lock_status> list_locks(const lock_options& options)
{
    error_code ec;
    auto result = list_locks(options, ec);
    if (ec)
    {
        const auto directory = detail::choose_directory(options.lock_dir);
        throw lock_error(ec, directory.path, {}, detail::explain_error(ec, directory));
    }
    return result;
}

SOCKETLOCK_DECL std::string explain(
    const error_code& ec,
    const std::string& name,
    const lock_options& options
)
{
    if (!name.empty())
    {
        try
        {
            return detail::explain_error(ec, detail::lock_address(name, options));
        }
        catch (const lock_error&)
        {
            // There is no such lock.
        }
    }
    return detail::explain_error(ec, detail::choose_directory(options.lock_dir));
}

}  // namespace socketlock

#endif
