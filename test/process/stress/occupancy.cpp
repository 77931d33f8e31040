// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#include "occupancy.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <fstream>
#include <sstream>
#include <string>
#include <unistd.h>

namespace stress {

void report_violation(arena& a, const std::string& text)
{
    if (a.violations.fetch_add(1) < 5)
    {
        const std::string line = "violation: " + text + "\n";
        [[maybe_unused]] const auto written = ::write(STDOUT_FILENO, line.data(), line.size());
    }
}

namespace {

// The pid in the marker; 0 if there is none (yet), -1 if there is no marker.
::pid_t read_marker(const std::string& path)
{
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0)
        return -1;
    char text[16] = {};
    const auto size = ::read(descriptor, text, sizeof text - 1);
    ::close(descriptor);
    return size > 0 ? static_cast<::pid_t>(std::atoi(text)) : 0;
}

// A killed process is there until the kernel is done with it, though its files are closed: it is a
// zombie, or is becoming one.
bool is_running(::pid_t pid)
{
    static constexpr unsigned long exiting = 4;  // PF_EXITING in linux/sched.h
    std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
    std::string text;
    if (!std::getline(file, text))
        return false;
    std::istringstream rest(text.substr(text.rfind(')') + 1));
    char state = 'X';
    long parent = 0;
    long group = 0;
    long session = 0;
    long terminal = 0;
    long terminal_group = 0;
    unsigned long flags = 0;
    rest >> state >> parent >> group >> session >> terminal >> terminal_group >> flags;
    return rest && state != 'Z' && state != 'X' && (flags & exiting) == 0;
}

}  // namespace

bool occupancy::is_live_worker(::pid_t pid) const
{
    const bool is_worker = std::any_of(
        arena_.slots.begin(),
        arena_.slots.end(),
        [&](const slot& s) { return s.pid == pid; }
    );
    return is_worker && is_running(pid);
}

void occupancy::put_marker()
{
    const std::string pid = std::to_string(::getpid());
    for (;;)
    {
        const int flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC;
        const int descriptor = ::open(marker_.c_str(), flags, 0600);
        if (descriptor >= 0)
        {
            const auto written = ::write(descriptor, pid.data(), pid.size());
            ::close(descriptor);
            if (written < 0)
                report_violation(arena_, "the marker cannot be written");
            return;
        }
        if (errno != EEXIST)
        {
            report_violation(arena_, "the marker cannot be created");
            return;
        }
        // Empty: its owner was killed here, or is alive and will find that it was taken away.
        const ::pid_t other = read_marker(marker_);
        if (other > 0 && is_live_worker(other))
            report_violation(
                arena_,
                "process " + pid + " owns the lock that process " + std::to_string(other) + " owns"
            );
        ::unlink(marker_.c_str());
    }
}

void occupancy::take_marker()
{
    const ::pid_t found = read_marker(marker_);
    if (found != ::getpid())
        report_violation(
            arena_,
            "the marker of process " + std::to_string(::getpid()) + " was replaced"
        );
    ::unlink(marker_.c_str());
}

void occupancy::occupy(std::uint64_t fencing_token)
{
    slot& self = arena_.slots[number_];
    arena_.occupant = number_;
    // A second owner has time to do the same between this reading and the writing below.
    const std::uint64_t count = arena_.counter;

    const std::uint64_t last = arena_.last_token;
    if (fencing_token <= last)
        report_violation(
            arena_,
            "fencing token " + std::to_string(fencing_token) + " comes after " +
                std::to_string(last)
        );
    arena_.last_token = fencing_token;

    put_marker();

    self.is_incrementing = true;
    arena_.counter = count + 1;
    ++self.increments;
    self.is_incrementing = false;

    take_marker();
    ++self.acquisitions;
}

}  // namespace stress
