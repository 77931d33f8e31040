// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#ifndef SOCKETLOCK_DETAIL_PLATFORM_POSIX_POSITIONED_IO_IPP
#define SOCKETLOCK_DETAIL_PLATFORM_POSIX_POSITIONED_IO_IPP

#include <socketlock/detail/platform/positioned_io.hpp>

#include <unistd.h>

namespace socketlock::detail {

SOCKETLOCK_DECL ::ssize_t read_at(
    int descriptor,
    void* data,
    std::size_t size,
    ::off_t offset
) noexcept
{
    return ::pread(descriptor, data, size, offset);
}

SOCKETLOCK_DECL ::ssize_t write_at(
    int descriptor,
    const void* data,
    std::size_t size,
    ::off_t offset
) noexcept
{
    return ::pwrite(descriptor, data, size, offset);
}

}  // namespace socketlock::detail

#endif
