// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#ifndef SOCKETLOCK_DETAIL_PLATFORM_POSIX_STREAM_SOCKET_IPP
#define SOCKETLOCK_DETAIL_PLATFORM_POSIX_STREAM_SOCKET_IPP

#include <socketlock/detail/platform/stream_socket.hpp>

#include <fcntl.h>
#include <sys/socket.h>

namespace socketlock::detail {

// Plain POSIX sets the flags afterwards: if another thread calls exec in between, the socket is
// passed on.
inline int keep_to_ourselves(int descriptor) noexcept
{
    if (descriptor >= 0)
    {
        ::fcntl(descriptor, F_SETFD, FD_CLOEXEC);
        ::fcntl(descriptor, F_SETFL, O_NONBLOCK);
    }
    return descriptor;
}

SOCKETLOCK_DECL int open_stream_socket(int family) noexcept
{
    return keep_to_ourselves(::socket(family, SOCK_STREAM, 0));
}

SOCKETLOCK_DECL int accept_stream_socket(int listener) noexcept
{
    return keep_to_ourselves(::accept(listener, nullptr, nullptr));
}

}  // namespace socketlock::detail

#endif
