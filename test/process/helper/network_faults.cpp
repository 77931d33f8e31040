// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// The system's network functions as this program sees them: one chosen call of one of them fails,
// or does less than it was asked for.

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <map>
#include <string>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "program.hpp"

namespace test {

namespace {

enum call
{
    call_accept,
    call_connect,
    call_epoll_ctl,
    call_recv,
    call_send,
    call_socket,
    call_count
};

enum : int
{
    /// The connection breaks as it does when the other side's machine goes away.
    fault_break = -1,
    /// One byte is all that is read or written.
    fault_short = -2
};

struct fault_plan
{
    /// How many calls are left before the one that fails is over; goes on into the negative.
    std::atomic<int> number{0};
    /// What this is at the last one that fails; positive if none does.
    std::atomic<int> last{1};
    std::atomic<int> what{0};
    std::atomic<bool> was_hit{false};
};

fault_plan plans[call_count];

// What this call is to suffer; 0 if nothing.
int next_fault(call which)
{
    fault_plan& plan = plans[which];
    const int number = --plan.number;
    if (number > 0 || number < plan.last)
        return 0;
    plan.was_hit = true;
    return plan.what;
}

// Returns -1 with `errno`.
int fail(int socket, int fault)
{
    if (fault == fault_break)
        ::syscall(SYS_shutdown, socket, SHUT_RDWR);
    errno = fault == fault_break ? ECONNRESET : fault;
    return -1;
}

}  // namespace

std::optional<std::string> program::on_fault_command(const std::string& command, words& w)
{
    static const std::map<std::string, call> calls = {
        {"accept",    call_accept   },
        {"connect",   call_connect  },
        {"epoll_ctl", call_epoll_ctl},
        {"recv",      call_recv     },
        {"send",      call_send     },
        {"socket",    call_socket   },
    };
    if (command == "fault")
    {
        // `fault CALL N WHAT [TIMES]`: the number of an error, "break" or "short", for the n-th
        // call from now on, or for so many.
        fault_plan& plan = plans[calls.at(w.next<std::string>())];
        const int number = w.next();
        const auto what = w.next<std::string>();
        plan.what = what == "break" ? fault_break : what == "short" ? fault_short : std::stoi(what);
        plan.was_hit = false;
        plan.last = 1 - std::max(1, w.next());
        plan.number = number;
        return "ok";
    }
    if (command == "was_hit")
    {
        // And nothing of the kind happens any more.
        fault_plan& plan = plans[calls.at(w.next<std::string>())];
        plan.last = 1;
        return plan.was_hit ? "yes" : "no";
    }
    return std::nullopt;
}

}  // namespace test

extern "C" {

// Those of sanitizers, where there are any: they have to see which threads talk to each other.
#define SOCKETLOCK_TEST_SYSTEMS(result, name, ...) \
    result __interceptor_##name(__VA_ARGS__) __attribute__((weak))
SOCKETLOCK_TEST_SYSTEMS(int, socket, int, int, int);
SOCKETLOCK_TEST_SYSTEMS(int, connect, int, const ::sockaddr*, ::socklen_t);
SOCKETLOCK_TEST_SYSTEMS(int, accept4, int, ::sockaddr*, ::socklen_t*, int);
SOCKETLOCK_TEST_SYSTEMS(::ssize_t, send, int, const void*, std::size_t, int);
SOCKETLOCK_TEST_SYSTEMS(::ssize_t, recv, int, void*, std::size_t, int);
SOCKETLOCK_TEST_SYSTEMS(int, epoll_ctl, int, int, int, ::epoll_event*);

int socket(int family, int type, int protocol) noexcept
{
    if (const int fault = test::next_fault(test::call_socket))
        return test::fail(-1, fault);
    if (&__interceptor_socket)
        return __interceptor_socket(family, type, protocol);
    return static_cast<int>(::syscall(SYS_socket, family, type, protocol));
}

int connect(int descriptor, const ::sockaddr* address, ::socklen_t size)
{
    if (const int fault = test::next_fault(test::call_connect))
        return test::fail(descriptor, fault);
    if (&__interceptor_connect)
        return __interceptor_connect(descriptor, address, size);
    return static_cast<int>(::syscall(SYS_connect, descriptor, address, size));
}

int accept4(int descriptor, ::sockaddr* address, ::socklen_t* size, int flags)
{
    if (const int fault = test::next_fault(test::call_accept))
        return test::fail(descriptor, fault);
    if (&__interceptor_accept4)
        return __interceptor_accept4(descriptor, address, size, flags);
    return static_cast<int>(::syscall(SYS_accept4, descriptor, address, size, flags));
}

::ssize_t send(int descriptor, const void* data, std::size_t size, int flags)
{
    const int fault = test::next_fault(test::call_send);
    if (fault != 0 && fault != test::fault_short)
        return test::fail(descriptor, fault);
    const std::size_t length = fault != 0 ? 1 : size;
    if (&__interceptor_send)
        return __interceptor_send(descriptor, data, length, flags);
    return ::syscall(SYS_sendto, descriptor, data, length, flags, nullptr, 0);
}

::ssize_t recv(int descriptor, void* data, std::size_t size, int flags)
{
    const int fault = test::next_fault(test::call_recv);
    if (fault != 0 && fault != test::fault_short)
        return test::fail(descriptor, fault);
    const std::size_t length = fault != 0 ? 1 : size;
    if (&__interceptor_recv)
        return __interceptor_recv(descriptor, data, length, flags);
    return ::syscall(SYS_recvfrom, descriptor, data, length, flags, nullptr, nullptr);
}

int epoll_ctl(int poll, int operation, int descriptor, ::epoll_event* event) noexcept
{
    // Of connections and listeners only: Asio cannot do without what it makes for itself.
    struct ::stat status = {};
    const bool counts = operation != EPOLL_CTL_DEL && ::fstat(descriptor, &status) == 0 &&
                        S_ISSOCK(status.st_mode);
    if (const int fault = counts ? test::next_fault(test::call_epoll_ctl) : 0)
        return test::fail(-1, fault);
    if (&__interceptor_epoll_ctl)
        return __interceptor_epoll_ctl(poll, operation, descriptor, event);
    return static_cast<int>(::syscall(SYS_epoll_ctl, poll, operation, descriptor, event));
}
}
