// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// Kills a process at each of its system calls in turn, before it and right after it, in all its
// threads. Whatever it was doing, the next process must get the lock at once and find nothing left.
// With an argument: only the scenarios whose names contain it.

#include <cstdio>
#include <cstring>
#include <exception>
#include <set>
#include <string>
#include <sys/wait.h>
#include <temporary_directory.hpp>

#include "../stress/shared_memory.hpp"
#include "child.hpp"
#include "scenario.hpp"
#include "traced_process.hpp"

// LeakSanitizer asks: it fails in a process that is being traced.
extern "C" int __lsan_is_turned_off()
{
    return 1;
}

namespace {

using namespace crash;

// Lets the process end by itself in the last run; true if all was well.
bool run(const scenario& what)
{
    // A process that ends within this number of stops; more tell that something goes round.
    static constexpr unsigned most = 20000;
    std::set<long> calls;
    unsigned points = 0;
    int failures = 0;
    bool has_ended = false;
    for (unsigned n = 1; !has_ended && n < most && failures < 5; n += is_sanitized() ? 7 : 1)
    {
        const stress::shared<blackboard> board;
        const temporary_directory directory;
        const scene s{*board, directory / "locks", n};
        kill_point point;
        try
        {
            point = what.play(s);
            has_ended = !point.was_reached;
            if (has_ended && point.status != 0)
                throw std::runtime_error("it ended with status " + std::to_string(point.status));
            if (has_ended && what.ends_at_once)
                check_end(s);
            check_aftermath(s);
        }
        catch (const std::exception& e)
        {
            ++failures;
            std::printf(
                "%s, killed at stop %u, %s: %s\n",
                what.name,
                n,
                point.describe().c_str(),
                e.what()
            );
        }
        points += has_ended ? 0 : 1;
        calls.insert(point.call);
    }
    const bool well = failures == 0 && has_ended && points != 0;
    std::printf(
        "%s crash_at_every_call/%s (%u kill points, %zu different system calls)\n",
        well ? "ok" : "not ok",
        what.name,
        points,
        calls.size()
    );
    std::fflush(nullptr);
    return well;
}

}  // namespace

int main(int argc, char** argv)
{
    if (!can_trace())
    {
        std::printf("skip crash_at_every_call (this system does not let us trace our children)\n");
        return 0;
    }
    bool all_well = true;
    for (const scenario& what : scenarios)
    {
        if (argc < 2 || std::strstr(what.name, argv[1]) != nullptr)
        {
            const bool well = run(what);
            all_well = all_well && well;
        }
    }
    return all_well ? 0 : 1;
}
