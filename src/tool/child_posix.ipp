// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "child.hpp"
#include "parent_death.hpp"
#include "signals_posix.hpp"

extern char** environ;  // NOLINT: POSIX leaves its declaration to us

namespace socketlock::tool {

namespace {

std::vector<char*> pointers_to(std::vector<std::string>& texts)
{
    std::vector<char*> result;
    result.reserve(texts.size() + 1);
    for (std::string& text : texts)
        result.push_back(text.data());
    result.push_back(nullptr);
    return result;
}

// Our environment with these variables instead of those of the same names.
std::vector<std::string> environment_with(const variables& added)
{
    std::vector<std::string> result;
    for (char** entry = environ; *entry != nullptr; ++entry)
    {
        bool is_replaced = false;
        for (const auto& [name, value] : added)
            is_replaced = is_replaced || (std::strncmp(*entry, name.c_str(), name.size()) == 0 &&
                                          (*entry)[name.size()] == '=');
        if (!is_replaced)
            result.emplace_back(*entry);
    }
    for (const auto& [name, value] : added)
        result.push_back(name + '=' + value);
    return result;
}

// In the child: becomes the command, or reports through the pipe why not. Async-signal-safe.
[[noreturn]] void become(char** arguments, char** environment, ::pid_t parent, int report) noexcept
{
    die_with_parent(parent);
    restore_signal_dispositions();
    environ = environment;
    ::execvp(arguments[0], arguments);
    const int error = errno;
    [[maybe_unused]] const auto n = ::write(report, &error, sizeof error);
    ::_exit(127);
}

start_failure failure_of_fork(int error)
{
    return {
        start_failure::reason::no_process,
        {error, std::generic_category()}
    };
}

start_failure failure_of_exec(int error)
{
    return {
        error == ENOENT ? start_failure::reason::not_found : start_failure::reason::not_executable,
        {error, std::generic_category()}
    };
}

}  // namespace

std::optional<child_process> child_process::start(
    const std::vector<std::string>& command,
    const variables& environment,
    start_failure& failure
)
{
    // Everything that needs memory comes before the fork.
    std::vector<std::string> arguments = command;
    std::vector<std::string> entries = environment_with(environment);
    const std::vector<char*> argument_pointers = pointers_to(arguments);
    const std::vector<char*> entry_pointers = pointers_to(entries);
    int report[2];
    if (::pipe(report) != 0)
    {
        failure = failure_of_fork(errno);
        return std::nullopt;
    }
    ::fcntl(report[0], F_SETFD, FD_CLOEXEC);
    ::fcntl(report[1], F_SETFD, FD_CLOEXEC);

    // Between fork and exec the child must not run our signal handlers, which would report its
    // signals to us.
    ::sigset_t all;
    ::sigset_t mask;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &mask);
    const ::pid_t parent = ::getpid();
    const ::pid_t id = ::fork();
    const int fork_error = errno;
    if (id == 0)
        become(
            const_cast<char**>(argument_pointers.data()),
            const_cast<char**>(entry_pointers.data()),
            parent,
            report[1]
        );
    ::pthread_sigmask(SIG_SETMASK, &mask, nullptr);
    ::close(report[1]);
    if (id == -1)
    {
        ::close(report[0]);
        failure = failure_of_fork(fork_error);
        return std::nullopt;
    }

    // The pipe ends empty when the command has taken the child's place.
    int exec_error = 0;
    ::ssize_t n = 0;
    do
        n = ::read(report[0], &exec_error, sizeof exec_error);
    while (n == -1 && errno == EINTR);
    ::close(report[0]);
    if (n == static_cast<::ssize_t>(sizeof exec_error))
    {
        ::waitpid(id, nullptr, 0);
        failure = failure_of_exec(exec_error);
        return std::nullopt;
    }
    return child_process(id);
}

std::optional<int> child_process::exit_code() noexcept
{
    int state = 0;
    if (!exit_code_ && ::waitpid(static_cast<::pid_t>(id_), &state, WNOHANG) > 0)
        exit_code_ = WIFSIGNALED(state) ? 128 + WTERMSIG(state) : WEXITSTATUS(state);
    return exit_code_;
}

void child_process::send(int signal) noexcept
{
    // Until its exit code has been collected, no other process gets the id.
    if (!exit_code_)
        ::kill(static_cast<::pid_t>(id_), signal);
}

void child_process::terminate() noexcept
{
    send(SIGTERM);
}

}  // namespace socketlock::tool
