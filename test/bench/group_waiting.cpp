// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// What it costs to wait: processor time and wake-ups of a waiter while nothing happens.

#include <filesystem>
#include <fstream>

#include "groups.hpp"

namespace bench {

namespace {

struct usage
{
    double cpu_us = 0;
    double wake_ups = 0;
};

usage operator-(const usage& a, const usage& b)
{
    return {a.cpu_us - b.cpu_us, a.wake_ups - b.wake_ups};
}

// Of all threads of a process and of its children; from outside, so that looking costs the process
// nothing.
usage usage_of(const std::string& pid)
{
    usage sum;
    std::error_code ignored;
    for (const auto& task : std::filesystem::directory_iterator("/proc/" + pid + "/task", ignored))
    {
        double cpu_ns = 0;
        std::ifstream(task.path() / "schedstat") >> cpu_ns;
        sum.cpu_us += cpu_ns / 1000;
        std::ifstream status(task.path() / "status");
        std::string word;
        while (status >> word)
        {
            double switches = 0;
            if (word == "voluntary_ctxt_switches:" && status >> switches)
                sum.wake_ups += switches;
        }
        std::ifstream children(task.path() / "children");
        while (children >> word)
        {
            const usage u = usage_of(word);
            sum.cpu_us += u.cpu_us;
            sum.wake_ups += u.wake_ups;
        }
    }
    return sum;
}

}  // namespace

void measure_waiting(const setting& s, results& out)
{
    auto sessions = open_sessions(s, group::waiting);
    for (session& one : sessions)
    {
        attempt(one, [](session& self) {
            for (int role = 0; role < 2; ++role)
            {
                self.workers.emplace_back(self.lock, role);
                self.workers[static_cast<std::size_t>(role)].await_start();
            }
            self.workers[0].lock();
            self.workers[1].start_lock();
        });
    }
    sleep_for(500_ms);
    const auto look = [&] {
        std::vector<usage> result;
        for (const session& one : sessions)
            result.push_back(
                one.failure.empty() ? usage_of(std::to_string(one.workers[1].pid())) : usage()
            );
        return result;
    };
    const nanoseconds duration = s.quick ? 2000_ms : 5000_ms;
    const auto before = look();
    sleep_for(duration);
    const auto after = look();
    for (std::size_t i = 0; i < sessions.size(); ++i)
    {
        const usage u = after[i] - before[i];
        row r;
        r.in = group::waiting;
        r.peer = sessions[i].who->name;
        r.place = sessions[i].where.name;
        r.remark = sessions[i].failure;
        if (r.remark.empty())
        {
            r.times = {1, u.cpu_us, u.cpu_us};
            r.more = {
                {"wake_ups", u.wake_ups           },
                {"seconds",  to_us(duration) / 1e6}
            };
        }
        out.add(std::move(r));
    }
}

}  // namespace bench
