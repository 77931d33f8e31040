// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// Who holds a lock, by its record and the holder's presence: nobody is asked to prove anything, and
// nothing is created or changed.

#ifndef SOCKETLOCK_DETAIL_RECORD_HOLDER_LOOKUP_HPP
#define SOCKETLOCK_DETAIL_RECORD_HOLDER_LOOKUP_HPP

#include <socketlock/config.hpp>
#include <socketlock/detail/record/lock_address.hpp>
#include <socketlock/detail/record/presence_info.hpp>
#include <socketlock/detail/record/record.hpp>
#include <socketlock/holder_info.hpp>

#include <optional>
#include <string>

namespace socketlock::detail {

/// Checks the lock's directory and reads its record as `query_record` does.
SOCKETLOCK_DECL record find_record(const lock_address& where, error_code& ec);

/// What a record says of `who`, the holder or the claim that the lock is reserved for; none: of a
/// holder of version 1.
SOCKETLOCK_DECL holder_info describe_holder(const record& r, const std::optional<claim_ref>& who);

/// Adds to a description what the presence of `who` says.
SOCKETLOCK_DECL void add_presence(
    holder_info& info,
    const std::string& directory,
    const claim_ref& who
);
/// The same of a presence that was read.
SOCKETLOCK_DECL void add_presence(holder_info& info, const presence_info& presence);

/// The holder that a record in `directory` names, or else the claim that the lock is reserved for,
/// if it lives or cannot be tested. May be asked of this process's own locks.
SOCKETLOCK_DECL std::optional<claim_ref> find_living_claim(
    const std::string& directory,
    const record& r
);

/// The same with what its presence says; nullopt if nobody holds.
SOCKETLOCK_DECL std::optional<holder_info> find_living_holder(
    const std::string& directory,
    const record& r
);

/// True if a record that cannot be read is that of a free lock, since no process lives that could
/// hold it: whoever tries takes it. May be asked of this process's own directories; it counts
/// itself among those that live.
SOCKETLOCK_DECL bool is_free_though_corrupt(const std::string& directory);

/// Both at once: who holds the lock.
SOCKETLOCK_DECL std::optional<holder_info> find_holder(const lock_address& where, error_code& ec);

}  // namespace socketlock::detail

#endif
