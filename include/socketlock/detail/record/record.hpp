// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// The record: what the lock file says of its lock.

#ifndef SOCKETLOCK_DETAIL_RECORD_RECORD_HPP
#define SOCKETLOCK_DETAIL_RECORD_RECORD_HPP

#include <socketlock/config.hpp>
#include <socketlock/detail/common/id.hpp>

#include <boost/json/object.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace socketlock::detail {

/// The version of the record that this library writes and understands.
inline constexpr std::int64_t record_version = 2;

/// A claim, and the presence and process that it lives in.
struct claim_ref
{
    id128 claim;
    id128 presence;
    /// As its process sees it; 0 if it is not known.
    std::int64_t pid = 0;

    friend bool operator==(const claim_ref& a, const claim_ref& b) noexcept
    {
        return a.claim == b.claim && a.presence == b.presence;
    }
};

/// The claim whose turn it is; it does not own the lock yet.
struct reservation
{
    claim_ref who;
    std::uint64_t ticket = 0;
    /// When it was made: microseconds since 1970 by the wall clock.
    std::uint64_t since = 0;
};

/// A waiter that cannot connect to the claim before it.
struct parked_waiter
{
    claim_ref who;
    std::uint64_t ticket = 0;
};

struct record
{
    std::string name;
    /// The holder's, or that of the claim that the lock is reserved for; 0 if that is not known.
    std::uint16_t port = 0;
    /// When the holder got the lock, or it was reserved; seconds since 1970.
    double timestamp = 0;
    std::uint64_t fencing_token = 0;
    /// 0 only in a fresh record.
    std::uint64_t next_ticket = 0;
    std::optional<claim_ref> holder;
    std::optional<reservation> next;
    std::optional<parked_waiter> parked;
    /// Who queued last.
    std::optional<claim_ref> tail;
    /// Set instead of `holder` if socketlock version 1 wrote the record: the pid of its holder.
    std::optional<std::int64_t> v1_pid;
    /// Fields of others, at the top and in "socketlock", that a rewrite keeps.
    boost::json::object others;
    boost::json::object our_others;
};

/// A record is padded to this size, and no longer one is read: one block, allocated when the file
/// is created, so that a full disk cannot hit a later transaction.
inline constexpr std::size_t record_size = 4096;

/**
 * Reads a record. Empty, blank or zeroed text is the record of a fresh file, named `name`.
 * Errors: corrupt_record, also if the fencing token or the ticket cannot grow any more;
 * newer_record, name_mismatch.
 */
SOCKETLOCK_DECL record decode_record(std::string_view text, std::string_view name, error_code& ec);

}  // namespace socketlock::detail

#endif
