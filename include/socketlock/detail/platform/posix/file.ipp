// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#ifndef SOCKETLOCK_DETAIL_PLATFORM_POSIX_FILE_IPP
#define SOCKETLOCK_DETAIL_PLATFORM_POSIX_FILE_IPP

#include <socketlock/detail/platform/file.hpp>
#include <socketlock/error.hpp>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <ctime>
#include <dirent.h>
#include <fcntl.h>
#include <string_view>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace socketlock::detail {

inline file_id id_of(const struct ::stat& status) noexcept
{
    return {static_cast<std::uint64_t>(status.st_dev), static_cast<std::uint64_t>(status.st_ino)};
}

// Repeats a call that a signal has interrupted.
template <class Call>
auto restarting(Call call)
{
    auto result = call();
    while (result == -1 && errno == EINTR)
        result = call();
    return result;
}

SOCKETLOCK_DECL error_code file_error(int native_error) noexcept
{
    switch (native_error)
    {
    case ENOENT:
        return boost::system::errc::make_error_code(boost::system::errc::no_such_file_or_directory);
    case EEXIST:
        return boost::system::errc::make_error_code(boost::system::errc::file_exists);
    case EACCES:
    case EPERM:
        return errc::permission_denied;
    // O_NOFOLLOW met a symbolic link; a directory; a FIFO or device without its other side.
    case ELOOP:
    case EISDIR:
    case ENXIO:
        return errc::not_a_regular_file;
    case ENAMETOOLONG:
        return errc::directory_missing;
    case ENOTDIR:
        return errc::not_a_directory;
    case EROFS:
        return errc::read_only_file_system;
    case ENOSPC:
    case EDQUOT:
        return errc::no_space;
    case EMFILE:
    case ENFILE:
        return errc::too_many_open_files;
    case ENOLCK:
    case EOPNOTSUPP:
    case ENOSYS:
        return errc::locking_unsupported;
    default:
        return errc::io_error;
    }
}

SOCKETLOCK_DECL bool file::is_open() const noexcept
{
    struct ::stat status = {};
    return descriptor_ && ::fstat(descriptor(), &status) == 0 && id_of(status) == id_;
}

SOCKETLOCK_DECL void file::close_if_open() noexcept
{
    if (is_open())
        close();
    else
        descriptor_.abandon();
}

SOCKETLOCK_DECL std::size_t file::read(char* data, std::size_t size, error_code& ec) const
{
    ec.clear();
    std::size_t done = 0;
    while (done < size)
    {
        const ::ssize_t n = restarting([&] {
            return ::pread(descriptor(), data + done, size - done, static_cast<::off_t>(done));
        });
        if (n < 0)
        {
            ec = file_error(errno);
            return 0;
        }
        done += static_cast<std::size_t>(n);
        // A read of a regular file is short only at its end.
        if (done < size)
            break;
    }
    return done;
}

SOCKETLOCK_DECL void file::write(const char* data, std::size_t size, error_code& ec) const
{
    ec.clear();
    std::size_t done = 0;
    while (done < size)
    {
        const ::ssize_t n = restarting([&] {
            return ::pwrite(descriptor(), data + done, size - done, static_cast<::off_t>(done));
        });
        if (n <= 0)
        {
            ec = file_error(n < 0 ? errno : EIO);
            return;
        }
        done += static_cast<std::size_t>(n);
    }
}

inline bool is_longer(const file& f, std::size_t size) noexcept
{
    const int error = errno;
    struct ::stat status = {};
    const bool result = ::fstat(f.descriptor(), &status) != 0 ||
                        status.st_size > static_cast<::off_t>(size);
    errno = error;
    return result;
}

SOCKETLOCK_DECL void file::allocate(std::size_t size, error_code& ec) const
{
    ec.clear();
    // posix_fallocate returns its error. Only that there is no space is one: nothing must be
    // written then that would be cut short.
    int error = EINTR;
    while (error == EINTR)
        error = ::posix_fallocate(descriptor(), 0, static_cast<::off_t>(size));
    if (error == ENOSPC || error == EDQUOT ||
        (::ftruncate(descriptor(), static_cast<::off_t>(size)) != 0 && is_longer(*this, size)))
        ec = file_error(error == ENOSPC || error == EDQUOT ? error : errno);
}

// Opens by `flags`; refuses what is not a regular file.
inline file open_regular_file(const std::string& path, int flags, ::mode_t mode, error_code& ec)
{
    ec.clear();
    auto descriptor = owned_descriptor::open([&] {
        return restarting([&] { return ::open(path.c_str(), flags | O_CLOEXEC | O_NOFOLLOW, mode); }
        );
    });
    struct ::stat status = {};
    if (!descriptor || ::fstat(descriptor.get(), &status) != 0)
        ec = file_error(errno);
    else if (!S_ISREG(status.st_mode))
        ec = errc::not_a_regular_file;
    return ec ? file() : file(std::move(descriptor), id_of(status));
}

SOCKETLOCK_DECL file open_file(const std::string& path, file_access access, error_code& ec)
{
    // O_NONBLOCK keeps a FIFO from blocking us until it is refused.
    const int flags = (access == file_access::read ? O_RDONLY : O_RDWR) | O_NONBLOCK | O_NOCTTY;
    return open_regular_file(path, flags, 0, ec);
}

SOCKETLOCK_DECL unsigned usual_permissions(const file& f, const std::string& path) noexcept
{
    const auto slash = path.find_last_of('/');
    struct ::stat own = {};
    struct ::stat directory = {};
    const bool is_shared = ::fstat(f.descriptor(), &own) == 0 &&
                           ::stat(path.substr(0, slash + 1).c_str(), &directory) == 0 &&
                           own.st_gid == directory.st_gid && (directory.st_mode & S_IWGRP) != 0;
    return is_shared ? 0660 : 0600;
}

SOCKETLOCK_DECL file
create_file(const std::string& path, const file_permissions& permissions, error_code& ec)
{
    static constexpr ::mode_t for_owner = 0600;
    // The umask would leave a group or others with the right to read alone, even if for a moment.
    file result = open_regular_file(path, O_RDWR | O_CREAT | O_EXCL, for_owner, ec);
    if (!result)
        return result;
    set_permissions(result, permissions ? *permissions : usual_permissions(result, path));
    return result;
}

SOCKETLOCK_DECL void set_permissions(const file& f, unsigned permissions) noexcept
{
    static_cast<void>(::fchmod(f.descriptor(), static_cast<::mode_t>(permissions)) == 0);
}

SOCKETLOCK_DECL bool is_empty_file(const std::string& path) noexcept
{
    struct ::stat status = {};
    return ::lstat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode) && status.st_size == 0;
}

SOCKETLOCK_DECL path_state compare_path(const std::string& path, const file_id& id) noexcept
{
    struct ::stat status = {};
    if (::lstat(path.c_str(), &status) == 0)
        return id_of(status) == id ? path_state::same : path_state::other;
    return errno == ENOENT || errno == ENOTDIR ? path_state::nothing : path_state::unknown;
}

SOCKETLOCK_DECL std::optional<file_id> file_at(const std::string& path) noexcept
{
    struct ::stat status = {};
    return ::lstat(path.c_str(), &status) == 0 ? std::optional(id_of(status)) : std::nullopt;
}

SOCKETLOCK_DECL bool has_other_names(const file& f) noexcept
{
    struct ::stat status = {};
    return ::fstat(f.descriptor(), &status) == 0 && status.st_nlink > 1;
}

SOCKETLOCK_DECL void rename_file(const std::string& from, const std::string& to, error_code& ec)
{
    ec.clear();
    if (::rename(from.c_str(), to.c_str()) != 0)
        ec = file_error(errno);
}

SOCKETLOCK_DECL void remove_file(const std::string& path, error_code& ec)
{
    ec.clear();
    if (::unlink(path.c_str()) != 0)
        ec = file_error(errno);
}

SOCKETLOCK_DECL void touch_file(const std::string& path, error_code& ec)
{
    ec.clear();
    if (::utimensat(AT_FDCWD, path.c_str(), nullptr, AT_SYMLINK_NOFOLLOW) != 0)
        ec = file_error(errno);
}

SOCKETLOCK_DECL std::int64_t seconds_since_modified(const std::string& path) noexcept
{
    struct ::stat status = {};
    if (::lstat(path.c_str(), &status) != 0)
        return 0;
    return static_cast<std::int64_t>(std::time(nullptr)) -
           static_cast<std::int64_t>(status.st_mtime);
}

SOCKETLOCK_DECL std::vector<file_id> files_open_in_this_process()
{
    std::vector<file_id> result;
    const auto look_at = [&](int descriptor) {
        struct ::stat status = {};
        if (::fstat(descriptor, &status) == 0)
            result.push_back(id_of(status));
    };
    if (::DIR* const directory = ::opendir("/dev/fd"))
    {
        while (const ::dirent* const entry = ::readdir(directory))
        {
            const std::string_view name = entry->d_name;
            int descriptor = 0;
            if (std::from_chars(name.data(), name.data() + name.size(), descriptor).ec ==
                std::errc())
                look_at(descriptor);
        }
        ::closedir(directory);
        return result;
    }
    // The limit may be a billion.
    const long limit = std::min(::sysconf(_SC_OPEN_MAX), 65536L);
    for (int descriptor = 0; descriptor < (limit > 0 ? limit : 1024); ++descriptor)
        look_at(descriptor);
    return result;
}

}  // namespace socketlock::detail

#endif
