// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#ifndef SOCKETLOCK_STATUS_HPP
#define SOCKETLOCK_STATUS_HPP

// The bodies come at the end of this header, not of the first one below: they want it all declared.
/// @cond
#define SOCKETLOCK_BODIES_COME_LAST
/// @endcond

/// @file
/// Queries: what `socketlock status` and `socketlock list` tell, for programs.

#include <socketlock/config.hpp>
#include <socketlock/holder_info.hpp>
#include <socketlock/options.hpp>

#include <optional>
#include <string>
#include <vector>

namespace socketlock {

/// Whether a lock is held.
enum class lock_state
{
    /// It cannot be told: see `lock_status::error`. It may be held.
    unknown,
    /// Nobody holds it, and it is no waiter's turn. So it is, too, if the record cannot be read and
    /// no process lives that could hold a lock in the directory: whoever tries takes the lock.
    free,
    /// A process holds it, or has its turn, that lives, or that cannot be tested and is taken for
    /// alive.
    held,
};

/// What can be seen of a lock without taking part in it.
struct lock_status
{
    /// The lock's name. For a lock file that `list_locks` could not read, or that no name was
    /// written into yet, it is what the file is called, decoded, which need not be a valid name.
    std::string name;
    /// The path of the lock file; empty if the name is not valid.
    std::string path;
    /// Whether the lock is held.
    lock_state state = lock_state::unknown;
    /// True if there is a lock file, and it could be read. There is none before a lock's first use,
    /// nor, for a moment, when somebody removed it: a holder that lives puts it back.
    bool has_lock_file = false;
    /// Who holds the lock, or has its turn, unverified; nothing unless it is held.
    std::optional<holder_info> holder;
    /// Why the state is unknown; success otherwise.
    error_code error;
};

/**
 * Tells whether a lock is held, and by whom, as the lock file and the holder's presence say.
 *
 * It costs a few system calls: no thread, no connection, no handshake. Nothing is created or
 * changed, and whoever may read the lock file may ask. `holder->verified` is false therefore; see
 * `basic_process_lock::holder` for the query that has the holder prove itself. A process that is
 * stopped holds its locks all the same.
 *
 * The answer may be outdated when it arrives: to do something while nobody else does, take the
 * lock. While another process changes the lock file, which takes microseconds, the calling thread
 * waits for it; 5 seconds at the most, if that process is stopped just then.
 *
 * @param name 1 to 200 bytes of UTF-8 without NUL.
 * @param options Where the lock is kept; only `lock_dir` matters.
 * @param ec As `lock_status::error`. The result's name and path are set even so.
 * @par Exception safety
 * Strong; throws nothing but `std::bad_alloc`.
 * @par Thread safety
 * Safe, in a process that holds the lock or waits for it, too.
 * @par Errors
 * `invalid_name`; `guard_timeout` after 5 seconds; `corrupt_record` (while a process lives that
 * could hold a lock in the directory), `newer_record` and `name_mismatch`; those of the lock
 * directory and the lock file (see `errc`). That they do not exist is not an error: the lock is
 * free.
 */
SOCKETLOCK_DECL lock_status
status(const std::string& name, const lock_options& options, error_code& ec);

/// The same; throws `lock_error`.
SOCKETLOCK_DECL lock_status status(const std::string& name, const lock_options& options = {});

/**
 * Tells the status of every lock that has a lock file in a lock directory, by name.
 *
 * It does for each what `status` does, and costs as much. Locks that nobody holds are among them,
 * as lock files are never removed; other files are passed over. What cannot be read is there with
 * `lock_state::unknown` and its `error`, and is no error of the whole.
 *
 * @param options Where the locks are kept; only `lock_dir` matters.
 * @param ec Why the directory cannot be listed.
 * @par Exception safety
 * Strong; throws nothing but `std::bad_alloc`.
 * @par Thread safety
 * As `status`.
 * @par Errors
 * Those of the lock directory: `insecure_directory`, `not_a_directory`, `permission_denied`,
 * `too_many_open_files`, `io_error`. That it does not exist is not an error: there are no locks.
 */
SOCKETLOCK_DECL std::vector<lock_status> list_locks(const lock_options& options, error_code& ec);

/// The same; throws `lock_error`, whose `name()` is the path of the lock directory.
SOCKETLOCK_DECL std::vector<lock_status> list_locks(const lock_options& options = {});

/**
 * Says what an error of a lock means and what to do, like `ec.message()`, and what can be seen of
 * its cause: which directory, lock file or presence is in the way, whose it is, which permissions
 * it has, and what has chosen the lock directory. `lock_error::what` says the same; this is for
 * those who got an `error_code`.
 *
 * It looks when it is called: what it sees may have changed since the error. It changes nothing.
 *
 * @param ec An error of an operation on the lock; any other gives its message.
 * @param name The lock's name; empty for an error of `list_locks`.
 * @param options Where the lock is kept; only `lock_dir` matters.
 * @par Exception safety
 * Strong; throws nothing but `std::bad_alloc`.
 * @par Thread safety
 * As `status`.
 */
SOCKETLOCK_DECL std::string explain(
    const error_code& ec,
    const std::string& name,
    const lock_options& options = {}
);

}  // namespace socketlock

#ifdef SOCKETLOCK_HEADER_ONLY
#include <socketlock/src.hpp>
#endif

#endif
