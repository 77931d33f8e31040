// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#include "peers.hpp"

#include <algorithm>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>

extern char** environ;

namespace bench {

const char* to_string(group g)
{
    switch (g)
    {
    case group::uncontended:
        return "uncontended";
    case group::refused:
        return "refused";
    case group::handoff:
        return "handoff";
    case group::crash:
        return "crash";
    case group::waiting:
        return "waiting";
    case group::growth_waiters:
        return "growth_waiters";
    case group::growth_locks:
        return "growth_locks";
    case group::contention:
        return "contention";
    }
    return "";
}

bool peer::takes_part(group g, const place& where) const
{
    return std::find(groups.begin(), groups.end(), g) != groups.end() &&
           (!tmpfs_only || where.name == "tmpfs");
}

namespace {

bool succeeds(std::vector<std::string> command)
{
    std::vector<char*> arguments;
    for (std::string& argument : command)
        arguments.push_back(argument.data());
    arguments.push_back(nullptr);
    ::posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    for (int fd = 0; fd < 3; ++fd)
        ::posix_spawn_file_actions_addopen(&actions, fd, "/dev/null", O_RDWR, 0);
    ::pid_t pid = 0;
    const int
        failed = ::posix_spawnp(&pid, arguments[0], &actions, nullptr, arguments.data(), environ);
    ::posix_spawn_file_actions_destroy(&actions);
    int status = 0;
    return failed == 0 && ::waitpid(pid, &status, 0) == pid && WIFEXITED(status) &&
           WEXITSTATUS(status) == 0;
}

}  // namespace

std::string find_program(
    const std::vector<std::string>& candidates,
    const std::vector<std::string>& arguments
)
{
    for (const std::string& candidate : candidates)
    {
        std::vector<std::string> command{candidate};
        command.insert(command.end(), arguments.begin(), arguments.end());
        if (succeeds(command))
            return candidate;
    }
    return {};
}

}  // namespace bench
