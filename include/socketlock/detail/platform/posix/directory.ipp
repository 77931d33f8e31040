// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#ifndef SOCKETLOCK_DETAIL_PLATFORM_POSIX_DIRECTORY_IPP
#define SOCKETLOCK_DETAIL_PLATFORM_POSIX_DIRECTORY_IPP

#include <socketlock/detail/platform/directory.hpp>
#include <socketlock/detail/platform/environment.hpp>
#include <socketlock/error.hpp>
#include <socketlock/options.hpp>

#include <cerrno>
#include <cstdlib>
#include <dirent.h>
#include <memory>
#include <sys/stat.h>
#include <unistd.h>

namespace socketlock::detail {

inline std::string absolute_path(const std::string& path)
{
    if (!path.empty() && path.front() == '/')
        return path;
    char current[4096];
    if (::getcwd(current, sizeof current) == nullptr)
        return path;
    return std::string(current) + '/' + path;
}

// That of somebody else comes with `su` or `sudo -E`: what we made there would lock its owner out.
inline bool is_own_directory(const std::string& path)
{
    struct ::stat status = {};
    return ::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode) &&
           status.st_uid == ::geteuid();
}

SOCKETLOCK_DECL directory_choice choose_directory(const std::string& option)
{
    if (!option.empty())
        return {absolute_path(option), true, directory_rule::option};
    if (const auto chosen = environment("SOCKETLOCK_DIR"); !chosen.empty())
        return {absolute_path(chosen), true, directory_rule::environment};
    // The XDG base directory specification says to ignore a relative path.
    if (const auto runtime = environment("XDG_RUNTIME_DIR");
        !runtime.empty() && runtime[0] == '/' && is_own_directory(runtime))
        return {runtime + "/socketlock", false, directory_rule::runtime_directory};
    const auto temporary = environment("TMPDIR");
    return {
        (temporary.empty() ? "/tmp" : absolute_path(temporary)) + "/socketlock-" +
            std::to_string(::geteuid()),
        false,
        directory_rule::temporary_directory};
}

SOCKETLOCK_DECL file_id check_directory(const directory_choice& choice, error_code& ec)
{
    ec.clear();
    struct ::stat status = {};
    const int failed = choice.is_explicit ? ::stat(choice.path.c_str(), &status)
                                          : ::lstat(choice.path.c_str(), &status);
    if (failed != 0)
        // Symbolic links that lead in a circle lead to no directory.
        ec = errno == ELOOP ? make_error_code(errc::not_a_directory) : file_error(errno);
    else if (!choice.is_explicit && S_ISLNK(status.st_mode))
        ec = errc::insecure_directory;
    else if (!S_ISDIR(status.st_mode))
        ec = errc::not_a_directory;
    else if (!choice.is_explicit && (status.st_uid != ::geteuid() || (status.st_mode & (S_IWGRP | S_IWOTH)) != 0))
        ec = errc::insecure_directory;
    return {static_cast<std::uint64_t>(status.st_dev), static_cast<std::uint64_t>(status.st_ino)};
}

// mkdir -p, each new directory for its owner alone.
inline void create_with_parents(const std::string& path, error_code& ec)
{
    ec.clear();
    if (::mkdir(path.c_str(), 0700) == 0 || errno == EEXIST)
        return;
    const int error = errno;
    const auto slash = path.find_last_of('/');
    if (error != ENOENT || slash == 0 || slash == std::string::npos)
    {
        ec = error == ENOENT ? make_error_code(errc::directory_missing) : file_error(error);
        return;
    }
    create_with_parents(path.substr(0, slash), ec);
    if (!ec && ::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST)
        ec = file_error(errno);
}

SOCKETLOCK_DECL file_id prepare_directory(const directory_choice& choice, error_code& ec)
{
    const file_id found = check_directory(choice, ec);
    if (ec != boost::system::errc::no_such_file_or_directory)
        return found;
    create_with_parents(choice.path, ec);
    if (ec)
        return {};
    const file_id created = check_directory(choice, ec);
    // A symbolic link that leads nowhere exists for mkdir, but not for stat.
    if (ec == boost::system::errc::no_such_file_or_directory)
        ec = errc::directory_missing;
    return created;
}

SOCKETLOCK_DECL directory_choice without_links(const directory_choice& choice, const file_id& id)
{
    const std::unique_ptr<char, void (*)(void*)> path(
        ::realpath(choice.path.c_str(), nullptr),
        std::free
    );
    if (!path)
        return choice;
    directory_choice result{path.get(), choice.is_explicit, choice.rule};
    error_code ec;
    return check_directory(result, ec) == id && !ec ? result : choice;
}

SOCKETLOCK_DECL bool are_same(const directory_choice& a, const directory_choice& b)
{
    error_code ec_a;
    error_code ec_b;
    return check_directory(a, ec_a) == check_directory(b, ec_b) && !ec_a && !ec_b;
}

SOCKETLOCK_DECL void list_directory(
    const std::string& path,
    const std::function<bool(const std::string&)>& visit,
    error_code& ec
)
{
    ec.clear();
    ::DIR* const directory = ::opendir(path.c_str());
    if (directory == nullptr)
    {
        ec = file_error(errno);
        return;
    }
    bool goes_on = true;
    while (goes_on)
    {
        errno = 0;
        const ::dirent* const entry = ::readdir(directory);
        if (entry == nullptr && errno != 0)
            ec = file_error(errno);
        goes_on = entry != nullptr && visit(entry->d_name);
    }
    ::closedir(directory);
}

}  // namespace socketlock::detail

namespace socketlock {

SOCKETLOCK_DECL std::string default_lock_dir()
{
    return detail::choose_directory({}).path;
}

}  // namespace socketlock

#endif
