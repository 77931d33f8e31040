// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// The lock directories that the runtime knows.

#ifndef SOCKETLOCK_DETAIL_PROCESS_RUNTIME_DIRECTORIES_IPP
#define SOCKETLOCK_DETAIL_PROCESS_RUNTIME_DIRECTORIES_IPP

#include <socketlock/detail/platform/process_identity.hpp>
#include <socketlock/detail/process/file_maintenance.hpp>
#include <socketlock/detail/process/runtime.hpp>
#include <socketlock/detail/wire/endpoint.hpp>
#include <socketlock/error.hpp>

#include <chrono>
#include <utility>
#include <vector>

namespace socketlock::detail {

SOCKETLOCK_DECL std::shared_ptr<lock_directory> runtime::directory(
    const directory_choice& choice,
    unsigned permissions,
    error_code& ec
)
{
    const file_id id = prepare_directory(choice, ec);
    if (ec)
        return nullptr;
    if (!endpoint_)
        endpoint_ = endpoint::open(shared_from_this(), ec);
    if (ec)
        return nullptr;
    if (auto known = find_directory(choice, id))
    {
        const std::lock_guard<std::mutex> lock(known->mutex);
        known->own.widen_permissions(permissions);
        return known;
    }

    const process_identity self = this_process();
    presence_info info;
    info.id = random_id(ec);
    if (!ec)
        info.key = random_key(ec);
    info.pid = self.pid;
    info.port = endpoint_->port();
    info.address = endpoint_->address();
    info.boot_id = self.boot_id;
    info.pid_namespace = self.pid_namespace;
    info.net_namespace = self.net_namespace;
    info.host = self.host;
    info.executable = self.executable;
    info.started = std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()
    )
                       .count();

    auto result = std::make_shared<lock_directory>();
    result->choice = without_links(choice, id);
    const std::string& path = result->choice.path;
    result->presence_id = info.id;
    result->presence_name = presence_file_name(info.id);
    result->port = info.port;
    if (!ec)
        result->own.create(path, std::move(info), permissions, ec);
    if (ec)
        return nullptr;
    remove_dead_presences(path, result->presence_id);
    if (!file_maintenance_)
        file_maintenance_ = std::make_shared<file_maintenance>(shared_from_this());
    post([c = file_maintenance_, result] { c->add(result); });
    const std::lock_guard<std::mutex> lock(mutex_);
    directories_.emplace(path, result);
    return result;
}

// What is known by the path is put back there if it is another directory by now. Else another path
// may lead to the same directory. (What a path led to once does not count: a directory's number is
// given to another one when it has been removed.)
SOCKETLOCK_DECL std::shared_ptr<lock_directory> runtime::find_directory(
    const directory_choice& choice,
    const file_id& id
)
{
    std::vector<std::shared_ptr<lock_directory>> others;
    {
        const std::lock_guard<std::mutex> lock(mutex_);
        if (const auto found = directories_.find(choice.path); found != directories_.end())
            return found->second;
        for (const auto& [path, directory] : directories_)
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

SOCKETLOCK_DECL std::shared_ptr<lock_directory> runtime::find_directory(const id128& presence_id)
{
    const std::lock_guard<std::mutex> lock(mutex_);
    for (const auto& [path, directory] : directories_)
    {
        if (directory->presence_id == presence_id)
            return directory;
    }
    return nullptr;
}

SOCKETLOCK_DECL void runtime::ensure_presence(lock_directory& directory, error_code& ec)
{
    ec.clear();
    const std::lock_guard<std::mutex> lock(directory.mutex);
    if (directory.own.in_place())
        return;
    directory.own.restore(ec);
    // The directory may be another than the one that is watched.
    if (!ec)
        post([c = file_maintenance_, d = directory.shared_from_this()] { c->check_files(d); });
}

}  // namespace socketlock::detail

#endif
