// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// A handoff while 1 to 1,000 wait in several processes.

#include <socketlock/process_lock.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read.hpp>

#include <algorithm>
#include <atomic>
#include <memory>
#include <sys/socket.h>

#include "groups.hpp"
#include "shared_memory.hpp"

namespace bench {

namespace {

namespace asio = boost::asio;
using local_socket = asio::local::stream_protocol::socket;

/// One lock object of one process.
struct member
{
    std::uint32_t process;
    std::uint32_t index;
};

struct command
{
    std::uint32_t what;
    std::uint32_t index;
};

struct acquisition
{
    member by;
    nanoseconds at;
};

/// What a process of a population does: lock and unlock as it is told.
class member_process
{
public:
    member_process(
        std::uint32_t self,
        std::size_t locks,
        const socketlock::lock_options& options,
        int commands,
        int events,
        std::atomic<nanoseconds>& released_at
    )
        : self_(self),
          commands_(context_, asio::local::stream_protocol(), commands),
          events_(events),
          released_at_(released_at)
    {
        for (std::size_t i = 0; i < locks; ++i)
            locks_.emplace_back(context_, "waiters", options);
    }

    void run()
    {
        read();
        context_.run();
    }

private:
    void read()
    {
        asio::async_read(
            commands_,
            asio::buffer(&command_, sizeof command_),
            [this](const boost::system::error_code& ec, std::size_t) {
                if (ec)
                    return;
                obey(locks_[command_.index]);
                read();
            }
        );
    }

    void obey(socketlock::process_lock& lock)
    {
        if (command_.what == 'u')
        {
            released_at_ = now();
            lock.unlock();
            return;
        }
        lock.async_lock([this, index = command_.index](socketlock::error_code ec) {
            const acquisition event{
                {self_, index},
                ec ? 0 : now()
            };
            send_all(events_, &event, sizeof event);
        });
    }

    const std::uint32_t self_;
    asio::io_context context_{1};
    local_socket commands_;
    const int events_;
    std::atomic<nanoseconds>& released_at_;
    std::vector<socketlock::process_lock> locks_;
    command command_{};
};

/// One lock, one holder and so many waiters.
class population
{
public:
    population(const place& where, unsigned waiters) : population(where, waiters, make_pair()) {}

    population(const place& where, unsigned waiters, std::pair<descriptor, descriptor> events)
        : waiters_(waiters), events_(std::move(events.first))
    {
        socketlock::lock_options options;
        options.lock_dir = where.directory + "/" + std::to_string(waiters);
        const std::uint32_t count = std::min(waiters + 1, 8U);
        for (std::uint32_t i = 0; i < count; ++i)
        {
            auto commands = make_pair();
            commands_.emplace_back(std::move(commands.first));
            children_.emplace_back([&] {
                const std::size_t locks = (waiters + 1 + count - 1 - i) / count;
                member_process(
                    i,
                    locks,
                    options,
                    commands.second.get(),
                    events.second.get(),
                    *released_at_
                )
                    .run();
            });
        }
        for (std::uint32_t i = 0; i <= waiters; ++i)
        {
            tell('l', {i % count, i / count});
            // One after the other, so that neighbours in the queue are of different processes.
            if (i == 0)
                holder_ = await();
            else
                sleep_for(400_us);
        }
    }

    unsigned waiters() const noexcept { return waiters_; }

    /// The next handoff; 0 if it was one within a process.
    nanoseconds hand_over()
    {
        const member former = holder_;
        tell('u', former);
        holder_ = await();
        const nanoseconds took = acquired_at_ - *released_at_;
        tell('l', former);
        return holder_.process == former.process ? 0 : took;
    }

private:
    static std::pair<descriptor, descriptor> make_pair()
    {
        int fds[2];
        checked(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), "socketpair");
        const ::timeval limit{20, 0};
        checked(::setsockopt(fds[0], SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit), "setsockopt");
        return {descriptor(fds[0]), descriptor(fds[1])};
    }

    void tell(char what, const member& whom)
    {
        const command c{static_cast<std::uint32_t>(what), whom.index};
        send_all(commands_[whom.process].get(), &c, sizeof c);
    }

    member await()
    {
        acquisition event{};
        receive_all(events_.get(), &event, sizeof event);
        acquired_at_ = event.at;
        return event.by;
    }

    const unsigned waiters_;
    shared_memory<std::atomic<nanoseconds>> released_at_;
    parents_end events_;
    std::vector<parents_end> commands_;
    std::vector<child> children_;
    member holder_{};
    nanoseconds acquired_at_ = 0;
};

row make_row(const std::string& peer, const std::string& place, unsigned size, session& s)
{
    row r;
    r.in = group::growth_waiters;
    r.peer = peer;
    r.place = place;
    r.size = size;
    r.times = summarize(s.samples);
    r.remark = s.failure;
    return r;
}

}  // namespace

void measure_growth_of_waiters(const setting& s, results& out)
{
    const effort e = s.quick ? effort{20, 60, 600_ms} : effort{100, 1000, 10000_ms};
    const auto message = std::find_if(s.peers.begin(), s.peers.end(), [](const peer& p) {
        return p.name == bare && p.takes_part(group::handoff, {});
    });
    for (const place& where : s.places)
    {
        std::vector<session> sessions(5);
        std::vector<std::unique_ptr<population>> populations(4);
        const unsigned sizes[] = {1, 10, 100, 1000};
        for (std::size_t i = 0; i < 4; ++i)
        {
            attempt(sessions[i], [&](session&) {
                populations[i] = std::make_unique<population>(where, sizes[i]);
            });
        }
        attempt(sessions[4], [&](session& plain) {
            plain.lock = message->prepare(where, "message");
            for (int role = 0; role < 2; ++role)
            {
                plain.workers.emplace_back(plain.lock, role);
                plain.workers.back().await_start();
            }
            plain.workers[0].lock();
        });
        take_turns(sessions, e, [&](session& self) {
            const auto i = static_cast<std::size_t>(&self - sessions.data());
            nanoseconds took = 0;
            if (i < populations.size())
            {
                sleep_for(pace);
                took = populations[i]->hand_over();
            }
            else
            {
                const std::size_t holder = self.samples.size() & 1;
                self.workers[1 - holder].start_lock();
                sleep_for(pace);
                self.workers[holder].start_unlock();
                took = self.workers[1 - holder].finish().end;
                took -= self.workers[holder].finish().begin;
            }
            if (took != 0)
                self.samples.push_back(took);
        });
        for (std::size_t i = 0; i < 4; ++i)
            out.add(make_row(own_async, where.name, sizes[i], sessions[i]));
        out.add(make_row(bare, where.name, 0, sessions[4]));
    }
}

}  // namespace bench
