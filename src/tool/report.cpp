// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#include "report.hpp"

#include <socketlock/error.hpp>

#include <boost/json/serialize.hpp>

#include <iostream>
#include <sstream>

#include "exit_code.hpp"
#include "text.hpp"

namespace socketlock::tool {

namespace json = boost::json;

namespace {

// JSON is UTF-8; a path may not be.
json::string json_text(const std::string& text)
{
    return json::string(is_utf8(text) ? text : printable(text));
}

void add_holder(json::object& object, const holder_info& holder)
{
    object["pid"] = holder.pid;
    object["other_pid_namespace"] = holder.in_other_pid_namespace;
    object["port"] = holder.port;
    object["since"] = to_iso8601(holder.since);
    object["fencing_token"] = holder.fencing_token;
    object["host"] = json_text(holder.host);
    object["executable"] = json_text(holder.executable);
    object["verified"] = holder.verified;
}

}  // namespace

void report(const message& m, bool as_json)
{
    if (!as_json)
    {
        std::cerr << "socketlock: " + m.text + '\n';
        return;
    }
    json::object object;
    object["message"] = json_text(m.text);
    object["exit_code"] = m.exit_code;
    if (!m.name.empty())
        object["name"] = json_text(m.name);
    if (m.holder)
        add_holder(object["holder"].emplace_object(), *m.holder);
    std::cerr << json::serialize(object) + '\n';
}

message error_message(
    const error_code& ec,
    const std::string& name,
    const std::string& path,
    const std::optional<holder_info>& holder,
    const std::string& explanation
)
{
    message m;
    m.name = name;
    m.holder = holder;
    m.exit_code = exit_code::of(ec);
    if (ec == errc::held)
        m.text = held_text(name, holder);
    else if (ec == errc::presence_unreadable && holder)
        m.text = held_text(name, holder) + ", unverified: " + printable(explanation);
    else if (ec == errc::invalid_name)
        m.text = '\'' + printable(name) + "': " + ec.message();
    else
    {
        m.text = printable(name) + ": " + printable(explanation);
        if (!path.empty() && explanation.find(path) == explanation.npos)
            m.text += " (lock file " + printable(path) + ')';
    }
    return m;
}

std::string held_text(const std::string& name, const std::optional<holder_info>& holder)
{
    return printable(name) + " is held by " +
           (holder ? to_string(*holder) : std::string("a process that cannot be identified"));
}

std::string to_text(std::chrono::duration<double> time)
{
    std::ostringstream text;
    text << time.count() << " s";
    return text.str();
}

json::object to_json(const lock_status& lock)
{
    json::object object;
    object["name"] = json_text(lock.name);
    if (lock.state == lock_state::unknown)
        object["held"] = nullptr;
    else
        object["held"] = lock.state == lock_state::held;
    if (lock.holder)
        add_holder(object, *lock.holder);
    object["lock_file"] = json_text(lock.path);
    return object;
}

}  // namespace socketlock::tool
