// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#ifndef SOCKETLOCK_ERROR_HPP
#define SOCKETLOCK_ERROR_HPP

#include <socketlock/config.hpp>
#include <socketlock/holder_info.hpp>

#include <boost/system/error_category.hpp>
#include <boost/system/system_error.hpp>

#include <optional>
#include <string>
#include <type_traits>

namespace socketlock {

/// What can go wrong. The message of each value says what to do about it.
enum class errc
{
    /// Somebody else holds the lock, or has its turn.
    held = 1,
    /// This lock object does not hold the lock (it never did, unlocked it, or was copied by fork).
    not_owner,
    /// Ownership was taken away: somebody removed or replaced the lock file, and another process
    /// locked it anew before this one could restore it.
    lost,
    /// This lock object already holds the lock or waits for it.
    already_locked,
    /// The record cannot be read, and a process that may hold the lock is alive.
    corrupt_record,
    /// The record was written by a newer version of the protocol.
    newer_record,
    /// The record belongs to a lock with another name (on a case-insensitive file system).
    name_mismatch,
    /// The name is empty, longer than 200 bytes, not UTF-8 or contains NUL.
    invalid_name,
    /// The lock directory is a symbolic link, or somebody else owns it or may write to it;
    /// `explain` says which.
    insecure_directory,
    /// The lock directory does not exist and could not be created.
    directory_missing,
    /// The path of the lock directory names something that is not a directory.
    not_a_directory,
    /// The path of the lock file names something that is not a regular file.
    not_a_regular_file,
    /// The system denies access to the lock directory or the lock file; `explain` says whose it is
    /// and what its permissions are.
    permission_denied,
    /// The holder's presence cannot be read or tested, so the holder must be treated as alive.
    presence_unreadable,
    /// The lock directory is on a read-only file system.
    read_only_file_system,
    /// There is no space left for the lock file or the presence.
    no_space,
    /// The process, or the system, has run out of descriptors.
    too_many_open_files,
    /// The file system does not support locking.
    locking_unsupported,
    /// Another process has kept the guard of the lock file for too long (it may be stopped).
    guard_timeout,
    /// The claim to wait for has another `lock_options::signature_seed`, which it has proved: this
    /// one cannot queue behind it.
    handshake_failed,
    /// The lock file or the presence could not be read or written.
    io_error,
    /// The runtime's thread or its event loop could not be started.
    runtime_failed,
    /// The lock file has a second name (a hard link), so that other locks or files could share it.
    hard_linked,
    /// The path of the lock file or of a presence never names the file that was opened by it.
    unstable_path,
    /// `lock_options::permissions` would let somebody read and not write, or more than both.
    invalid_permissions,
};

/// The category of `errc`; its name is "socketlock".
SOCKETLOCK_DECL const boost::system::error_category& category() noexcept;

/// Makes an `error_code` with the category `category()`.
SOCKETLOCK_DECL error_code make_error_code(errc value) noexcept;

/**
 * What the throwing functions throw: a `system_error` with the lock's name and, when the lock is
 * held, with its holder. The text reads like
 * "myapp is held by PID 4711 on port 40123 since 2026-11-23T10:00:00Z".
 */
class BOOST_SYMBOL_VISIBLE lock_error : public boost::system::system_error
{
public:
    /// `holder` is the process that held the lock, if it is known; `explanation` is what `what`
    /// says instead of the message of `ec`, see `explain`.
    SOCKETLOCK_DECL lock_error(
        error_code ec,
        std::string name,
        std::optional<holder_info> holder,
        const std::string& explanation = {}
    );

    /// The name of the lock.
    const std::string& name() const noexcept { return name_; }

    /// The process that held the lock when the operation failed, if it is known.
    const std::optional<holder_info>& holder() const noexcept { return holder_; }

    /// One sentence: what happened and what to do.
    SOCKETLOCK_DECL const char* what() const noexcept override;

private:
    std::string name_;
    std::optional<holder_info> holder_;
    std::string text_;
};

}  // namespace socketlock

/// @cond
template <>
struct boost::system::is_error_code_enum<socketlock::errc> : std::true_type
{
};
/// @endcond

#if defined(SOCKETLOCK_HEADER_ONLY) && !defined(SOCKETLOCK_BODIES_COME_LAST)
#include <socketlock/src.hpp>
#endif

#endif
