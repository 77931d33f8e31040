// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#ifndef SOCKETLOCK_DETAIL_PROCESS_DIRECTORIES_IPP
#define SOCKETLOCK_DETAIL_PROCESS_DIRECTORIES_IPP

#include <socketlock/detail/platform/process_identity.hpp>
#include <socketlock/detail/platform/random.hpp>
#include <socketlock/detail/process/directories.hpp>
#include <socketlock/error.hpp>

#include <utility>
#include <vector>

namespace socketlock::detail {

// What is known by the path is put back there if it is another directory by now. Else another path
// may lead to the same directory. (What a path led to once does not count: a directory's number is
// given to another one when it has been removed.)
SOCKETLOCK_DECL std::shared_ptr<lock_directory> directories::find(
    const directory_choice& choice,
    const file_id& id
)
{
    std::vector<std::shared_ptr<lock_directory>> others;
    {
        const std::lock_guard<std::mutex> lock(mutex_);
        if (const auto found = known_.find(choice.path); found != known_.end())
            return found->second;
        for (const auto& [path, directory] : known_)
            others.push_back(directory);
    }
    for (auto& other : others)
    {
        error_code ignored;
        if (check_directory(other->choice, ignored) == id)
            return std::move(other);
    }
    return nullptr;
}

SOCKETLOCK_DECL std::shared_ptr<lock_directory> directories::find(const id128& presence_id)
{
    const std::lock_guard<std::mutex> lock(mutex_);
    for (const auto& [path, directory] : known_)
    {
        if (directory->presence_id == presence_id)
            return directory;
    }
    return nullptr;
}

inline presence_info describe_this_process(std::uint16_t port, const char* address, error_code& ec)
{
    const process_identity self = this_process();
    presence_info info;
    info.id = random_id(ec);
    if (!ec)
        info.key = random_key(ec);
    info.pid = self.pid;
    info.port = port;
    info.address = address;
    info.start_time = self.start_time;
    info.boot_id = self.boot_id;
    info.pid_namespace = self.pid_namespace;
    info.time_namespace = self.time_namespace;
    info.net_namespace = self.net_namespace;
    info.host = self.host;
    info.executable = self.executable;
    return info;
}

SOCKETLOCK_DECL std::shared_ptr<lock_directory> directories::add(
    const directory_choice& choice,
    const file_id& id,
    std::uint16_t port,
    const char* address,
    const file_permissions& permissions,
    error_code& ec
)
{
    presence_info info = describe_this_process(port, address, ec);
    if (ec)
        return nullptr;
    auto result = std::make_shared<lock_directory>();
    result->choice = without_links(choice, id);
    const std::string& path = result->choice.path;
    result->presence_id = info.id;
    result->presence_name = presence_file_name(info.id);
    result->port = port;
    result->own.create(path, info, permissions, ec);
    if (!ec || ec == errc::no_space)
        remove_dead_presences(path, result->presence_id);
    // They may have had the last of it.
    if (ec == errc::no_space)
        result->own.create(path, std::move(info), permissions, ec);
    if (ec)
        return nullptr;
    const std::lock_guard<std::mutex> lock(mutex_);
    known_.emplace(path, result);
    return result;
}

SOCKETLOCK_DECL void directories::remove_presences() noexcept
{
    for (const auto& [path, directory] : known_)
        directory->own.remove();
}

}  // namespace socketlock::detail

#endif
