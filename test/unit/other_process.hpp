// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#ifndef SOCKETLOCK_TEST_UNIT_OTHER_PROCESS_HPP
#define SOCKETLOCK_TEST_UNIT_OTHER_PROCESS_HPP

#include <cerrno>
#include <csignal>
#include <stdexcept>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

/// One end of a line between two processes, for single characters.
class line
{
public:
    explicit line(int descriptor) : descriptor_(descriptor) {}
    line(line&&) = delete;
    ~line() { ::close(descriptor_); }

    void say(char what) { (void)::send(descriptor_, &what, 1, MSG_NOSIGNAL); }

    /// Waits for what the other process says; 0 if it says nothing any more.
    char hear() { return hear(0); }

    /// What the other process has said already; 0 if nothing.
    char heard() { return hear(MSG_DONTWAIT); }

private:
    char hear(int flags)
    {
        char what = 0;
        ::ssize_t n = 0;
        do
            n = ::recv(descriptor_, &what, 1, flags);
        while (n < 0 && errno == EINTR);
        return n == 1 ? what : char(0);
    }

    int descriptor_;
};

/**
 * A fork of this process that calls `function(line&)` and exits with its result. It is killed by
 * the destructor.
 */
class other_process
{
public:
    template <class Function>
    explicit other_process(Function function) : other_process(ends(), function)
    {
    }
    other_process(other_process&&) = delete;

    ~other_process()
    {
        if (pid_ > 0)
            kill();
    }

    ::pid_t pid() const noexcept { return pid_; }

    void say(char what) { line_.say(what); }
    char hear() { return line_.hear(); }

    void signal(int number) { ::kill(pid_, number); }

    void kill()
    {
        signal(SIGKILL);
        wait();
    }

    /// Its exit code; -1 if it was killed.
    int wait()
    {
        int status = 0;
        while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR)
        {
        }
        pid_ = -1;
        return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    }

private:
    struct ends
    {
        int mine = -1;
        int other = -1;

        ends()
        {
            int both[2];
            if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, both) != 0)
                throw std::runtime_error("socketpair failed");
            mine = both[0];
            other = both[1];
        }
    };

    template <class Function>
    other_process(ends e, Function& function) : line_(e.mine), pid_(::fork())
    {
        if (pid_ == 0)
        {
            ::close(e.mine);
            run(e.other, function);
        }
        ::close(e.other);
        if (pid_ < 0)
            throw std::runtime_error("fork failed");
    }

    // Never returns, so that nothing of the parent's is run or destroyed twice.
    template <class Function>
    [[noreturn]] static void run(int descriptor, Function& function)
    {
        int result = 99;
        try
        {
            line to_parent(descriptor);
            result = function(to_parent);
        }
        catch (...)
        {
        }
        ::_exit(result);
    }

    line line_;
    ::pid_t pid_;
};

/// Runs `function()` in another process as a user without privileges; its result.
template <class Function>
int as_nobody(Function function)
{
    other_process p([&](line&) {
        constexpr ::uid_t nobody = 65534;
        if (::geteuid() == 0 && (::setgid(nobody) != 0 || ::setuid(nobody) != 0))
            return 98;
        return static_cast<int>(function());
    });
    return p.wait();
}

#endif
