// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// Presences: the files that prove which processes live, and tell how to reach them.

#ifndef SOCKETLOCK_DETAIL_RECORD_PRESENCE_HPP
#define SOCKETLOCK_DETAIL_RECORD_PRESENCE_HPP

#include <socketlock/config.hpp>
#include <socketlock/detail/common/id.hpp>
#include <socketlock/detail/platform/file.hpp>
#include <socketlock/detail/record/decision.hpp>
#include <socketlock/detail/record/presence_info.hpp>

#include <optional>
#include <string>

namespace socketlock::detail {

/// The name of a presence's file.
SOCKETLOCK_DECL std::string presence_file_name(const id128& id);

/// What a process finds of its own presence.
enum class presence_state
{
    /// It is in place and locked (perhaps locked again).
    intact,
    /// Somebody had removed the file. It is back; until then others could take us for dead.
    restored,
    /// Other code of the process had closed its descriptor and so dropped its locks: others may
    /// have taken us for dead. There is a new file with the same name.
    lost,
};

/// This process's own presence in one directory. It is locked as long as the object lives; the
/// file is removed by `remove` and otherwise left to those who find it dead.
class presence
{
public:
    presence() = default;
    presence(presence&&) = delete;
    SOCKETLOCK_DECL ~presence();

    /// Creates it under a temporary name, locks it, writes it and only then gives it its name, so
    /// that no one ever sees it without its lock. That proves that the process lives. Where there
    /// is no space for more it says nothing yet: others cannot connect then.
    SOCKETLOCK_DECL void create(
        const std::string& directory,
        presence_info info,
        const file_permissions& permissions,
        error_code& ec
    );

    bool exists() const noexcept { return static_cast<bool>(file_); }
    const presence_info& info() const noexcept { return info_; }

    /// True if the directory still holds it.
    SOCKETLOCK_DECL bool in_place() const noexcept;

    /// Makes sure that it is in place and locked; with an error it is not.
    SOCKETLOCK_DECL presence_state ensure(error_code& ec);

    /// Lets those in who may read a lock file of these permissions.
    SOCKETLOCK_DECL void widen_permissions(const file_permissions& permissions);

    SOCKETLOCK_DECL void remove() noexcept;

private:
    friend struct own_presences;

    file file_;
    std::string directory_;
    std::string path_;
    presence_info info_;
    /// False if there was no space for all of what it says.
    bool is_complete_ = false;
    unsigned permissions_ = 0;
    /// True if `permissions_` lets those in whom the usual ones would.
    bool is_usual_ = false;
};

/// What the presence `id` says, if it is one that this process has locked itself: that must not be
/// opened, since closing a file drops the locks that the process has on it.
SOCKETLOCK_DECL std::optional<presence_info> find_own_presence(const id128& id);

/**
 * Tells whether the process `p` lives whose presence is in `directory`. With `unknown`, `why` says
 * why it could not be tested. One for which `find_own_presence` finds something must not be asked
 * for. Presences of a second copy of the library in the process are known by `p.pid` and not
 * opened. If the file is locked, by whose lock alone the process is known to live, it is moved to
 * `locked`, which may be null.
 */
SOCKETLOCK_DECL liveness test_presence(
    const std::string& directory,
    const claim_ref& p,
    error_code& why,
    file* locked = nullptr
);

/// Reads somebody else's presence. `presence_unreadable` if it may not, or must not, be opened, or
/// if there was no space for all that it says.
SOCKETLOCK_DECL presence_info
read_presence(const std::string& directory, const claim_ref& p, error_code& ec);

/// Removes the presence of a process that was proved dead.
SOCKETLOCK_DECL void remove_dead_presence(const std::string& directory, const id128& id);

/// Removes some dead presences, and temporary ones that are more than a minute old. `own`, which
/// this process has locked itself, is spared.
SOCKETLOCK_DECL void remove_dead_presences(const std::string& directory, const id128& own);

/// True if a presence in the directory is alive or cannot be tested, `own` not counted.
SOCKETLOCK_DECL bool any_presence_alive(const std::string& directory, const id128& own);

}  // namespace socketlock::detail

#endif
