// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#ifndef SOCKETLOCK_DETAIL_PLATFORM_POSIX_ENVIRONMENT_IPP
#define SOCKETLOCK_DETAIL_PLATFORM_POSIX_ENVIRONMENT_IPP

#include <socketlock/detail/platform/environment.hpp>

#include <cstdlib>
#include <unistd.h>

namespace socketlock::detail {

SOCKETLOCK_DECL std::string environment(const char* name)
{
    if (::getuid() != ::geteuid() || ::getgid() != ::getegid())
        return {};
    const char* const value = std::getenv(name);
    return value != nullptr ? value : "";
}

}  // namespace socketlock::detail

#endif
