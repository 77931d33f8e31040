// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#ifndef SOCKETLOCK_DETAIL_PLATFORM_LINUX_POSITIONED_IO_IPP
#define SOCKETLOCK_DETAIL_PLATFORM_LINUX_POSITIONED_IO_IPP

#include <socketlock/detail/platform/positioned_io.hpp>

#include <cstdint>
#include <sys/syscall.h>
#include <unistd.h>

namespace socketlock::detail {

// 32-bit systems differ in how they pass a 64-bit offset; the C library knows.
inline constexpr bool passes_offsets_whole = sizeof(long) == sizeof(std::int64_t);

SOCKETLOCK_DECL ::ssize_t read_at(
    int descriptor,
    void* data,
    std::size_t size,
    ::off_t offset
) noexcept
{
    if constexpr (passes_offsets_whole)
        return ::syscall(SYS_pread64, descriptor, data, size, offset);
    else
        return ::pread(descriptor, data, size, offset);
}

SOCKETLOCK_DECL ::ssize_t write_at(
    int descriptor,
    const void* data,
    std::size_t size,
    ::off_t offset
) noexcept
{
    if constexpr (passes_offsets_whole)
        return ::syscall(SYS_pwrite64, descriptor, data, size, offset);
    else
        return ::pwrite(descriptor, data, size, offset);
}

}  // namespace socketlock::detail

#endif
