// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// The figures to reach, as ratios within one run and on the same file system.

#include <cstdio>

#include "report.hpp"

namespace bench {

namespace {

class bar_printer
{
public:
    explicit bar_printer(const results& r) : results_(r) {}

    const row* find(group g, const std::string& peer, const std::string& place, unsigned size = 0)
        const
    {
        const row* const r = results_.find(g, peer, place, size);
        return r != nullptr && r->times.n != 0 ? r : nullptr;
    }

    /// `a` must take at most `most` times as long as `b`.
    void at_most(const std::string& what, const row* a, double most, const row* b) const
    {
        if (a != nullptr && b != nullptr)
            print(what, a->times.median_us / b->times.median_us, "at most", most);
        else
            not_measured(what);
    }

    /// `a` must be so many times faster than `b`.
    void faster(const std::string& what, const row* a, double least, const row* b) const
    {
        if (a != nullptr && b != nullptr)
            print(what, b->times.median_us / a->times.median_us, "at least", least);
        else
            not_measured(what);
    }

    /// The floor for anything that makes the same system calls.
    void floor(group g, const std::string& a, const std::string& b, const std::string& place) const
    {
        const row* const least = find(g, a, place);
        const row* const other = find(g, b, place);
        if (least == nullptr || other == nullptr)
            return;
        const std::string what = std::string(to_string(g)) + ": " + a + " / " + b;
        const double ratio = least->times.median_us / other->times.median_us;
        std::printf("  %-78s %9.2f  (floor)\n", (what + " (" + place + ")").c_str(), ratio);
    }

    void figure(
        const std::string& what,
        const row* r,
        const std::string& name,
        const std::optional<double>& most
    ) const
    {
        if (r != nullptr && r->figure(name) && most)
            print(what, *r->figure(name), "at most", *most);
        else
            not_measured(what);
    }

private:
    static void print(const std::string& what, double measured, const char* limit, double bar)
    {
        const bool met = limit == std::string("at most") ? measured <= bar : measured >= bar;
        std::printf(
            "  %-78s %9.2f  %8s %7.1f  %s\n",
            what.c_str(),
            measured,
            limit,
            bar,
            met ? "met" : "NOT MET"
        );
    }

    static void not_measured(const std::string& what)
    {
        std::printf("  %-78s %9s\n", what.c_str(), "not measured");
    }

    const results& results_;
};

void print_bars_of(const bar_printer& p, const std::string& place)
{
    const std::string at = " (" + place + ")";
    const auto compare = [&](group g, const std::string& self, double most, const std::string& other
                         ) {
        const std::string what = std::string(to_string(g)) + ": " + self + " / " + other + at;
        p.at_most(what, p.find(g, self, place), most, p.find(g, other, place));
    };
    p.floor(group::uncontended, bare, flock_opened, place);
    compare(group::uncontended, own, 3.5, flock_opened);
    compare(group::uncontended, own, 1.5, bare);
    p.faster(
        "uncontended: times faster than v1" + at,
        p.find(group::uncontended, own, place),
        10,
        p.find(group::uncontended, version_1, place)
    );
    p.floor(group::refused, bare, flock_opened, place);
    compare(group::refused, own, 2.5, flock_opened);
    compare(group::refused, own, 1.5, bare);
    p.faster(
        "refused: times faster than v1" + at,
        p.find(group::refused, own, place),
        50,
        p.find(group::refused, version_1, place)
    );
    for (const group g : {group::handoff, group::crash})
    {
        const double most = g == group::handoff ? 2.0 : 1.5;
        p.floor(g, bare_design, bare, place);
        compare(g, own, most, bare);
        compare(g, own_async, most, bare);
    }
    // The safety net is one look every three seconds.
    const row* const waiter = p.find(group::waiting, own_async, place);
    const auto seconds = waiter != nullptr ? waiter->figure("seconds") : std::nullopt;
    p.figure(
        "waiting: wake-ups of a waiter" + at,
        waiter,
        "wake_ups",
        seconds ? std::optional<double>(*seconds / 3 + 1) : std::nullopt
    );
    p.at_most(
        "growth_waiters: 1,000 waiters / one" + at,
        p.find(group::growth_waiters, own_async, place, 1000),
        1.5,
        p.find(group::growth_waiters, own_async, place, 1)
    );
    const row* const many = p.find(group::growth_locks, own, place, 10000);
    p.at_most(
        "growth_locks: time with 10,000 locks / one" + at,
        many,
        1.2,
        p.find(group::growth_locks, own, place, 1)
    );
    p.figure(
        "growth_locks: bytes of heap for each of 10,000" + at,
        many,
        "heap_bytes_per_lock",
        1024
    );
    const row* const fewer = p.find(group::growth_locks, own, place, 100);
    p.figure(
        "growth_locks: descriptors with 10,000; at most those with 100" + at,
        many,
        "descriptors",
        fewer != nullptr ? fewer->figure("descriptors") : std::nullopt
    );
}

}  // namespace

void print_bars(const results& r)
{
    std::printf("\nbars (medians)\n");
    for (const char* const place : {"disk", "tmpfs"})
        print_bars_of(bar_printer(r), place);
}

}  // namespace bench
