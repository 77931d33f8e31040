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
    p.check = perhaps(2, 128);
    p.keep = perhaps(900, 700);
    p.keep_early = p.keep != 0 ? perhaps(400) : 0;
    p.slow_polls = random.chance(512);
    if (what == scenario::half_open)
    {
        p.crash = 2;
        p.half_open = true;
        p.die_inside = perhaps(20);
        p.cancel = perhaps(6);
        return p;
    }
    if (what == scenario::broken_connections)
    {
        p.luck = 4;
        p.cut = 8;
        p.cancel = 8;
        p.time_limit = perhaps(4);
        p.stop = perhaps(4);
        p.age = perhaps(2, 256);
        p.stall_connection = 8;
        return p;
    }
    p.timing.safety_net = {};
    p.drop_idle = perhaps(2);
    if (what == scenario::unreachable)
    {
        p.rounds = 1 + random.below(16);
        p.crash = perhaps(1);
        p.cancel = perhaps(4);
        p.stop = perhaps(2, 256);
        p.age = perhaps(1, 256);
        p.other_namespace = perhaps(400, 700);
        p.no_listener = perhaps(200);
        p.no_sockets = perhaps(200);
        p.refuse = perhaps(100, 256);
        return p;
    }
    if (what == scenario::passed_over)
    {
        p.users = 1 + random.below(2);
        p.rounds = 4 + random.below(8);
        p.processes = 3 + random.below(4);
        p.luck = 1;
        p.stop = perhaps(4);
        p.age = 16;
        p.stall_connection = perhaps(8, 256);
        p.cancel = perhaps(1, 256);
        p.crash = perhaps(1, 128);
        p.refuse = perhaps(400, 700);
        p.other_namespace = perhaps(300);
        p.no_sockets = perhaps(300);
        return p;
    }
    if (what == scenario::lost_files)
    {
        p.processes = 3 + random.below(3);
        p.rounds = 30;
        p.luck = 64;
        p.remove_file = 2;
        p.replace_file = 2;
        p.age = perhaps(2);
        p.cancel = perhaps(2);
        return p;
    }
    if (what == scenario::crowded)
    {
        p.processes = 1 + random.below(3);
        p.users = 2 + random.below(5);
        p.luck = 3;
        p.cancel = 6;
        p.destroy = 3;
        p.check = 2;
        p.remove_file = perhaps(2);
        p.busy = perhaps(400);
        p.error = perhaps(60);
        p.write_error = perhaps(60);
        return p;
    }
    if (random.chance(256))
        p.timing.safety_net = claim_timing::duration(40000);
    p.stop = perhaps(6);
    p.stall_connection = perhaps(12);
    if (random.chance(256))
        return p;
    p.crash = perhaps(1u << random.below(3));
    p.cancel = perhaps(1u << random.below(5));
    p.destroy = perhaps(2, 256);
    p.time_limit = perhaps(4, 256);
    p.age = perhaps(4);
    p.remove_file = perhaps(2, 128);
    p.replace_file = perhaps(2, 64);
    p.error = perhaps(40, 256);
    p.write_error = perhaps(40, 128);
    p.unknown = perhaps(100, 256);
    p.refuse = perhaps(200, 256);
    p.other_namespace = perhaps(400, 128);
    p.no_listener = perhaps(200, 128);
    p.lose = perhaps(300);
    p.die_inside = p.crash != 0 ? perhaps(20) : 0;
    // After the file has been removed the clock is all that tokens have.
    p.clock_jumps = p.remove_file + p.replace_file == 0 && random.chance(256);
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
    reservations += other.reservations;
    for_parked += other.for_parked;
    passed_on += other.passed_on;
    passed_over += other.passed_over;
    reused += other.reused;
    cancels += other.cancels;
    crashes += other.crashes;
    stops += other.stops;
    cuts += other.cuts;
    files += other.files;
    most_overtaken = std::max(most_overtaken, other.most_overtaken);
    most_of_bound = std::max(most_of_bound, other.most_of_bound);
    return *this;
}

std::ostream& operator<<(std::ostream& out, const totals& sum)
{
    return out << sum.steps << " steps (at most " << sum.most_calm_steps << " to come to rest), "
               << sum.acquisitions << " acquisitions, " << sum.reservations << " reservations, "
               << sum.for_parked << " of them for parked waiters, " << sum.passed_on
               << " passed on, " << sum.passed_over << " passed over, " << sum.reused
               << " connections reused, " << sum.cancels << " cancels, " << sum.crashes
               << " crashes, " << sum.stops << " stops, " << sum.cuts << " connections cut, "
               << sum.files << " files removed or replaced, overtaken at most "
               << sum.most_overtaken << " times, " << sum.most_of_bound << " of the bound";
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
