// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// pread and pwrite, if possible without being cancellation points: then no thread is cancelled in
// the middle of a transaction, and in a process with several threads such a point costs two fences.

#ifndef SOCKETLOCK_DETAIL_PLATFORM_POSITIONED_IO_HPP
#define SOCKETLOCK_DETAIL_PLATFORM_POSITIONED_IO_HPP

#include <socketlock/config.hpp>

#include <cstddef>
#include <sys/types.h>

namespace socketlock::detail {

SOCKETLOCK_DECL ::ssize_t read_at(
    int descriptor,
    void* data,
    std::size_t size,
    ::off_t offset
) noexcept;
SOCKETLOCK_DECL ::ssize_t write_at(
    int descriptor,
    const void* data,
    std::size_t size,
    ::off_t offset
) noexcept;

}  // namespace socketlock::detail

#endif
