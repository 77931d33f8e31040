// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#ifndef SOCKETLOCK_DETAIL_PLATFORM_POSIX_SOCKET_IPP
#define SOCKETLOCK_DETAIL_PLATFORM_POSIX_SOCKET_IPP

#include <socketlock/detail/platform/fork.hpp>
#include <socketlock/detail/platform/socket.hpp>
#include <socketlock/detail/platform/stream_socket.hpp>
#include <socketlock/error.hpp>

#include <cerrno>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

namespace socketlock::detail {

inline error_code socket_error(int native_error) noexcept
{
    switch (native_error)
    {
    case EMFILE:
    case ENFILE:
        return errc::too_many_open_files;
    case EADDRNOTAVAIL:
    case EAFNOSUPPORT:
    case ENETUNREACH:
        return errc::no_loopback;
    default:
        return {native_error, boost::system::system_category()};
    }
}

inline void send_at_once(int descriptor) noexcept
{
    const int on = 1;
    ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

SOCKETLOCK_DECL int open_loopback_socket(bool v6, error_code& ec)
{
    ec.clear();
    const std::lock_guard<std::mutex> lock(fork_mutex());
    const int descriptor = open_stream_socket(v6 ? AF_INET6 : AF_INET);
    if (descriptor < 0)
    {
        ec = socket_error(errno);
        return -1;
    }
    send_at_once(descriptor);
    remember_descriptor(descriptor);
    return descriptor;
}

SOCKETLOCK_DECL void close_socket(int descriptor) noexcept
{
    const std::lock_guard<std::mutex> lock(fork_mutex());
    forget_descriptor(descriptor);
    ::close(descriptor);
}

inline loopback_listener listen_on(bool v6, error_code& ec)
{
    loopback_listener result;
    result.v6 = v6;
    result.descriptor = open_loopback_socket(v6, ec);
    if (ec)
        return {};

    ::sockaddr_in v4_address = {};
    v4_address.sin_family = AF_INET;
    v4_address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ::sockaddr_in6 v6_address = {};
    v6_address.sin6_family = AF_INET6;
    v6_address.sin6_addr = in6addr_loopback;
    auto* const address = v6 ? reinterpret_cast<::sockaddr*>(&v6_address)
                             : reinterpret_cast<::sockaddr*>(&v4_address);
    ::socklen_t size = v6 ? sizeof v6_address : sizeof v4_address;
    if (::bind(result.descriptor, address, size) != 0 || ::listen(result.descriptor, 4096) != 0 ||
        ::getsockname(result.descriptor, address, &size) != 0)
    {
        ec = socket_error(errno);
        close_socket(result.descriptor);
        return {};
    }
    result.port = ntohs(v6 ? v6_address.sin6_port : v4_address.sin_port);
    return result;
}

SOCKETLOCK_DECL loopback_listener open_loopback_listener(error_code& ec)
{
    const loopback_listener v4 = listen_on(false, ec);
    if (ec != errc::no_loopback)
        return v4;
    return listen_on(true, ec);
}

SOCKETLOCK_DECL int accept_connection(int listener, error_code& ec)
{
    ec.clear();
    const std::lock_guard<std::mutex> lock(fork_mutex());
    const int descriptor = accept_stream_socket(listener);
    if (descriptor < 0)
    {
        ec = {errno, boost::system::system_category()};
        return -1;
    }
    send_at_once(descriptor);
    remember_descriptor(descriptor);
    return descriptor;
}

}  // namespace socketlock::detail

#endif
