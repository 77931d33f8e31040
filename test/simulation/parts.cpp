// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#include "parts.hpp"

#include <algorithm>
#include <cassert>
#include <cstring>

namespace simulation {

id128 make_id(id_kind kind, std::size_t index)
{
    id128 id;
    const std::uint64_t number = index + 1;
    std::memcpy(id.value.data(), &number, sizeof number);
    id.value[15] = static_cast<unsigned char>(kind);
    return id;
}

std::size_t index_of(const id128& id)
{
    std::uint64_t number;
    std::memcpy(&number, id.value.data(), sizeof number);
    return static_cast<std::size_t>(number - 1);
}

profile draw_profile(random_source& random, scenario what)
{
    profile p;
    // Most races need few; the more there are the longer it takes.
    const std::size_t size = random.below(64);
    p.processes = size < 40   ? 2 + random.below(3)
                  : size < 58 ? 3 + random.below(4)
                              : 7 + random.below(10);
    p.users = 1 + random.below(3);
    p.rounds = 1 + random.below(4);
    p.luck = std::size_t(2) << random.below(6);
    p.calm_after = 100 + random.below(600);

    const auto perhaps = [&](unsigned parts, unsigned chance_of_it = 512) {
        return random.chance(chance_of_it) ? parts : 0u;
    };
    p.try_lock = perhaps(300);
    p.busy = perhaps(512);
    p.look = perhaps(2, 128);
    if (what == scenario::half_open)
    {
        p.crash = 2;
        p.half_open = true;
        p.die_inside = perhaps(20);
        p.cancel = perhaps(6);
        return p;
    }
    p.timing.safety_net = {};
    if (what == scenario::crowded)
    {
        p.processes = 1 + random.below(3);
        p.users = 2 + random.below(5);
        p.luck = 3;
        p.cancel = 6;
        p.destroy = 3;
        p.look = 2;
        p.remove_file = perhaps(2);
        p.busy = perhaps(400);
        p.error = perhaps(60);
        p.write_error = perhaps(60);
        return p;
    }
    if (what == scenario::broken_connections)
    {
        p.luck = 4;
        p.cut = 8;
        p.cancel = 8;
        p.stall_connection = 8;
        return p;
    }
    p.stall = perhaps(6);
    p.stall_connection = perhaps(12);
    if (random.chance(256))
        return p;
    p.crash = perhaps(1u << random.below(3));
    p.cancel = perhaps(1u << random.below(5));
    p.destroy = perhaps(2, 256);
    p.time_limit = perhaps(4, 256);
    p.remove_file = perhaps(2, 128);
    p.error = perhaps(40, 256);
    p.write_error = perhaps(40, 128);
    p.unknown = perhaps(100, 256);
    p.refuse = perhaps(200, 256);
    p.unreachable = perhaps(300, 128);
    p.lose = perhaps(300);
    if (p.destroy + p.remove_file + p.unreachable == 0)
        p.cut = perhaps(12, 192);
    p.die_inside = p.crash != 0 ? perhaps(20) : 0;
    // After the file has been removed the clock is all that tokens have.
    p.clock_jumps = p.remove_file == 0 && random.chance(256);
    return p;
}

void simulated_claim::reset(const claim_timing& timing)
{
    auto kept = std::move(successors);
    kept.clear();
    *this = simulated_claim();
    successors = std::move(kept);
    machine = claim_machine(timing);
}

totals& totals::operator+=(const totals& other)
{
    steps += other.steps;
    most_calm_steps = std::max(most_calm_steps, other.most_calm_steps);
    acquisitions += other.acquisitions;
    grants += other.grants;
    recoveries += other.recoveries;
    passed_on += other.passed_on;
    cancels += other.cancels;
    crashes += other.crashes;
    cuts += other.cuts;
    orphans += other.orphans;
    return *this;
}

std::ostream& operator<<(std::ostream& out, const totals& sum)
{
    return out << sum.steps << " steps (at most " << sum.most_calm_steps << " to come to rest), "
               << sum.acquisitions << " acquisitions, " << sum.grants << " grants, "
               << sum.recoveries << " recoveries, " << sum.passed_on << " passed on, "
               << sum.cancels << " cancels, " << sum.crashes << " crashes, " << sum.cuts
               << " connections cut, " << sum.orphans << " orphans cleared";
}

void stream::push(message m)
{
    assert(size < unread.size());
    unread[size++] = m;
}

message stream::pop()
{
    const message first = unread[0];
    std::move(unread.begin() + 1, unread.begin() + size, unread.begin());
    --size;
    return first;
}

}  // namespace simulation
