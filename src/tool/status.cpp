// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#include <socketlock/process_lock.hpp>
#include <socketlock/status.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/json/serialize.hpp>

#include <iostream>

#include "commands.hpp"
#include "report.hpp"
#include "text.hpp"

namespace socketlock::tool {

namespace {

std::string describe(const holder_info& holder, const std::string& path)
{
    const auto line = [](const char* label, const std::string& value) {
        return value.empty() ? std::string() : "  " + (label + printable(value)) + '\n';
    };
    return line(
               "verified:      ",
               holder.verified ? "yes, by a handshake" : "no, it did not answer"
           ) +
           line("program:       ", holder.executable) + line("host:          ", holder.host) +
           line("fencing token: ", std::to_string(holder.fencing_token)) +
           line("lock file:     ", path);
}

// Has the holder prove itself. By now it may be another one, or nobody.
void verify(lock_status& lock, const lock_options& options, error_code& ec)
{
    asio::io_context context;
    lock.holder = process_lock(context, lock.name, options).holder(ec);
    lock.state = lock.holder ? lock_state::held : lock_state::free;
}

}  // namespace

int status(const status_request& request)
{
    const lock_options options = options_of(request.common);
    error_code ec;
    lock_status lock = socketlock::status(request.name, options, ec);
    if (lock.state == lock_state::held)
        verify(lock, options, ec);
    if (ec)
    {
        const message m = error_message(
            ec,
            lock.name,
            lock.path,
            lock.holder,
            explain(ec, lock.name, options)
        );
        report(m, request.common.json);
        return m.exit_code;
    }
    if (request.common.json)
        std::cout << boost::json::serialize(to_json(lock)) << '\n';
    else if (lock.holder)
        std::cout << held_text(lock.name, lock.holder) << '\n' << describe(*lock.holder, lock.path);
    else
        std::cout << printable(lock.name) << " is free\n";
    return lock.holder ? 0 : exit_code::free;
}

}  // namespace socketlock::tool
