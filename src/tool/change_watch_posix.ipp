// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#include <thread>

#include "change_watch.hpp"

namespace socketlock::tool {

// POSIX has no means for it: waiters poll.
class change_watch::implementation
{
};

change_watch::change_watch(std::string) {}

change_watch::~change_watch() = default;

bool change_watch::begin(std::int64_t)
{
    return false;
}

void change_watch::sleep(std::chrono::steady_clock::duration longest)
{
    std::this_thread::sleep_for(longest);
}

}  // namespace socketlock::tool
