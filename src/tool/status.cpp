// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#include <socketlock/process_lock.hpp>

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

}  // namespace

int status(const status_request& request)
{
    asio::io_context context;
    process_lock lock(context, request.name, options_of(request.common));
    error_code ec;
    const auto holder = lock.holder(ec);
    if (ec)
    {
        const message m = error_message(ec, lock.name(), lock.path(), holder);
        report(m, request.common.json);
        return m.exit_code;
    }
    if (request.common.json)
        std::cout << boost::json::serialize(to_json(lock.name(), lock.path(), holder)) << '\n';
    else if (holder)
        std::cout << held_text(lock.name(), holder) << '\n' << describe(*holder, lock.path());
    else
        std::cout << printable(lock.name()) << " is free\n";
    return holder ? 0 : exit_code::free;
}

}  // namespace socketlock::tool
