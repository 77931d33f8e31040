// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#ifndef SOCKETLOCK_DETAIL_RECORD_EXPLANATION_IPP
#define SOCKETLOCK_DETAIL_RECORD_EXPLANATION_IPP

#include <socketlock/detail/platform/access.hpp>
#include <socketlock/detail/record/explanation.hpp>
#include <socketlock/detail/record/holder_lookup.hpp>
#include <socketlock/detail/record/presence.hpp>
#include <socketlock/error.hpp>

#include <utility>

namespace socketlock::detail {

inline std::string describe_rule(directory_rule rule)
{
    switch (rule)
    {
    case directory_rule::option:
        return "the lock directory is named by lock_dir or --lock-dir";
    case directory_rule::environment:
        return "the lock directory is named by SOCKETLOCK_DIR";
    case directory_rule::runtime_directory:
        return "the lock directory is the default one in XDG_RUNTIME_DIR";
    case directory_rule::temporary_directory:
        return "the lock directory is the default one for temporary files, since XDG_RUNTIME_DIR "
               "names no directory of this user's";
    }
    return {};
}

inline bool concerns_directory(const error_code& ec)
{
    return ec == errc::insecure_directory || ec == errc::directory_missing ||
           ec == errc::not_a_directory || ec == errc::permission_denied ||
           ec == errc::presence_unreadable || ec == errc::read_only_file_system ||
           ec == errc::no_space || ec == errc::locking_unsupported;
}

inline std::string describe_cause(
    const error_code& ec,
    const directory_choice& directory,
    const std::string& lock_file
)
{
    std::string cause;
    if (ec == errc::insecure_directory)
        cause = describe_insecurity(directory);
    else if (ec == errc::permission_denied)
        cause = find_obstacle(directory.path, lock_file);
    return cause;
}

// The presence of whoever holds the lock, or has its turn.
inline std::string describe_presence(const lock_address& where)
{
    error_code ec;
    const record r = find_record(where, ec);
    const std::string directory = where.directory().path;
    const auto who = ec ? std::nullopt : find_living_claim(directory, r);
    return who ? describe_access(directory + '/' + presence_file_name(who->presence))
               : std::string();
}

inline std::string message_with(
    const error_code& ec,
    const directory_choice& directory,
    std::string cause
)
{
    if (!concerns_directory(ec))
        return ec.message();
    if (!cause.empty())
        cause += "; this process runs as " + describe_this_user() + "; ";
    return ec.message() + " (" + cause + describe_rule(directory.rule) + ')';
}

SOCKETLOCK_DECL std::string explain_error(const error_code& ec, const lock_address& where)
{
    const directory_choice directory = where.directory();
    return message_with(
        ec,
        directory,
        ec == errc::presence_unreadable ? describe_presence(where)
                                        : describe_cause(ec, directory, where.path())
    );
}

SOCKETLOCK_DECL std::string explain_error(const error_code& ec, const directory_choice& directory)
{
    return message_with(ec, directory, describe_cause(ec, directory, {}));
}

}  // namespace socketlock::detail

#endif
