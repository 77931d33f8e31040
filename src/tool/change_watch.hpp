// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#ifndef SOCKETLOCK_TOOL_CHANGE_WATCH_HPP
#define SOCKETLOCK_TOOL_CHANGE_WATCH_HPP

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

namespace socketlock::tool {

/// Sleeps until a lock may have changed hands or become free, without joining its queue.
class change_watch
{
public:
    explicit change_watch(std::string lock_file);
    change_watch(change_watch&&) = delete;
    ~change_watch();

    /// From here on a change of the lock file, or the end of the process `holder`, ends the next
    /// `sleep`. False if one of the two would not be noticed. 0: nobody holds; -1: a process that
    /// has no number here.
    bool begin(std::int64_t holder);

    /// Sleeps for this long at most.
    void sleep(std::chrono::steady_clock::duration longest);

private:
    class implementation;
    const std::unique_ptr<implementation> implementation_;
};

}  // namespace socketlock::tool

#endif
