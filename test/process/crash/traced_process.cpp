// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#include "traced_process.hpp"

#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <system_error>

// <sys/ptrace.h> lacks what the kernel's header has, and one cannot include both.
#include <linux/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace crash {

namespace {

constexpr int syscall_stop = SIGTRAP | 0x80;

long trace(long request, ::pid_t thread, std::uintptr_t address = 0, std::uintptr_t data = 0)
{
    return ::syscall(SYS_ptrace, request, thread, address, data);
}

[[noreturn]] void fail(const char* what)
{
    throw std::system_error(errno, std::generic_category(), what);
}

::pid_t start_traced(const std::function<void()>& body)
{
    std::fflush(nullptr);
    const ::pid_t child = ::fork();
    if (child < 0)
        fail("fork");
    if (child == 0)
    {
        // So that its threads can be waited for, and nothing else.
        if (::setpgid(0, 0) != 0 || trace(PTRACE_TRACEME, 0) != 0)
            ::_exit(99);
        ::raise(SIGSTOP);
        // Nothing here takes that long; the parent waits without a limit.
        ::alarm(600);
        body();
        std::exit(0);
    }
    int status = 0;
    if (::waitpid(child, &status, 0) != child || !WIFSTOPPED(status))
    {
        errno = EPERM;
        fail("ptrace");
    }
    const std::uintptr_t options = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACECLONE | PTRACE_O_EXITKILL;
    if (trace(PTRACE_SETOPTIONS, child, 0, options) != 0)
        fail("ptrace options");
    return child;
}

}  // namespace

std::string kill_point::describe() const
{
    return std::string(is_before ? "before" : "after") + " system call " + std::to_string(call) +
           " of the " + (is_main_thread ? "main" : "library's") + " thread";
}

kill_point kill_at(unsigned n, const std::atomic<bool>& is_armed, const std::function<void()>& body)
{
    const ::pid_t child = start_traced(body);
    trace(PTRACE_SYSCALL, child);

    kill_point result;
    std::map<::pid_t, long> calls;
    unsigned count = 0;
    for (;;)
    {
        int status = 0;
        const ::pid_t thread = ::waitpid(-child, &status, __WALL);
        if (thread < 0)
            fail("waitpid");
        if (!WIFSTOPPED(status))
        {
            result.status = status;
            if (thread == child)
                return result;
            continue;
        }
        if (result.was_reached)
            continue;
        int signal = WSTOPSIG(status);
        if (signal == syscall_stop)
        {
            ::ptrace_syscall_info info = {};
            trace(
                PTRACE_GET_SYSCALL_INFO,
                thread,
                sizeof info,
                reinterpret_cast<std::uintptr_t>(&info)
            );
            if (info.op == PTRACE_SYSCALL_INFO_ENTRY)
                calls[thread] = static_cast<long>(info.entry.nr);
            if (is_armed && ++count == n)
            {
                result.was_reached = true;
                result.call = calls[thread];
                result.is_before = info.op == PTRACE_SYSCALL_INFO_ENTRY;
                result.is_main_thread = thread == child;
                ::kill(child, SIGKILL);
                continue;
            }
            signal = 0;
        }
        // A new thread begins with SIGSTOP; events come as SIGTRAP.
        else if (signal == SIGSTOP || (status >> 16) != 0)
            signal = 0;
        trace(PTRACE_SYSCALL, thread, 0, static_cast<std::uintptr_t>(signal));
    }
}

bool can_trace()
{
    try
    {
        const std::atomic<bool> is_armed{true};
        return kill_at(1, is_armed, [] { ::getppid(); }).was_reached;
    }
    catch (const std::system_error& e)
    {
        std::printf("cannot trace: %s\n", e.what());
        return false;
    }
}

}  // namespace crash
