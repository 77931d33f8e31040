// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// A lock directory that this process uses.

#ifndef SOCKETLOCK_DETAIL_QUEUE_LOCK_DIRECTORY_HPP
#define SOCKETLOCK_DETAIL_QUEUE_LOCK_DIRECTORY_HPP

#include <socketlock/config.hpp>
#include <socketlock/detail/common/id.hpp>
#include <socketlock/detail/platform/directory.hpp>
#include <socketlock/detail/record/presence.hpp>
#include <socketlock/detail/record/presence_tester.hpp>
#include <socketlock/detail/record/record_cache.hpp>

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>

namespace socketlock::detail {

/// A lock directory, and this process's presence in it.
struct lock_directory : std::enable_shared_from_this<lock_directory>
{
    /// Makes sure that the presence is in place and locked. Thread-safe.
    SOCKETLOCK_DECL presence_state ensure_presence(error_code& ec);

    directory_choice choice;
    /// Guards `own`.
    std::mutex mutex;
    presence own;
    /// Set once `own` has been made.
    id128 presence_id;
    std::string presence_name;
    std::uint16_t port = 0;
    record_cache records;
    presence_tester others;
};

}  // namespace socketlock::detail

#endif
