// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#ifndef SOCKETLOCK_DETAIL_PLATFORM_LINUX_ENVIRONMENT_IPP
#define SOCKETLOCK_DETAIL_PLATFORM_LINUX_ENVIRONMENT_IPP

#include <socketlock/detail/platform/environment.hpp>

#include <cstdlib>

namespace socketlock::detail {

// The kernel says whether the process has gained rights, capabilities among them.
SOCKETLOCK_DECL std::string environment(const char* name)
{
    const char* const value = ::secure_getenv(name);
    return value != nullptr ? value : "";
}

}  // namespace socketlock::detail

#endif
