// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#ifndef SOCKETLOCK_DETAIL_PLATFORM_LINUX_STREAM_SOCKET_IPP
#define SOCKETLOCK_DETAIL_PLATFORM_LINUX_STREAM_SOCKET_IPP

#include <socketlock/detail/platform/stream_socket.hpp>

#include <sys/socket.h>

namespace socketlock::detail {

SOCKETLOCK_DECL int open_stream_socket(int family) noexcept
{
    return ::socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
}

SOCKETLOCK_DECL int accept_stream_socket(int listener) noexcept
{
    return ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
}

}  // namespace socketlock::detail

#endif
