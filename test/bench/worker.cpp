// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#include "worker.hpp"

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <stdexcept>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

namespace bench {

namespace {

// A message to a worker, and the head of its answer; the Python workers know them, too.
struct request_message
{
    std::uint32_t what;
    std::uint32_t count;
};

struct reply_message
{
    std::int64_t begin;
    std::int64_t end;
    std::uint32_t ok;
    std::uint32_t count;
};

std::vector<int>& kept_to_parent()
{
    static std::vector<int> result;
    return result;
}

void run_program(const std::vector<std::string>& program, int channel)
{
    ::dup2(channel, STDIN_FILENO);
    ::dup2(channel, STDOUT_FILENO);
    std::vector<char*> arguments;
    for (const std::string& argument : program)
        arguments.push_back(const_cast<char*>(argument.c_str()));
    arguments.push_back(nullptr);
    ::execvp(arguments[0], arguments.data());
    std::_Exit(127);
}

void serve(lockable& lock, int channel)
{
    reply_message reply{0, 0, 1, 0};
    send_all(channel, &reply, sizeof reply);
    std::vector<nanoseconds> samples;
    for (;;)
    {
        request_message request{};
        receive_all(channel, &request, sizeof request);
        samples.clear();
        samples.reserve(request.count);
        reply = {now(), 0, 1, 0};
        switch (request.what)
        {
        case 'c':
            for (std::uint32_t i = 0; i < request.count; ++i)
            {
                const nanoseconds begin = now();
                const bool acquired = lock.try_lock();
                if (acquired)
                    lock.unlock();
                samples.push_back(now() - begin);
                reply.ok &= acquired;
            }
            break;
        case 'r':
            for (std::uint32_t i = 0; i < request.count; ++i)
            {
                const nanoseconds begin = now();
                const bool acquired = lock.try_lock();
                samples.push_back(now() - begin);
                reply.ok &= !acquired;
            }
            break;
        case 'l':
            reply.end = lock.lock();
            break;
        case 'u':
            reply.begin = now();
            lock.unlock();
            break;
        default:
            throw std::logic_error("unknown request");
        }
        if (reply.end == 0)
            reply.end = now();
        reply.count = static_cast<std::uint32_t>(samples.size());
        send_all(channel, &reply, sizeof reply);
        send_all(channel, samples.data(), samples.size() * sizeof samples[0]);
    }
}

}  // namespace

child::child(const std::function<void()>& body)
{
    std::fflush(nullptr);
    const ::pid_t parent = ::getpid();
    pid_ = checked(::fork(), "fork");
    if (pid_ != 0)
        return;
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent)
        std::_Exit(1);
    for (const int fd : kept_to_parent())
        ::close(fd);
    try
    {
        body();
    }
    catch (const std::exception& e)
    {
        std::fprintf(stderr, "socketlock_bench, a worker: %s\n", e.what());
        std::fflush(nullptr);
        std::_Exit(1);
    }
    std::fflush(nullptr);
    std::_Exit(0);
}

child::child(child&& other) noexcept : pid_(std::exchange(other.pid_, -1)) {}

child::~child()
{
    if (pid_ == -1)
        return;
    kill();
    join();
}

nanoseconds child::kill()
{
    const nanoseconds when = now();
    ::kill(pid_, SIGKILL);
    return when;
}

bool child::has_ended() const
{
    ::siginfo_t info{};
    checked(
        ::waitid(P_PID, static_cast<::id_t>(pid_), &info, WEXITED | WNOWAIT | WNOHANG),
        "waitid"
    );
    return info.si_pid != 0;
}

bool child::join_until(nanoseconds limit)
{
    while (!has_ended())
    {
        if (now() > limit)
            return false;
        sleep_for(1_ms);
    }
    return join();
}

bool child::join()
{
    int status = 0;
    const ::pid_t pid = std::exchange(pid_, -1);
    while (::waitpid(pid, &status, 0) == -1 && errno == EINTR)
    {
    }
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

parents_end::parents_end(descriptor fd) : fd_(std::move(fd))
{
    kept_to_parent().push_back(fd_.get());
}

parents_end::parents_end(parents_end&&) noexcept = default;

parents_end::~parents_end()
{
    auto& all = kept_to_parent();
    if (fd_.get() != -1)
        all.erase(std::remove(all.begin(), all.end(), fd_.get()), all.end());
}

void send_all(int fd, const void* data, std::size_t size)
{
    const auto* at = static_cast<const char*>(data);
    while (size != 0)
    {
        const ::ssize_t n = checked(::send(fd, at, size, MSG_NOSIGNAL), "send to a process");
        at += n;
        size -= static_cast<std::size_t>(n);
    }
}

void receive_all(int fd, void* data, std::size_t size)
{
    auto* at = static_cast<char*>(data);
    while (size != 0)
    {
        const ::ssize_t n = ::recv(fd, at, size, 0);
        if (n == -1 && (errno == EAGAIN || errno == EWOULDBLOCK))
            throw std::runtime_error("no answer for 20 seconds");
        checked(n, "receive from a process");
        if (n == 0)
            throw std::runtime_error("a process has ended");
        at += n;
        size -= static_cast<std::size_t>(n);
    }
}

struct worker::ends
{
    ends()
    {
        int fds[2];
        checked(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), "socketpair");
        mine = descriptor(fds[0]);
        its = descriptor(fds[1]);
        // A worker that takes longer than this for one answer will never give it.
        const ::timeval limit{20, 0};
        checked(::setsockopt(fds[0], SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit), "setsockopt");
    }

    descriptor mine;
    descriptor its;
};

worker::worker(const plan& p, int role) : worker(p, role, ends()) {}

worker::worker(const plan& p, int role, ends both)
    : channel_(std::move(both.mine)), child_([&] {
          if (!p.program.empty())
              run_program(p.program, both.its.get());
          const auto lock = p.make(role);
          try
          {
              serve(*lock, both.its.get());
          }
          catch (const std::exception& e)
          {
              // The end of the channel is the usual end.
              if (::getppid() != 1 && std::string(e.what()) != "a process has ended")
                  throw;
          }
      })
{
}

void worker::request(char what, std::uint32_t count)
{
    const request_message message{static_cast<std::uint32_t>(what), count};
    send_all(channel_.get(), &message, sizeof message);
}

void worker::await_start()
{
    finish();
}

worker::times worker::finish()
{
    reply_message reply{};
    receive_all(channel_.get(), &reply, sizeof reply);
    return {reply.begin, reply.end};
}

worker::times worker::lock()
{
    start_lock();
    return finish();
}

worker::times worker::unlock()
{
    start_unlock();
    return finish();
}

namespace {

std::vector<nanoseconds> receive_samples(int fd, const char* complaint)
{
    reply_message reply{};
    receive_all(fd, &reply, sizeof reply);
    std::vector<nanoseconds> samples(reply.count);
    receive_all(fd, samples.data(), samples.size() * sizeof(nanoseconds));
    if (reply.ok == 0)
        throw std::runtime_error(complaint);
    return samples;
}

}  // namespace

std::vector<nanoseconds> worker::cycles(std::uint32_t count)
{
    request('c', count);
    return receive_samples(channel_.get(), "a free lock was refused");
}

std::vector<nanoseconds> worker::refused(std::uint32_t count)
{
    request('r', count);
    return receive_samples(channel_.get(), "a held lock was given");
}

}  // namespace bench
