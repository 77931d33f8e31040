// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#ifndef SOCKETLOCK_DETAIL_RECORD_LOCK_ADDRESS_HPP
#define SOCKETLOCK_DETAIL_RECORD_LOCK_ADDRESS_HPP

#include <socketlock/config.hpp>
#include <socketlock/detail/platform/directory.hpp>
#include <socketlock/options.hpp>

#include <string>
#include <string_view>

namespace socketlock::detail {

/// True if whoever these let read a file they let write to it, too, and if they allow nothing else.
/// A mere reader could keep all others out: by a lock on the file, which is shared with other
/// readers.
SOCKETLOCK_DECL bool are_valid_permissions(unsigned permissions) noexcept;

/// Where a lock is and what those who share it agree on. Never changes, so that a lock object, its
/// claims and the lock's entry have one in common.
class lock_address
{
public:
    /// Throws lock_error(invalid_name).
    SOCKETLOCK_DECL lock_address(std::string lock_name, const lock_options& options);
    /// The same lock by another path to its directory.
    SOCKETLOCK_DECL lock_address(const lock_address& lock, const directory_choice& directory);
    lock_address(lock_address&&) = delete;

    const std::string& lock_name() const noexcept { return lock_name_; }
    const std::string& signature_seed() const noexcept { return signature_seed_; }
    const file_permissions& permissions() const noexcept { return permissions_; }

    /// The lock file's.
    const std::string& path() const noexcept { return path_; }
    std::string_view file_name() const noexcept
    {
        return std::string_view(path_).substr(directory_size_ + 1);
    }
    SOCKETLOCK_DECL directory_choice directory() const;

private:
    SOCKETLOCK_DECL void set_path(const directory_choice& directory, std::string_view file_name);

    std::string lock_name_;
    std::string path_;
    std::string signature_seed_;
    file_permissions permissions_;
    unsigned directory_size_ = 0;
    bool directory_is_explicit_ = true;
    directory_rule directory_rule_ = directory_rule::option;
};

}  // namespace socketlock::detail

#endif
