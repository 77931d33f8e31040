// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// Lock directories: where they are, how they are created, and who may own them.

#ifndef SOCKETLOCK_DETAIL_PLATFORM_DIRECTORY_HPP
#define SOCKETLOCK_DETAIL_PLATFORM_DIRECTORY_HPP

#include <socketlock/detail/platform/file.hpp>

#include <functional>
#include <string>

namespace socketlock::detail {

/// What has chosen a lock directory.
enum class directory_rule : unsigned char
{
    /// `lock_options::lock_dir`.
    option,
    /// SOCKETLOCK_DIR.
    environment,
    /// XDG_RUNTIME_DIR.
    runtime_directory,
    /// Nothing else.
    temporary_directory,
};

/// A lock directory's absolute path, and whether its user chose it.
struct directory_choice
{
    std::string path;
    /// Chosen by the user: trusted as it is. Otherwise nobody but us may own it or write to it.
    bool is_explicit = true;
    directory_rule rule = directory_rule::option;
};

/// The directory for an option (may be empty), by the rules of `lock_options::lock_dir`.
SOCKETLOCK_DECL directory_choice choose_directory(const std::string& option);

/// Creates the directory (0700) with its parents if it is missing, and checks it.
SOCKETLOCK_DECL file_id prepare_directory(const directory_choice& choice, error_code& ec);

/// Checks a directory and creates nothing; no_such_file_or_directory if it is missing.
SOCKETLOCK_DECL file_id check_directory(const directory_choice& choice, error_code& ec);

/// The directory `id` by its path without symbolic links, which leads nowhere else when one of
/// `choice`'s does; `choice` itself if there is no such path.
SOCKETLOCK_DECL directory_choice without_links(const directory_choice& choice, const file_id& id);

/// Whether both lead to the same directory at present.
SOCKETLOCK_DECL bool are_same(const directory_choice& a, const directory_choice& b);

/// Calls `visit` with the names in a directory until it returns false. With an error there may be
/// more of them.
SOCKETLOCK_DECL void list_directory(
    const std::string& path,
    const std::function<bool(const std::string&)>& visit,
    error_code& ec
);

}  // namespace socketlock::detail

#endif
