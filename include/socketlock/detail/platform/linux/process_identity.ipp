// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#ifndef SOCKETLOCK_DETAIL_PLATFORM_LINUX_PROCESS_IDENTITY_IPP
#define SOCKETLOCK_DETAIL_PLATFORM_LINUX_PROCESS_IDENTITY_IPP

#include <socketlock/detail/platform/process_identity.hpp>

#include <fcntl.h>
#include <unistd.h>

namespace socketlock::detail {

inline std::string link_target(const char* path)
{
    char text[4096];
    const ::ssize_t n = ::readlink(path, text, sizeof text);
    return n > 0 ? std::string(text, static_cast<std::size_t>(n)) : std::string();
}

// The boot id of proc(5), random at every boot.
inline std::string boot_id()
{
    const int descriptor = ::open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
    if (descriptor < 0)
        return {};
    char text[36];
    const ::ssize_t n = ::read(descriptor, text, sizeof text);
    ::close(descriptor);
    return n > 0 ? std::string(text, static_cast<std::size_t>(n)) : std::string();
}

SOCKETLOCK_DECL process_identity this_process()
{
    process_identity result;
    result.pid = this_process_id();
    result.boot_id = boot_id();
    result.pid_namespace = link_target("/proc/self/ns/pid");
    result.net_namespace = link_target("/proc/self/ns/net");
    result.executable = link_target("/proc/self/exe");
    char host[256] = {};
    if (::gethostname(host, sizeof host - 1) == 0)
        result.host = host;
    return result;
}

}  // namespace socketlock::detail

#endif
