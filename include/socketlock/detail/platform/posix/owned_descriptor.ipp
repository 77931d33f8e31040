// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#ifndef SOCKETLOCK_DETAIL_PLATFORM_POSIX_OWNED_DESCRIPTOR_IPP
#define SOCKETLOCK_DETAIL_PLATFORM_POSIX_OWNED_DESCRIPTOR_IPP

#include <socketlock/detail/platform/owned_descriptor.hpp>

#include <unistd.h>

namespace socketlock::detail {

SOCKETLOCK_DECL int owned_descriptor::remembered(int descriptor)
{
    if (descriptor < 0)
        return -1;
    try
    {
        remember_descriptor(descriptor);
    }
    catch (...)
    {
        ::close(descriptor);
        throw;
    }
    return descriptor;
}

SOCKETLOCK_DECL void owned_descriptor::close() noexcept
{
    if (value_ < 0)
        return;
    const std::lock_guard<std::mutex> lock(fork_mutex());
    forget_descriptor(value_);
    // Not again after EINTR: the descriptor is gone already (Linux), and may be somebody else's.
    ::close(release());
}

SOCKETLOCK_DECL void owned_descriptor::abandon() noexcept
{
    if (value_ < 0)
        return;
    const std::lock_guard<std::mutex> lock(fork_mutex());
    forget_descriptor(release());
}

}  // namespace socketlock::detail

#endif
