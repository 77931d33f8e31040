// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#include "groups.hpp"

#include <exception>
#include <filesystem>
#include <utility>

namespace bench {

std::vector<session> open_sessions(const setting& s, group g)
{
    std::vector<session> result;
    for (const place& where : s.places)
    {
        for (const peer& p : s.peers)
        {
            if (!p.takes_part(g, where))
                continue;
            const std::string name = to_string(g) + std::to_string(result.size());
            const place room{where.name, where.directory + "/" + name};
            std::filesystem::create_directory(room.directory);
            std::filesystem::permissions(room.directory, std::filesystem::perms::owner_all);
            result.push_back({&p, room, name, p.prepare(room, name), {}, {}, 0, {}});
        }
    }
    return result;
}

void attempt(session& s, const std::function<void(session&)>& step)
{
    if (!s.failure.empty())
        return;
    try
    {
        step(s);
    }
    catch (const std::exception& e)
    {
        s.failure = std::string("failed: ") + e.what();
    }
}

void take_turns(
    std::vector<session>& sessions,
    const effort& e,
    const std::function<void(session&)>& step
)
{
    for (bool busy = true; std::exchange(busy, false);)
    {
        for (session& s : sessions)
        {
            const bool enough = s.samples.size() >= e.most_samples ||
                                (s.samples.size() >= e.least_samples && s.spent >= e.budget);
            if (enough || !s.failure.empty())
                continue;
            const nanoseconds begin = now();
            attempt(s, step);
            s.spent += now() - begin;
            busy = true;
        }
    }
}

void add_rows(results& out, group g, const std::vector<session>& sessions)
{
    for (const session& s : sessions)
    {
        row r;
        r.in = g;
        r.peer = s.who->name;
        r.place = s.where.name;
        r.times = summarize(s.samples);
        r.remark = s.failure;
        out.add(std::move(r));
    }
}

}  // namespace bench
