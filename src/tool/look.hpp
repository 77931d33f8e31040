// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// A look at a lock that costs a few system calls: no handshake, no thread, nothing is changed. Not
// for a process that uses the lock itself.

#ifndef SOCKETLOCK_TOOL_LOOK_HPP
#define SOCKETLOCK_TOOL_LOOK_HPP

#include <socketlock/config.hpp>
#include <socketlock/detail/record/lock_address.hpp>
#include <socketlock/holder_info.hpp>

#include <optional>
#include <string>

namespace socketlock::tool {

/// Who holds the lock, unverified; nullopt if nobody does. While another process changes the record
/// it waits, for 5 seconds at most: then guard_timeout. no_such_file_or_directory if there is no
/// such lock file: nobody has used the lock yet, or somebody has removed it.
std::optional<holder_info> look(const detail::lock_address& where, error_code& ec);

/// The name in a lock file's record; empty for a fresh file. Waits as `look` does.
/// Errors: as `decode_record`, except name_mismatch.
std::string name_in_record(const std::string& path, error_code& ec);

}  // namespace socketlock::tool

#endif
