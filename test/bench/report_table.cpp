// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#include <cstdio>

#include "report.hpp"

namespace bench {

namespace {

std::string ratio(const std::optional<double>& value)
{
    if (!value)
        return "-";
    char text[32];
    std::snprintf(text, sizeof text, *value < 100 ? "%.2f" : "%.0f", *value);
    return text;
}

std::string explain(const row& r)
{
    std::string result = r.remark;
    for (const auto& [name, value] : r.more)
    {
        char text[64];
        const char* const format = value != 0 && value < 10 ? "%s=%.2f" : "%s=%.0f";
        std::snprintf(text, sizeof text, format, name.c_str(), value);
        result += (result.empty() ? "" : " ") + std::string(text);
    }
    return result;
}

const char* heading(group g)
{
    switch (g)
    {
    case group::uncontended:
        return "uncontended: try_lock and unlock";
    case group::refused:
        return "refused: try_lock while another process holds the lock";
    case group::handoff:
        return "handoff: unlock in one process to lock or its handler in another";
    case group::crash:
        return "crash: kill -9 of the holder to lock or its handler in another process";
    case group::waiting:
        return "waiting: processor time of one waiter, and its wake-ups";
    case group::growth_waiters:
        return "growth_waiters: handoff by number of waiters";
    case group::growth_locks:
        return "growth_locks: time of a lock by number of locks held";
    case group::contention:
        return "contention: lock by number of processes that lock and unlock";
    }
    return "";
}

}  // namespace

void print_header(const machine& m, const std::vector<measured_place>& places)
{
    std::printf(
        "%s\n%s, %u cores; %s; %s; Boost %s\n",
        m.date.c_str(),
        m.cpu.c_str(),
        m.cores,
        m.kernel.c_str(),
        m.compiler.c_str(),
        m.boost.c_str()
    );
    for (const measured_place& p : places)
        std::printf("%s: %s\n", p.where.name.c_str(), p.file_system.c_str());
    std::fflush(stdout);
}

void print_table(const results& r, const std::vector<peer>& peers)
{
    std::optional<group> current;
    for (const row& line : r.rows())
    {
        if (current != line.in)
        {
            current = line.in;
            std::printf(
                "\n%s\n  %-44s %8s %12s %12s %8s %12s\n",
                heading(line.in),
                "",
                "n",
                "median us",
                "p99 us",
                "/bare C",
                "/socketlock"
            );
        }
        if (line.times.n == 0)
        {
            std::printf("  %-44s %s\n", line.name().c_str(), explain(line).c_str());
            continue;
        }
        std::printf(
            "  %-44s %8zu %12.2f %12.2f %8s %12s  %s\n",
            line.name().c_str(),
            line.times.n,
            line.times.median_us,
            line.times.p99_us,
            ratio(line.bare_ratio).c_str(),
            ratio(line.own_ratio).c_str(),
            explain(line).c_str()
        );
    }
    std::printf("\n");
    for (const peer& p : peers)
    {
        if (!p.remark.empty())
            std::printf("%s: %s\n", p.name.c_str(), p.remark.c_str());
    }
}

}  // namespace bench
