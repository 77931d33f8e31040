// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// Eight processes that want one lock, while others stop, continue and kill them at random:
//
//     stress [--try | --wait] [--calm] [--expect-violation]
//
//   --try, --wait       only one of the two sections: with try_lock alone, with every way to wait
//   --calm              nobody is stopped or killed, to see how fast it goes
//   --expect-violation  fails unless the lock does, within the time
//
// A section takes $SOCKETLOCK_STRESS_SECONDS, 5 unless set. Prints "ok NAME" or "not ok NAME".

#include <socketlock/process_lock.hpp>

#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <filesystem>
#include <fstream>
#include <string>
#include <sys/wait.h>
#include <temporary_directory.hpp>
#include <thread>
#include <unistd.h>

#include "crew.hpp"
#include "occupancy.hpp"
#include "shared_memory.hpp"

namespace {

using namespace stress;
using std::chrono::microseconds;
using std::chrono::milliseconds;

struct section
{
    const char* name;
    work_function work;
    disturbance usual;
    /// Every process that wants the lock waits in the queue.
    bool is_fair;
};

struct settings
{
    double seconds = 5;
    bool is_calm = false;
    bool expects_violation = false;
};

std::uint64_t total(const arena& a, std::atomic<std::uint64_t> slot::*what)
{
    std::uint64_t sum = 0;
    for (const slot& s : a.slots)
        sum += (s.*what).load();
    return sum;
}

void print_shares(const arena& a)
{
    const auto all = std::max<std::uint64_t>(total(a, &slot::acquisitions), 1);
    double squares = 0;
    std::printf("  shares of the %zu processes:", worker_count);
    for (const slot& s : a.slots)
    {
        const double share = static_cast<double>(s.acquisitions) / static_cast<double>(all);
        squares += share * share;
        std::printf(" %.1f%%", 100 * share);
    }
    std::printf(" (Jain's index %.3f)\n", 1 / (static_cast<double>(worker_count) * squares));
}

std::int64_t longest_wait(const arena& a)
{
    std::int64_t longest = 0;
    for (const slot& s : a.slots)
        longest = std::max(longest, s.longest_wait.load());
    return longest;
}

// The queue serves every waiter, and none waits for the pause after which waiters check whether
// they have been forgotten (three seconds).
void check_fairness(arena& a)
{
    const char* const sanitizers = std::getenv("SOCKETLOCK_SANITIZE");
    const bool is_slow = sanitizers != nullptr && *sanitizers != '\0';
    const auto longest = std::chrono::microseconds(longest_wait(a));
    if (longest > milliseconds(is_slow ? 20000 : 2500))
        report_violation(a, "a process has waited for " + std::to_string(longest.count()) + " us");
    const auto average = total(a, &slot::acquisitions) / worker_count;
    for (const slot& s : a.slots)
    {
        if (s.acquisitions < average / 3)
            report_violation(
                a,
                "a process got the lock " + std::to_string(s.acquisitions) + " times where " +
                    std::to_string(average) + " is the average"
            );
    }
    if (total(a, &slot::cancellations) == 0)
        report_violation(a, "nobody has cancelled the wait");
}

// Counter and increments agree, except for those that a kill interrupted.
void check_counter(arena& a, std::uint64_t uncertain)
{
    const std::uint64_t done = total(a, &slot::increments);
    const std::uint64_t counted = a.counter;
    if (counted < done || counted > done + uncertain)
        report_violation(
            a,
            "the counter says " + std::to_string(counted) + " after " + std::to_string(done) +
                " increments and " + std::to_string(uncertain) + " interrupted ones"
        );
}

// Nobody uses the lock any more: a new process has it at once, and clears away what is left.
void use_afterwards(arena& a, const std::filesystem::path& lock_dir)
{
    namespace fs = std::filesystem;
    boost::asio::io_context context;
    socketlock::lock_options options;
    options.lock_dir = lock_dir.string();
    // Each newcomer removes a bounded number of dead presences.
    for (std::size_t i = 0; i < worker_count; ++i)
        socketlock::process_lock(context, "another", options).lock();
    socketlock::process_lock lock(context, lock_name, options);
    if (!lock.try_lock())
        report_violation(a, "the lock is not free when all are done");
    const auto presences = [&] {
        int result = 0;
        for (const auto& entry : fs::directory_iterator(lock_dir))
        {
            const std::string name = entry.path().filename().string();
            const bool is_lock = entry.path() == lock.path() || name == ".another.lock";
            if (!is_lock && entry.path().extension() != ".tmp")
                ++result;
        }
        return result;
    };
    // What was used before may be ending on a thread of its own.
    const auto limit = std::chrono::steady_clock::now() + std::chrono::minutes(3);
    while (presences() != 1 && std::chrono::steady_clock::now() < limit)
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    if (const int left = presences(); left != 1)
        report_violation(a, std::to_string(left) + " presences are left instead of one");
}

void check_afterwards(arena& a, const std::filesystem::path& lock_dir)
{
    std::fflush(nullptr);
    const ::pid_t pid = ::fork();
    if (pid == 0)
    {
        int status = 0;
        try
        {
            use_afterwards(a, lock_dir);
        }
        catch (const std::exception& e)
        {
            std::printf("afterwards: %s\n", e.what());
            status = 1;
        }
        std::fflush(nullptr);
        std::_Exit(status);
    }
    int status = 0;
    ::waitpid(pid, &status, 0);
    if (pid < 0 || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
        report_violation(a, "the lock cannot be used when all are done");
}

// The first line of a file of /proc, or as much of it as can be read.
std::string first_line(const std::filesystem::path& path)
{
    std::ifstream file(path);
    std::string line;
    std::getline(file, line);
    return line;
}

// What can be seen of a process that does not end: where each of its threads is.
void describe(const slot& s)
{
    namespace fs = std::filesystem;
    const std::int64_t since = s.waits_since;
    std::printf("  process %d", static_cast<int>(s.pid));
    if (since != 0)
        std::printf(
            " has waited for %.3f s",
            static_cast<double>(microseconds_now() - since) / 1e6
        );
    std::printf("\n");
    std::error_code ec;
    const fs::path threads = "/proc/" + std::to_string(s.pid) + "/task";
    for (const auto& thread : fs::directory_iterator(threads, ec))
    {
        const std::string status = first_line(thread.path() / "stat").substr(0, 60);
        const std::string place = first_line(thread.path() / "wchan");
        const std::string call = first_line(thread.path() / "syscall");
        std::printf("    %s ... %s, call %s\n", status.c_str(), place.c_str(), call.c_str());
    }
}

// The lock file and the presences, which say which process holds and which are alive.
void print_lock_dir(const std::filesystem::path& lock_dir)
{
    std::error_code ec;
    for (const auto& entry : std::filesystem::directory_iterator(lock_dir, ec))
    {
        std::string text = first_line(entry.path());
        text.erase(text.find_last_not_of(" ") + 1);
        std::printf("  %s %s\n", entry.path().filename().c_str(), text.c_str());
    }
}

// True if all was well.
bool run(const section& s, const settings& how)
{
    const shared<arena> memory;
    arena& a = *memory;
    const temporary_directory directory;
    crew workers(a, s.work, directory.path());
    const disturbance d = how.is_calm ? disturbance() : s.usual;
    const auto begin = std::chrono::steady_clock::now();
    const auto time = milliseconds(static_cast<int>(how.seconds * 1000));
    workers.run(time, d, how.expects_violation);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    const auto acquisitions = total(a, &slot::acquisitions);

    // Many times what it takes.
    const auto limit = std::chrono::seconds(how.expects_violation ? 5 : 180);
    if (!workers.finish(limit))
    {
        for (const slot& x : a.slots)
        {
            if (x.pid != 0)
                describe(x);
        }
        print_lock_dir(workers.lock_dir());
        report_violation(a, "not all processes ended");
    }
    check_counter(a, workers.interrupted_increments());
    if (s.is_fair && !how.expects_violation)
        check_fairness(a);
    if (!how.expects_violation)
        check_afterwards(a, workers.lock_dir());
    for (const slot& x : a.slots)
    {
        if (x.acquisitions == 0 && !how.expects_violation)
            report_violation(a, "a process never got the lock");
    }

    std::printf(
        "%s: %zu processes, %.1f s: %llu acquisitions (%.0f/s), %llu refusals, "
        "%llu of them cancelled, %llu kills, "
        "%llu stops, %llu exits, %llu increments interrupted, %llu errors, %llu violations\n",
        s.name,
        worker_count,
        took.count(),
        static_cast<unsigned long long>(acquisitions),
        static_cast<double>(acquisitions) / took.count(),
        static_cast<unsigned long long>(total(a, &slot::refusals)),
        static_cast<unsigned long long>(total(a, &slot::cancellations)),
        static_cast<unsigned long long>(workers.kills()),
        static_cast<unsigned long long>(workers.stops()),
        static_cast<unsigned long long>(workers.exits()),
        static_cast<unsigned long long>(workers.interrupted_increments()),
        static_cast<unsigned long long>(a.errors),
        static_cast<unsigned long long>(a.violations)
    );
    print_shares(a);
    if (longest_wait(a) != 0)
        std::printf("  longest wait: %.1f ms\n", static_cast<double>(longest_wait(a)) / 1e3);
    return how.expects_violation ? a.violations != 0 : a.violations == 0 && a.errors == 0;
}

}  // namespace

int main(int argc, char** argv)
{
    const section sections[] = {
        {"try_lock", &work_by_trying,  {milliseconds(5), milliseconds(3), 0},  false},
        {"waiting",  &work_by_waiting, {milliseconds(20), milliseconds(5), 2}, true },
    };
    settings how;
    if (const char* const seconds = std::getenv("SOCKETLOCK_STRESS_SECONDS"))
        how.seconds = std::atof(seconds);
    const char* only = nullptr;
    for (int i = 1; i < argc; ++i)
    {
        const std::string argument = argv[i];
        if (argument == "--try")
            only = sections[0].name;
        else if (argument == "--wait")
            only = sections[1].name;
        else if (argument == "--calm")
            how.is_calm = true;
        else if (argument == "--expect-violation")
            how.expects_violation = true;
        else
        {
            std::fprintf(stderr, "stress: unknown argument %s\n", argv[i]);
            return 64;
        }
    }

    bool all_well = true;
    for (const section& s : sections)
    {
        if (only != nullptr && std::strcmp(only, s.name) != 0)
            continue;
        const bool well = run(s, how);
        all_well = all_well && well;
        std::printf(
            "%s stress/%s%s\n",
            well ? "ok" : "not ok",
            s.name,
            how.expects_violation ? "_without_guard_is_caught" : "_under_kills_and_stops"
        );
        std::fflush(nullptr);
    }
    return all_well ? 0 : 1;
}
