// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// 1 to 64 processes that lock and unlock one lock as fast as they can.

#include <algorithm>
#include <array>
#include <atomic>
#include <memory>
#include <random>

#include "groups.hpp"
#include "shared_memory.hpp"

namespace bench {

namespace {

constexpr std::size_t most_processes = 64;
constexpr std::size_t most_samples = 256;

struct board
{
    struct contender
    {
        std::uint64_t acquisitions;
        /// How long lock() took, of acquisitions chosen at random.
        std::array<nanoseconds, most_samples> samples;
    };

    std::atomic<unsigned> ready;
    std::atomic<nanoseconds> begin;
    std::atomic<nanoseconds> end;
    std::array<contender, most_processes> contenders;
};

void contend(board& b, std::size_t self, lockable& lock)
{
    board::contender& me = b.contenders[self];
    std::minstd_rand random(static_cast<unsigned>(self + 1));
    // So that what is done once is done before.
    lock.lock();
    lock.unlock();
    ++b.ready;
    while (b.begin == 0)
        sleep_for(200_us);
    sleep_for(std::max<nanoseconds>(b.begin - now(), 0));
    const nanoseconds end = b.end;
    for (;;)
    {
        const nanoseconds asked = now();
        if (asked >= end)
            break;
        const nanoseconds acquired = lock.lock();
        lock.unlock();
        if (acquired >= end)
            break;
        const std::uint64_t n = me.acquisitions++;
        const std::uint64_t at = n < most_samples
                                     ? n
                                     : std::uniform_int_distribution<std::uint64_t>(0, n)(random);
        if (at < most_samples)
            me.samples[at] = acquired - asked;
    }
}

row contest(const peer& p, const place& where, unsigned processes, nanoseconds duration)
{
    row r;
    r.in = group::contention;
    r.peer = p.name;
    r.place = where.name;
    r.size = processes;
    const shared_memory<board> b;
    const plan lock = p.prepare(where, p.name + std::to_string(processes));
    std::vector<child> children;
    for (std::size_t i = 0; i < processes; ++i)
        children.emplace_back([&] { contend(*b, i, *lock.make(static_cast<int>(i))); });
    const auto has_ended = [](const child& c) { return c.has_ended(); };
    const nanoseconds start_limit = now() + 20000_ms;
    while (b->ready != processes)
    {
        if (now() > start_limit || std::any_of(children.begin(), children.end(), has_ended))
        {
            r.remark = "failed: not all processes got the lock once";
            return r;
        }
        sleep_for(1_ms);
    }
    const nanoseconds begin = now() + 2_ms;
    b->end = begin + duration;
    b->begin = begin;
    sleep_for(duration);
    const nanoseconds limit = now() + 10000_ms;
    for (child& c : children)
    {
        if (!c.join_until(limit))
            r.remark = "failed: a process did not end";
    }

    std::vector<std::uint64_t> shares;
    std::vector<nanoseconds> samples;
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < processes; ++i)
    {
        const auto& c = b->contenders[i];
        shares.push_back(c.acquisitions);
        sum += c.acquisitions;
        const auto count = std::min<std::uint64_t>(c.acquisitions, most_samples);
        samples.insert(samples.end(), c.samples.begin(), c.samples.begin() + count);
    }
    r.times = summarize(samples);
    r.times.n = sum;
    r.more = {
        {"per_second", static_cast<double>(sum) * 1e9 / static_cast<double>(duration)},
        {"jain_index", jain_index(shares)                                            },
    };
    return r;
}

}  // namespace

void measure_contention(const setting& s, results& out)
{
    const std::vector<unsigned> sizes = s.quick ? std::vector<unsigned>{1, 8, 64}
                                                : std::vector<unsigned>{1, 2, 4, 8, 16, 32, 64};
    const nanoseconds duration = s.quick ? 60_ms : 500_ms;
    for (const unsigned processes : sizes)
    {
        for (const place& where : s.places)
        {
            for (const peer& p : s.peers)
            {
                if (p.takes_part(group::contention, where))
                    out.add(contest(p, where, processes, duration));
            }
        }
    }
}

}  // namespace bench
