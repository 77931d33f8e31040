// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#ifndef SOCKETLOCK_DETAIL_PLATFORM_POSIX_SOCKET_IPP
#define SOCKETLOCK_DETAIL_PLATFORM_POSIX_SOCKET_IPP

#include <socketlock/detail/platform/socket.hpp>
#include <socketlock/detail/platform/stream_socket.hpp>
#include <socketlock/error.hpp>

#include <boost/system/errc.hpp>

#include <array>
#include <cerrno>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace socketlock::detail {

inline error_code socket_error(int native_error) noexcept
{
    if (native_error == EMFILE || native_error == ENFILE)
        return errc::too_many_open_files;
    return {native_error, boost::system::system_category()};
}

inline bool is_family_missing(const error_code& ec) noexcept
{
    return ec == boost::system::errc::address_not_available ||
           ec == boost::system::errc::address_family_not_supported ||
           ec == boost::system::errc::network_unreachable;
}

inline void send_at_once(int descriptor) noexcept
{
    const int on = 1;
    ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

SOCKETLOCK_DECL owned_descriptor open_loopback_socket(bool v6, error_code& ec)
{
    ec.clear();
    auto result = owned_descriptor::open([&] { return open_stream_socket(v6 ? AF_INET6 : AF_INET); }
    );
    if (result)
        send_at_once(result.get());
    else
        ec = socket_error(errno);
    return result;
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
    const int descriptor = result.descriptor.get();
    if (::bind(descriptor, address, size) != 0 || ::listen(descriptor, 4096) != 0 ||
        ::getsockname(descriptor, address, &size) != 0)
    {
        ec = socket_error(errno);
        return {};
    }
    result.port = ntohs(v6 ? v6_address.sin6_port : v4_address.sin_port);
    return result;
}

SOCKETLOCK_DECL loopback_listener open_loopback_listener(error_code& ec)
{
    loopback_listener v4 = listen_on(false, ec);
    return is_family_missing(ec) ? listen_on(true, ec) : std::move(v4);
}

SOCKETLOCK_DECL bool has_spare_descriptors()
{
    // A presence, a lock file, somebody else's presence, and a watch.
    std::array<owned_descriptor, 4> spare;
    for (owned_descriptor& s : spare)
    {
        s = owned_descriptor::open([] { return open_stream_socket(AF_UNIX); });
        if (!s)
            return false;
    }
    return true;
}

SOCKETLOCK_DECL owned_descriptor accept_connection(int listener, error_code& ec)
{
    ec.clear();
    auto result = owned_descriptor::open([&] { return accept_stream_socket(listener); });
    if (result)
        send_at_once(result.get());
    else
        ec = {errno, boost::system::system_category()};
    return result;
}

}  // namespace socketlock::detail

#endif
