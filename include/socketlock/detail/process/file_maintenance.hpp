// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// Looks after the files of a process that holds locks: puts back what was removed, and keeps them
// from looking unused to those who clean temporary directories.

#ifndef SOCKETLOCK_DETAIL_PROCESS_FILE_MAINTENANCE_HPP
#define SOCKETLOCK_DETAIL_PROCESS_FILE_MAINTENANCE_HPP

#include <socketlock/config.hpp>
#include <socketlock/detail/platform/directory_watch.hpp>
#include <socketlock/detail/process/registry.hpp>
#include <socketlock/detail/queue/lock_directory.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace socketlock::detail {

class file_maintenance : public std::enable_shared_from_this<file_maintenance>
{
public:
    SOCKETLOCK_DECL file_maintenance(asio::io_context& context, std::weak_ptr<registry> users);
    file_maintenance(file_maintenance&&) = delete;

    /// Looks after a directory from now on. On the runtime's thread.
    SOCKETLOCK_DECL void add(const std::shared_ptr<lock_directory>& directory);

    /// Puts back what is missing of a directory's files, and watches it. On the runtime's thread.
    SOCKETLOCK_DECL void check_files(const std::shared_ptr<lock_directory>& directory);

    /// Sets the times of the presences, and of the files of locks that are held, to now: programs
    /// that clean up go by their age. Before that, looks after directories whose paths lead
    /// elsewhere since one above them was renamed: of that nobody tells. On the runtime's thread,
    /// once an hour.
    SOCKETLOCK_DECL void touch_all();

private:
    SOCKETLOCK_DECL void on_change(const std::string& path, const std::string& name);
    SOCKETLOCK_DECL void check_later(const std::shared_ptr<lock_directory>& directory);
    SOCKETLOCK_DECL void touch_later();

    const std::weak_ptr<registry> users_;
    directory_watch watch_;
    asio::steady_timer look_timer_;
    asio::steady_timer touch_timer_;
    std::vector<std::shared_ptr<lock_directory>> directories_;
    // To be looked after again.
    std::vector<std::shared_ptr<lock_directory>> missing_;
};

}  // namespace socketlock::detail

#endif
