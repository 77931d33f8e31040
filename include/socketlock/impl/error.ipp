// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#ifndef SOCKETLOCK_IMPL_ERROR_IPP
#define SOCKETLOCK_IMPL_ERROR_IPP

#include <socketlock/error.hpp>

#include <utility>

namespace socketlock {
namespace detail {

inline const char* message_of(errc value) noexcept
{
    switch (value)
    {
    case errc::held:
        return "another process or lock object holds the lock: wait for it with lock(), or try "
               "later";
    case errc::not_owner:
        return "this lock object does not hold the lock: lock it first (a lock is not inherited by "
               "fork)";
    case errc::lost:
        return "ownership was taken away while the lock was held: stop the work that it protected, "
               "then lock anew";
    case errc::already_locked:
        return "this lock object already holds the lock or waits for it: unlock it first, or use "
               "a second lock object";
    case errc::corrupt_record:
        return "the lock file's record cannot be read, and a process that may hold the lock is "
               "alive: end that process, or remove the lock file once nobody uses the lock";
    case errc::newer_record:
        return "the lock file's record was written by a newer version of socketlock: update this "
               "program";
    case errc::name_mismatch:
        return "the lock file belongs to a lock with another name (does the file system ignore "
               "case?): choose a name that differs in more than case";
    case errc::invalid_name:
        return "a lock's name must be 1 to 200 bytes of UTF-8 without NUL: choose another";
    case errc::insecure_directory:
        return "the lock directory is a symbolic link, or somebody else owns it or may write to "
               "it: remove it, or name another with lock_dir or SOCKETLOCK_DIR";
    case errc::directory_missing:
        return "the lock directory does not exist and could not be created: create it, or name "
               "another with lock_dir or SOCKETLOCK_DIR";
    case errc::not_a_directory:
        return "the path of the lock directory names something that is not a directory: name "
               "another with lock_dir or SOCKETLOCK_DIR";
    case errc::not_a_regular_file:
        return "the path of the lock file or presence names something that is not a regular file: "
               "remove it, or choose another name";
    case errc::permission_denied:
        return "access to the lock directory or the lock file is denied: ask for permission, run "
               "as the user who owns the lock, or have its files made for a group (permissions, "
               "--mode)";
    case errc::presence_unreadable:
        return "the holder's presence cannot be read, so the holder must be treated as alive: run "
               "as the holder's user, or have its files made for a group (permissions, --mode)";
    case errc::read_only_file_system:
        return "the lock directory is on a read-only file system: name another with lock_dir or "
               "SOCKETLOCK_DIR";
    case errc::no_space:
        return "no space is left for the lock file: free some space, or name another lock "
               "directory";
    case errc::too_many_open_files:
        return "no file descriptors are left: close some, or raise the limit (ulimit -n)";
    case errc::locking_unsupported:
        return "the file system of the lock directory does not support locking: name a local "
               "directory with lock_dir or SOCKETLOCK_DIR";
    case errc::guard_timeout:
        return "another process has kept the lock file's guard for seconds: if it is stopped, "
               "continue it or end it, then try again";
    case errc::handshake_failed:
        return "the process to wait for has another signature_seed: give the same one to all "
               "processes that share the lock";
    case errc::io_error:
        return "the lock file or the presence could not be read or written: check the disk and "
               "the lock directory";
    case errc::runtime_failed:
        return "the lock's background thread could not be started: check the limits on threads "
               "and descriptors";
    case errc::hard_linked:
        return "the lock file has more than one name (a hard link): remove the other ones, or "
               "remove the lock file once nobody uses the lock";
    case errc::unstable_path:
        return "the path of the lock file or presence does not stay with the file that was opened "
               "by it (is it replaced all the time, or is it on a file system whose files change "
               "their numbers?): name a local directory with lock_dir or SOCKETLOCK_DIR";
    case errc::invalid_permissions:
        return "permissions that let somebody read the lock's files and not write to them would "
               "let a reader stop all others: choose 0600, 0660 or 0666";
    }
    return "unknown socketlock error";
}

class socketlock_category final : public boost::system::error_category
{
public:
    // The id makes the categories of two copies of this library compare equal.
    constexpr socketlock_category() noexcept : error_category(0x6a1f0c5e9b7d4283) {}

    const char* name() const noexcept override { return "socketlock"; }

    std::string message(int value) const override { return message_of(static_cast<errc>(value)); }
};

inline std::string describe(
    const error_code& ec,
    const std::string& name,
    const std::optional<holder_info>& holder,
    const std::string& explanation
)
{
    if (ec == errc::held && holder)
        return name + " is held by " + to_string(*holder);
    return name + ": " + (explanation.empty() ? ec.message() : explanation);
}

}  // namespace detail

SOCKETLOCK_DECL const boost::system::error_category& category() noexcept
{
    static constexpr detail::socketlock_category instance;
    return instance;
}

SOCKETLOCK_DECL error_code make_error_code(errc value) noexcept
{
    return {static_cast<int>(value), category()};
}

SOCKETLOCK_DECL lock_error::lock_error(
    error_code ec,
    std::string name,
    std::optional<holder_info> holder,
    const std::string& explanation
)
    : system_error(ec),
      name_(std::move(name)),
      holder_(std::move(holder)),
      text_(detail::describe(ec, name_, holder_, explanation))
{
}

SOCKETLOCK_DECL const char* lock_error::what() const noexcept
{
    return text_.c_str();
}

}  // namespace socketlock

#endif
