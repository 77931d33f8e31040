// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#ifndef SOCKETLOCK_DETAIL_RECORD_HOLDER_LOOKUP_IPP
#define SOCKETLOCK_DETAIL_RECORD_HOLDER_LOOKUP_IPP

#include <socketlock/detail/platform/directory.hpp>
#include <socketlock/detail/platform/process_identity.hpp>
#include <socketlock/detail/record/decision.hpp>
#include <socketlock/detail/record/holder_lookup.hpp>
#include <socketlock/detail/record/lock_file.hpp>
#include <socketlock/detail/record/presence.hpp>

#include <algorithm>
#include <chrono>

namespace socketlock::detail {

SOCKETLOCK_DECL record find_record(const lock_address& where, error_code& ec)
{
    check_directory(where.directory(), ec);
    return ec ? record() : query_record(where.path(), where.lock_name(), ec);
}

SOCKETLOCK_DECL holder_info describe_holder(const record& r, const std::optional<claim_ref>& who)
{
    holder_info info;
    info.name = r.name;
    info.pid = who ? who->pid : r.v1_pid.value_or(0);
    info.port = r.port;
    // Whoever the lock is reserved for has none yet.
    if (!who || r.holder == who)
        info.fencing_token = r.fencing_token;
    // Anybody may have written any number there: no more than the clock can count, roughly.
    const std::chrono::duration<double> since(std::clamp(r.timestamp, -9e9, 9e9));
    info.since = std::chrono::system_clock::time_point(
        std::chrono::duration_cast<std::chrono::system_clock::duration>(since)
    );
    return info;
}

inline bool may_be_alive(const std::string& directory, const claim_ref& who)
{
    error_code ec;
    return find_own_presence(who.presence) || test_presence(directory, who, ec) != liveness::dead;
}

SOCKETLOCK_DECL void add_presence(holder_info& info, const presence_info& presence)
{
    info.host = presence.host;
    info.executable = presence.executable;
    info.in_other_pid_namespace = is_other_pid_namespace(presence.pid_namespace);
}

SOCKETLOCK_DECL void add_presence(
    holder_info& info,
    const std::string& directory,
    const claim_ref& who
)
{
    error_code ec;
    std::optional<presence_info> presence = find_own_presence(who.presence);
    if (!presence)
        presence = read_presence(directory, who, ec);
    if (!ec)
        add_presence(info, *presence);
}

SOCKETLOCK_DECL std::optional<claim_ref> find_living_claim(
    const std::string& directory,
    const record& r
)
{
    if (r.holder && may_be_alive(directory, *r.holder))
        return r.holder;
    const bool is_reserved = r.next &&
                             !is_stale(*r.next, microseconds(std::chrono::system_clock::now()));
    if (is_reserved && may_be_alive(directory, r.next->who))
        return r.next->who;
    return std::nullopt;
}

SOCKETLOCK_DECL std::optional<holder_info> find_living_holder(
    const std::string& directory,
    const record& r
)
{
    if (r.v1_pid && *r.v1_pid != 0)
        return describe_holder(r, std::nullopt);
    const auto who = find_living_claim(directory, r);
    if (!who)
        return std::nullopt;
    holder_info info = describe_holder(r, who);
    add_presence(info, directory, *who);
    return info;
}

SOCKETLOCK_DECL bool is_free_though_corrupt(const std::string& directory)
{
    return !any_presence_alive(directory, id128());
}

SOCKETLOCK_DECL std::optional<holder_info> find_holder(const lock_address& where, error_code& ec)
{
    const record r = find_record(where, ec);
    return ec ? std::nullopt : find_living_holder(where.directory().path, r);
}

}  // namespace socketlock::detail

#endif
