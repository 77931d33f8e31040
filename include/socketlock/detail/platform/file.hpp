// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// Opening, reading, writing and naming files: what differs between systems.

#ifndef SOCKETLOCK_DETAIL_PLATFORM_FILE_HPP
#define SOCKETLOCK_DETAIL_PLATFORM_FILE_HPP

#include <socketlock/config.hpp>
#include <socketlock/detail/platform/owned_descriptor.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace socketlock::detail {

/// Identifies a file: equal for two paths that lead to one file.
struct file_id
{
    std::uint64_t device = 0;
    std::uint64_t inode = 0;

    friend bool operator==(const file_id& a, const file_id& b) noexcept
    {
        return a.device == b.device && a.inode == b.inode;
    }
    friend bool operator!=(const file_id& a, const file_id& b) noexcept { return !(a == b); }
    friend bool operator<(const file_id& a, const file_id& b) noexcept
    {
        return a.device != b.device ? a.device < b.device : a.inode < b.inode;
    }
};

/// An open regular file that is closed by its destructor, and by the child of a fork. Never
/// inherited by exec.
class file
{
public:
    file() = default;
    file(owned_descriptor descriptor, const file_id& id) noexcept
        : descriptor_(std::move(descriptor)), id_(id)
    {
    }

    explicit operator bool() const noexcept { return static_cast<bool>(descriptor_); }
    int descriptor() const noexcept { return descriptor_.get(); }
    const file_id& id() const noexcept { return id_; }

    void close() noexcept { descriptor_.close(); }

    /// True if the descriptor leads to the file. Other code of the process may have closed it, and
    /// been given the number for a file of its own.
    SOCKETLOCK_DECL bool is_open() const noexcept;

    /// Closes it if it is open, and else leaves the number alone.
    SOCKETLOCK_DECL void close_if_open() noexcept;

    /// Reads from the file's beginning; returns the number of bytes, fewer than `size` at its end.
    SOCKETLOCK_DECL std::size_t read(char* data, std::size_t size, error_code& ec) const;

    /// Writes at the file's beginning.
    SOCKETLOCK_DECL void write(const char* data, std::size_t size, error_code& ec) const;

    /// Makes the file `size` bytes long and allocates them, so that writing them later cannot fail
    /// for lack of space. A file system that cannot allocate ahead does not: what is missing then
    /// is the assurance.
    SOCKETLOCK_DECL void allocate(std::size_t size, error_code& ec) const;

private:
    owned_descriptor descriptor_;
    file_id id_;
};

enum class file_access
{
    read,
    read_write,
};

/// The errc that best describes why a call on a file failed; errors without one are io_error.
/// "No such file" stays boost::system::errc::no_such_file_or_directory.
SOCKETLOCK_DECL error_code file_error(int native_error) noexcept;

/// Opens a regular file; symbolic links and everything else are refused (not_a_regular_file).
SOCKETLOCK_DECL file open_file(const std::string& path, file_access access, error_code& ec);

/// The permissions of new files. Nothing: what `usual_permissions` says.
using file_permissions = std::optional<std::uint16_t>;

/// 0600, or 0660 if the open file, which `path` names, belongs to the group of its directory and
/// that group may write to the directory.
SOCKETLOCK_DECL unsigned usual_permissions(const file& f, const std::string& path) noexcept;

/// Creates a file that must not exist yet, with these permissions whatever the umask. At first it
/// is for its owner alone; a file system that knows no permissions makes it what it likes. An
/// existing file gives boost::system::errc::file_exists.
SOCKETLOCK_DECL file
create_file(const std::string& path, const file_permissions& permissions, error_code& ec);

/// Gives an open file these permissions, where the file system knows any.
SOCKETLOCK_DECL void set_permissions(const file& f, unsigned permissions) noexcept;

/// True if the path names a file in which nothing is yet.
SOCKETLOCK_DECL bool is_empty_file(const std::string& path) noexcept;

/// What a path names, compared with an open file.
enum class path_state
{
    same,
    other,
    nothing,
    unknown,
};

/// Whether `path` still names the file `id`.
SOCKETLOCK_DECL path_state compare_path(const std::string& path, const file_id& id) noexcept;

/// The file that a path names, symbolic links not followed; none if it names none or cannot be
/// looked at.
SOCKETLOCK_DECL std::optional<file_id> file_at(const std::string& path) noexcept;

/// True if a file has more than one name.
SOCKETLOCK_DECL bool has_other_names(const file& f) noexcept;

SOCKETLOCK_DECL void rename_file(const std::string& from, const std::string& to, error_code& ec);
SOCKETLOCK_DECL void remove_file(const std::string& path, error_code& ec);

/// Sets a file's times to now, so that programs that remove old files do not remove it.
SOCKETLOCK_DECL void touch_file(const std::string& path, error_code& ec);

/// The age of a file in seconds by its time of modification; 0 if it is not known.
SOCKETLOCK_DECL std::int64_t seconds_since_modified(const std::string& path) noexcept;

/// The files that this process has open, whichever code opened them. It is asked before a foreign
/// presence is opened, because closing a file drops the locks that the process has on it.
SOCKETLOCK_DECL std::vector<file_id> files_open_in_this_process();

}  // namespace socketlock::detail

#endif
