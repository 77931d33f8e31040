// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#include "loopback.hpp"

#include <arpa/inet.h>
#include <cerrno>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <system_error>

namespace test {

namespace {

[[noreturn]] void fail(const char* what)
{
    throw std::system_error(errno, std::generic_category(), what);
}

void send_at_once(int descriptor) noexcept
{
    const int on = 1;
    ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

int open_socket()
{
    const int result = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (result < 0)
        fail("socket");
    send_at_once(result);
    return result;
}

::sockaddr_in loopback(std::uint16_t port)
{
    ::sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    return address;
}

}  // namespace

int connect_to(std::uint16_t port)
{
    const int result = open_socket();
    const ::sockaddr_in address = loopback(port);
    if (::connect(result, reinterpret_cast<const ::sockaddr*>(&address), sizeof address) != 0)
        fail("connect");
    return result;
}

listening_socket listen_on_loopback()
{
    const int result = open_socket();
    ::sockaddr_in address = loopback(0);
    auto* const generic = reinterpret_cast<::sockaddr*>(&address);
    ::socklen_t size = sizeof address;
    if (::bind(result, generic, size) != 0 || ::listen(result, 64) != 0 ||
        ::getsockname(result, generic, &size) != 0)
        fail("listen");
    return {result, ntohs(address.sin_port)};
}

int accept_from(int listener) noexcept
{
    const int result = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
    if (result >= 0)
        send_at_once(result);
    return result;
}

bool is_readable(int descriptor, std::chrono::milliseconds limit) noexcept
{
    ::pollfd readable = {descriptor, POLLIN, 0};
    return ::poll(&readable, 1, static_cast<int>(limit.count())) == 1;
}

}  // namespace test
