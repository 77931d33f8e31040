// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// Programs that are started anew for each lock and end when it is given up: flock(1), and a script
// that uses Python's filelock.

#include <csignal>
#include <fcntl.h>
#include <spawn.h>
#include <stdexcept>
#include <sys/wait.h>

#include "descriptor.hpp"
#include "peers.hpp"

extern char** environ;

namespace bench {

namespace {

/// A program that sends what it is sent once it has the lock, and gives it up at the end of its
/// input. Given up without having sent anything means: refused.
class program_lock final : public lockable
{
public:
    using command = std::vector<std::string>;

    program_lock(command waiting, command trying)
        : waiting_(std::move(waiting)), trying_(std::move(trying))
    {
    }

    nanoseconds lock() override
    {
        if (!run(waiting_))
            throw std::runtime_error(waiting_[0] + " failed");
        return now();
    }
    bool try_lock() override { return run(trying_); }
    void unlock() override { end(); }

private:
    bool run(command& arguments)
    {
        int in[2];
        int out[2];
        checked(::pipe2(in, O_CLOEXEC), "pipe");
        checked(::pipe2(out, O_CLOEXEC), "pipe");
        const descriptor its_input(in[0]);
        input_ = descriptor(in[1]);
        const descriptor output(out[0]);
        descriptor its_output(out[1]);

        std::vector<char*> argv;
        for (std::string& argument : arguments)
            argv.push_back(argument.data());
        argv.push_back(nullptr);
        ::posix_spawn_file_actions_t actions;
        ::posix_spawn_file_actions_init(&actions);
        ::posix_spawn_file_actions_adddup2(&actions, its_input.get(), 0);
        ::posix_spawn_file_actions_adddup2(&actions, its_output.get(), 1);
        const int failed = ::posix_spawnp(&pid_, argv[0], &actions, nullptr, argv.data(), environ);
        ::posix_spawn_file_actions_destroy(&actions);
        if (failed != 0)
            throw std::runtime_error("cannot run " + arguments[0]);
        its_output.reset();

        char byte = 'x';
        checked(::write(input_.get(), &byte, 1), "write");
        const bool acquired = ::read(output.get(), &byte, 1) == 1;
        if (!acquired)
            end();
        return acquired;
    }

    void end()
    {
        input_.reset();
        int status = 0;
        checked(::waitpid(pid_, &status, 0), "waitpid");
    }

    command waiting_;
    command trying_;
    descriptor input_;
    ::pid_t pid_ = -1;
};

peer make(
    const std::string& name,
    const std::function<program_lock::command(const std::string& path, bool wait)>& command
)
{
    peer p;
    p.name = name;
    p.groups = {group::uncontended, group::refused, group::handoff, group::waiting};
    p.prepare = [command](const place& where, const std::string& lock) {
        const std::string path = where.directory + "/" + lock + ".program";
        return plan{
            [=](int) {
                return std::make_unique<program_lock>(command(path, true), command(path, false));
            },
            {}};
    };
    return p;
}

constexpr const char* python_program = R"(
import os, sys
from filelock import FileLock, Timeout
try:
    with FileLock(sys.argv[1], timeout=float(sys.argv[2])):
        os.write(1, os.read(0, 1))
        os.read(0, 1)
except (Timeout, OSError):
    pass
)";

}  // namespace

void add_program_peers(std::vector<peer>& peers)
{
    if (!find_program({"flock"}, {"--version"}).empty())
    {
        peers.push_back(make("flock(1), whole process", [](const std::string& path, bool wait) {
            return program_lock::command{"flock", wait ? "-x" : "-n", path, "cat"};
        }));
        peers.back().remark = "flock(1)'s command keeps the lock when flock is killed";
    }
    const std::string python = find_program(
        {"python3", "/usr/bin/python3"},
        {"-c", "import filelock"}
    );
    if (!python.empty())
    {
        peers.push_back(make(
            "Python filelock, whole process",
            [python](const std::string& path, bool wait) {
                return program_lock::command{python, "-c", python_program, path, wait ? "-1" : "0"};
            }
        ));
        peers.back().remark = "see Python filelock";
        peers.back().polls = true;
    }
}

}  // namespace bench
