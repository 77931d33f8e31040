// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#ifndef SOCKETLOCK_OPTIONS_HPP
#define SOCKETLOCK_OPTIONS_HPP

#include <socketlock/config.hpp>

#include <optional>
#include <string>

namespace socketlock {

/// Where and how a lock is kept. All processes that share a lock must agree on `lock_dir` and
/// `signature_seed`.
struct lock_options
{
    /**
     * The lock directory; it is created (0700) with its parents if it is missing. Empty: the
     * directory that `default_lock_dir` returns. If a symbolic link in the path later leads
     * elsewhere, the next lock operation follows it; a lock that is held stays where it is.
     */
    std::string lock_dir;

    /**
     * A shared secret that is mixed into the handshake, in addition to the holder's random key.
     * Whoever has another seed gets the lock when it is free, but cannot wait for it: that fails
     * with `errc::handshake_failed`.
     */
    std::string signature_seed;

    /**
     * The permissions of new lock files and presences, whatever the umask: 0600, 0660 for a group,
     * or 0666 for everybody. Whoever may read must be allowed to write, since a reader could stop
     * all others: anything else is refused (`errc::invalid_permissions`). Nothing: 0600, or 0660
     * for files that belong to the group of their directory (as all do in one with mode 2770) if
     * that group may write to it. Files that exist are left as they are, and where a file system
     * knows no permissions it decides.
     */
    std::optional<unsigned> permissions;
};

/**
 * The directory for locks that do not name one: `$SOCKETLOCK_DIR`, else
 * `$XDG_RUNTIME_DIR/socketlock` if `$XDG_RUNTIME_DIR` is a directory that exists and is our own,
 * else `<temporary directory>/socketlock-<user id>`. The last two are refused
 * (`errc::insecure_directory`) if they are symbolic links, or owned or writable by somebody else. A
 * set-user-ID program does not believe the environment.
 */
SOCKETLOCK_DECL std::string default_lock_dir();

}  // namespace socketlock

#if defined(SOCKETLOCK_HEADER_ONLY) && !defined(SOCKETLOCK_BODIES_COME_LAST)
#include <socketlock/src.hpp>
#endif

#endif
