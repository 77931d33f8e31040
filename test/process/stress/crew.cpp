// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#include "crew.hpp"

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include "occupancy.hpp"

namespace stress {

crew::crew(arena& a, work_function work, const std::filesystem::path& directory)
    : arena_(a), work_(work), lock_dir_(directory / "locks"), marker_(directory / "occupied")
{
    for (std::size_t i = 0; i < worker_count; ++i)
        start(i);
}

crew::~crew()
{
    for (const member& m : members_)
    {
        if (m.pid == 0)
            continue;
        ::kill(m.pid, SIGKILL);
        ::waitpid(m.pid, nullptr, 0);
    }
}

void crew::start(std::size_t number)
{
    std::fflush(nullptr);
    const ::pid_t pid = ::fork();
    if (pid < 0)
        throw std::runtime_error("fork failed");
    if (pid == 0)
    {
        // Nobody would end it if the test were killed.
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        worker w{arena_, number, lock_dir_, marker_};
        w.self().pid = ::getpid();
        work_(w);
        std::exit(0);
    }
    members_[number] = {};
    members_[number].pid = pid;
}

void crew::kill(std::size_t number)
{
    member& m = members_[number];
    int status = 0;
    ::kill(m.pid, SIGKILL);
    ::waitpid(m.pid, &status, 0);
    ++kills_;
    note_end(number, status);
    start(number);
}

void crew::note_end(std::size_t number, int status)
{
    const std::string who = "process " + std::to_string(members_[number].pid);
    members_[number].pid = 0;
    slot& s = arena_.slots[number];
    s.pid = 0;
    s.waits_since = 0;
    if (s.is_incrementing.exchange(false))
        ++interrupted_increments_;
    if (WIFEXITED(status) && WEXITSTATUS(status) != 0)
        report_violation(arena_, who + " ended with status " + std::to_string(WEXITSTATUS(status)));
    else if (WIFSIGNALED(status) && WTERMSIG(status) != SIGKILL)
        report_violation(arena_, who + " was ended by signal " + std::to_string(WTERMSIG(status)));
}

void crew::stop(std::size_t number)
{
    member& m = members_[number];
    if (m.is_stopped)
        return;
    ::kill(m.pid, SIGSTOP);
    ++stops_;
    m.is_stopped = true;
    m.continues = after(std::chrono::milliseconds(4));
}

void crew::continue_some(clock::time_point now)
{
    for (member& m : members_)
    {
        if (m.is_stopped && m.continues <= now)
        {
            ::kill(m.pid, SIGCONT);
            m.is_stopped = false;
        }
    }
}

void crew::look_for_ends()
{
    for (std::size_t i = 0; i < worker_count; ++i)
    {
        int status = 0;
        if (members_[i].pid != 0 && ::waitpid(members_[i].pid, &status, WNOHANG) > 0)
            note_end(i, status);
    }
}

// Any worker, but the one that holds the lock more often than the others.
std::size_t crew::choose()
{
    const auto number = std::uniform_int_distribution<std::size_t>(0, 4 * worker_count - 1)(random_
    );
    return number < 3 * worker_count ? number % worker_count : arena_.occupant.load();
}

crew::clock::time_point crew::after(std::chrono::microseconds mean)
{
    if (mean.count() == 0)
        return clock::time_point::max();
    std::exponential_distribution<double> pause(1.0 / static_cast<double>(mean.count()));
    return clock::now() + std::chrono::microseconds(static_cast<std::int64_t>(pause(random_)));
}

void crew::run(std::chrono::milliseconds time, const disturbance& d, bool until_violation)
{
    const auto end = clock::now() + time;
    auto next_kill = after(d.between_kills);
    auto next_stop = after(d.between_stops);
    for (auto now = clock::now(); now < end; now = clock::now())
    {
        if (until_violation && arena_.violations != 0)
            break;
        continue_some(now);
        look_for_ends();
        for (std::size_t i = 0; i < worker_count; ++i)
        {
            if (members_[i].pid != 0)
                continue;
            ++exits_;
            start(i);
        }
        if (next_kill <= now)
        {
            const std::size_t victim = choose();
            if (victim >= d.spared)
                kill(victim);
            next_kill = after(d.between_kills);
        }
        if (next_stop <= now)
        {
            stop(choose());
            next_stop = after(d.between_stops);
        }
        // Sets the pace; nothing waits for it.
        std::this_thread::sleep_for(std::chrono::microseconds(300));
    }
}

bool crew::finish(std::chrono::seconds limit)
{
    arena_.is_ending = true;
    continue_some(clock::time_point::max());
    const auto end = clock::now() + limit;
    for (;;)
    {
        look_for_ends();
        bool is_over = true;
        for (const member& m : members_)
            is_over = is_over && m.pid == 0;
        if (is_over || clock::now() >= end)
            return is_over;
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
}

}  // namespace stress
