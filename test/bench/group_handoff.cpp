// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// From the call of unlock in one process to the moment when the one that waited has the lock; and
// the same from kill -9.

#include <random>
#include <utility>

#include "groups.hpp"

namespace bench {

namespace {

// Until a worker that began to wait sleeps; for peers that poll, any moment of their sleep.
void let_wait(const peer& p)
{
    static std::minstd_rand random(1);
    std::uniform_int_distribution<nanoseconds> any(0, 60_ms);
    sleep_for(p.polls ? pace + any(random) : pace);
}

// The first worker holds, and hands the lock to the second.
nanoseconds hand_over(const peer& p, worker& from, worker& to)
{
    to.start_lock();
    let_wait(p);
    from.start_unlock();
    // The one that gets the lock wakes us; the other one's answer is there by then, or soon.
    const auto acquired = to.finish();
    const auto released = from.finish();
    return acquired.end - released.begin;
}

void start(session& s)
{
    for (int role = 0; role < 2; ++role)
        s.workers.emplace_back(s.lock, role);
    for (worker& w : s.workers)
        w.await_start();
    s.workers[0].lock();
}

}  // namespace

void measure_handoffs(const setting& s, results& out)
{
    auto sessions = open_sessions(s, group::handoff);
    for (session& one : sessions)
    {
        attempt(one, [](session& self) {
            start(self);
            for (int i = 0; i < 2; ++i)
                hand_over(*self.who, self.workers[i & 1], self.workers[1 - (i & 1)]);
        });
    }
    const effort e = s.quick ? effort{3, 60, 250_ms} : effort{20, 1000, 5000_ms};
    take_turns(sessions, e, [](session& self) {
        const std::size_t holder = self.samples.size() & 1;
        self.samples.push_back(hand_over(*self.who, self.workers[holder], self.workers[1 - holder])
        );
    });
    add_rows(out, group::handoff, sessions);
}

void measure_crashes(const setting& s, results& out)
{
    auto sessions = open_sessions(s, group::crash);
    const effort e = s.quick ? effort{2, 20, 300_ms} : effort{10, 150, 5000_ms};
    take_turns(sessions, e, [&](session& self) {
        const peer& p = *self.who;
        // A new lock each time: some peers' workers cannot be used again.
        const std::string number = std::to_string(self.samples.size());
        self.lock = p.prepare(self.where, self.name + "-" + number);
        start(self);
        self.lock = {};
        worker& holder = self.workers[0];
        worker& waiter = self.workers[1];
        if (!p.polls)
        {
            // So that the waiter does what it does for the second time.
            hand_over(p, holder, waiter);
            hand_over(p, waiter, holder);
        }
        waiter.start_lock();
        let_wait(p);
        const nanoseconds killed = holder.kill();
        self.samples.push_back(waiter.finish().end - killed);
        self.workers.clear();
    });
    add_rows(out, group::crash, sessions);
}

}  // namespace bench
