// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#ifndef SOCKETLOCK_DETAIL_PLATFORM_POSIX_PROCESS_IDENTITY_IPP
#define SOCKETLOCK_DETAIL_PLATFORM_POSIX_PROCESS_IDENTITY_IPP

#include <socketlock/detail/platform/process_identity.hpp>

#include <unistd.h>

namespace socketlock::detail {

SOCKETLOCK_DECL process_identity this_process()
{
    process_identity result;
    result.pid = this_process_id();
    char host[256] = {};
    if (::gethostname(host, sizeof host - 1) == 0)
        result.host = host;
    return result;
}

SOCKETLOCK_DECL bool is_other_pid_namespace(const std::string&)
{
    return false;
}

// Who has which number where, and since when, cannot be told.
SOCKETLOCK_DECL bool is_over(const process_identity&)
{
    return false;
}

}  // namespace socketlock::detail

#endif
