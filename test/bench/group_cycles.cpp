// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// try_lock and unlock when nobody else is there, and try_lock when somebody else holds the lock.

#include <algorithm>

#include "groups.hpp"

namespace bench {

namespace {

using measurement = std::vector<nanoseconds> (worker::*)(std::uint32_t);

// Batches last about a millisecond.
std::uint32_t batch_size(const session& s)
{
    if (s.samples.empty())
        return 1;
    const nanoseconds last = std::max<nanoseconds>(s.samples.back(), 1);
    return static_cast<std::uint32_t>(std::clamp<nanoseconds>(1_ms / last, 1, 50));
}

void measure(const setting& s, std::vector<session>& sessions, measurement what)
{
    const effort e = s.quick ? effort{3, 2000, 120_ms} : effort{20, 20000, 1500_ms};
    // The first batches open files and start threads.
    for (session& one : sessions)
    {
        attempt(one, [&](session& self) {
            for (int i = 0; i < 3; ++i)
                (self.workers.back().*what)(1);
        });
    }
    take_turns(sessions, e, [&](session& self) {
        const auto batch = (self.workers.back().*what)(batch_size(self));
        self.samples.insert(self.samples.end(), batch.begin(), batch.end());
    });
}

}  // namespace

void measure_cycles(const setting& s, results& out)
{
    auto sessions = open_sessions(s, group::uncontended);
    for (session& one : sessions)
        one.workers.emplace_back(one.lock, 0);
    for (session& one : sessions)
        attempt(one, [](session& self) { self.workers[0].await_start(); });
    measure(s, sessions, &worker::cycles);
    add_rows(out, group::uncontended, sessions);
}

void measure_refusals(const setting& s, results& out)
{
    auto sessions = open_sessions(s, group::refused);
    for (session& one : sessions)
    {
        one.workers.emplace_back(one.lock, 0);
        one.workers.emplace_back(one.lock, 1);
    }
    for (session& one : sessions)
    {
        attempt(one, [](session& self) {
            self.workers[0].await_start();
            self.workers[0].lock();
            self.workers[1].await_start();
        });
    }
    measure(s, sessions, &worker::refused);
    add_rows(out, group::refused, sessions);
}

}  // namespace bench
