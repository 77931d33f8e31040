// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// Children that are not traced, and how they tell one another how far they are.

#ifndef SOCKETLOCK_TEST_PROCESS_CRASH_CHILD_HPP
#define SOCKETLOCK_TEST_PROCESS_CRASH_CHILD_HPP

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>

namespace crash {

/// Something that happens once, in one process, and that another waits for.
class event
{
public:
    event()
    {
        if (::pipe(ends_) != 0)
            throw std::system_error(errno, std::generic_category(), "pipe");
    }
    event(event&&) = delete;
    ~event()
    {
        ::close(ends_[0]);
        ::close(ends_[1]);
    }

    void happen() const { [[maybe_unused]] const auto n = ::write(ends_[1], "!", 1); }

    /// False if it has not happened in that time.
    bool wait(std::chrono::milliseconds limit) const
    {
        ::pollfd p = {ends_[0], POLLIN, 0};
        return ::poll(&p, 1, static_cast<int>(limit.count())) == 1;
    }

private:
    int ends_[2];
};

/// Runs a function in a child; kills the child if it is destroyed before that has ended.
class child
{
public:
    template <class Function>
    explicit child(Function body)
    {
        std::fflush(nullptr);
        pid_ = ::fork();
        if (pid_ < 0)
            throw std::system_error(errno, std::generic_category(), "fork");
        if (pid_ != 0)
            return;
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        int status = 0;
        try
        {
            body();
        }
        catch (const std::exception& e)
        {
            std::printf("%s\n", e.what());
            status = 1;
        }
        std::exit(status);
    }
    child(child&&) = delete;

    ~child()
    {
        if (pid_ <= 0)
            return;
        ::kill(pid_, SIGKILL);
        wait();
    }

    /// True if it returned and threw nothing.
    bool wait()
    {
        int status = 0;
        const bool ended = ::waitpid(pid_, &status, 0) == pid_;
        pid_ = 0;
        return ended && WIFEXITED(status) && WEXITSTATUS(status) == 0;
    }

    /// SIGSTOP; returns when it has stopped.
    void stop() const
    {
        int status = 0;
        ::kill(pid_, SIGSTOP);
        ::waitpid(pid_, &status, WUNTRACED);
    }

    /// SIGKILL; returns when it is gone.
    void kill()
    {
        ::kill(pid_, SIGKILL);
        wait();
    }

    /// True if it was ended by kill -9.
    bool wait_for_kill()
    {
        int status = 0;
        const bool ended = ::waitpid(pid_, &status, 0) == pid_;
        pid_ = 0;
        return ended && WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
    }

private:
    ::pid_t pid_ = 0;
};

}  // namespace crash

#endif
