// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#ifndef SOCKETLOCK_DETAIL_PLATFORM_POSIX_ACCESS_IPP
#define SOCKETLOCK_DETAIL_PLATFORM_POSIX_ACCESS_IPP

#include <socketlock/detail/platform/access.hpp>

#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace socketlock::detail {

// Numbers and not names, which a directory service that hangs would have us wait for.
inline std::string describe_owner_and_mode(const struct ::stat& status)
{
    char mode[16];
    std::snprintf(mode, sizeof mode, "%04o", static_cast<unsigned>(status.st_mode) & 07777u);
    return "belongs to UID " + std::to_string(status.st_uid) + " and GID " +
           std::to_string(status.st_gid) + " and has mode " + mode;
}

SOCKETLOCK_DECL std::string describe_access(const std::string& path)
{
    struct ::stat status = {};
    return ::lstat(path.c_str(), &status) == 0 ? path + ' ' + describe_owner_and_mode(status)
                                               : std::string();
}

SOCKETLOCK_DECL std::string describe_this_user()
{
    return "UID " + std::to_string(::geteuid());
}

// By the effective user, as files are opened.
inline bool may_use(const std::string& path, int how)
{
    return ::faccessat(AT_FDCWD, path.c_str(), how, AT_EACCESS) == 0;
}

// A directory, not the symbolic link that leads to it.
inline std::string describe_directory(const std::string& path)
{
    struct ::stat status = {};
    return ::stat(path.c_str(), &status) == 0 ? path + ' ' + describe_owner_and_mode(status)
                                              : std::string();
}

SOCKETLOCK_DECL std::string find_obstacle(const std::string& directory, const std::string& file)
{
    std::string above = "/";
    for (std::string::size_type end = 0; end != directory.npos;)
    {
        end = directory.find('/', end + 1);
        const std::string path = directory.substr(0, end);
        if (path.empty() || may_use(path, X_OK))
        {
            above = path;
            continue;
        }
        if (errno == ENOENT)
            return path + " does not exist, and " + describe_directory(above);
        return errno == EACCES ? describe_directory(path) : std::string();
    }
    struct ::stat status = {};
    if (!file.empty() && ::lstat(file.c_str(), &status) == 0 && !may_use(file, R_OK | W_OK))
        return file + ' ' + describe_owner_and_mode(status);
    return may_use(directory, R_OK | W_OK) ? std::string() : describe_directory(directory);
}

SOCKETLOCK_DECL std::string describe_insecurity(const directory_choice& choice)
{
    struct ::stat status = {};
    if (choice.is_explicit || ::lstat(choice.path.c_str(), &status) != 0)
        return {};
    if (S_ISLNK(status.st_mode))
        return choice.path + " is a symbolic link";
    const std::string found = choice.path + ' ' + describe_owner_and_mode(status);
    if (status.st_uid != ::geteuid())
        return found + ", so that it is somebody else's";
    if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0)
        return found + ", so that others may write to it";
    return {};
}

}  // namespace socketlock::detail

#endif
