// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// Records that the test writes, by the library's decisions.

#ifndef SOCKETLOCK_TEST_PROCESS_RECORD_EDITS_HPP
#define SOCKETLOCK_TEST_PROCESS_RECORD_EDITS_HPP

#include <socketlock/detail/record/decision.hpp>
#include <socketlock/detail/record/record.hpp>

#include <cstdint>
#include <functional>
#include <string>

namespace test {

/// The record of a lock, as it is and as a transaction leaves it.
socketlock::detail::record record_of(const std::string& path);
socketlock::detail::record edit_record(
    const std::string& path,
    const std::function<void(socketlock::detail::record&)>& change
);

/// Makes a claim the holder of a lock; the fencing token.
std::uint64_t make_holder(const std::string& path, const socketlock::detail::claim_contact& c);
void make_free(const std::string& path);
/// The claim that holds the lock unlocks it for a waiter.
void reserve(
    const std::string& path,
    const socketlock::detail::claim_contact& holder,
    const socketlock::detail::queued_claim& next
);
bool is_held_by(const std::string& path, const socketlock::detail::claim_contact& c);
bool is_reserved_for(const std::string& path, const socketlock::detail::claim_contact& c);
/// Nobody holds it, and it is nobody's turn.
bool is_free(const std::string& path);

}  // namespace test

#endif
