// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// The lock directories that this process uses.

#ifndef SOCKETLOCK_DETAIL_PROCESS_DIRECTORIES_HPP
#define SOCKETLOCK_DETAIL_PROCESS_DIRECTORIES_HPP

#include <socketlock/config.hpp>
#include <socketlock/detail/common/id.hpp>
#include <socketlock/detail/platform/directory.hpp>
#include <socketlock/detail/queue/lock_directory.hpp>

#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace socketlock::detail {

/// Thread-safe.
class directories
{
public:
    /// The directory that is known by this path, or that has this id, else null.
    SOCKETLOCK_DECL std::shared_ptr<lock_directory> find(
        const directory_choice& choice,
        const file_id& id
    );

    /// The directory in which this process has the presence with this id, else null.
    SOCKETLOCK_DECL std::shared_ptr<lock_directory> find(const id128& presence_id);

    /// Adds a directory with a new presence, which tells others this port of this address.
    SOCKETLOCK_DECL std::shared_ptr<lock_directory> add(
        const directory_choice& choice,
        const file_id& id,
        std::uint16_t port,
        const char* address,
        const file_permissions& permissions,
        error_code& ec
    );

    /// Removes the presences: the process uses no lock any more.
    SOCKETLOCK_DECL void remove_presences() noexcept;

private:
    std::mutex mutex_;
    std::map<std::string, std::shared_ptr<lock_directory>> known_;
};

}  // namespace socketlock::detail

#endif
