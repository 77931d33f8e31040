// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#ifndef SOCKETLOCK_DETAIL_PLATFORM_POSIX_DIRECTORY_WATCH_IPP
#define SOCKETLOCK_DETAIL_PLATFORM_POSIX_DIRECTORY_WATCH_IPP

#include <socketlock/detail/platform/directory_watch.hpp>

namespace socketlock::detail {

// POSIX has no means for it: poll every few seconds.
class directory_watch::implementation
{
};

// NOLINTNEXTLINE(performance-unnecessary-value-param): elsewhere it is kept
SOCKETLOCK_DECL directory_watch::directory_watch(asio::io_context&, handler) {}

SOCKETLOCK_DECL directory_watch::~directory_watch() = default;

SOCKETLOCK_DECL bool directory_watch::add(const std::string&)
{
    return false;
}

}  // namespace socketlock::detail

#endif
