// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// A message instead of a lock: to unlock is to send it, to lock is to wait for it, or for the other
// process's end, in epoll_wait.

#include <array>
#include <condition_variable>
#include <mutex>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <optional>
#include <stdexcept>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <thread>

#include "bare_record.hpp"
#include "descriptor.hpp"
#include "peers.hpp"

namespace bench {

namespace {

using connection = std::array<descriptor, 2>;

connection connect_to_self()
{
    descriptor listener(checked(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket"));
    ::sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto* const any = reinterpret_cast<::sockaddr*>(&address);
    ::socklen_t size = sizeof address;
    checked(::bind(listener.get(), any, size), "bind");
    checked(::listen(listener.get(), 1), "listen");
    checked(::getsockname(listener.get(), any, &size), "getsockname");
    descriptor client(checked(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket"));
    checked(::connect(client.get(), any, size), "connect");
    descriptor server(checked(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC), "accept"));
    return {std::move(client), std::move(server)};
}

class message_end
{
public:
    message_end(connection& both, int role)
        : socket_(std::move(both[static_cast<std::size_t>(role)])),
          poll_(checked(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1"))
    {
        both[static_cast<std::size_t>(1 - role)].reset();
        const int on = 1;
        checked(::setsockopt(socket_.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on), "nodelay");
        ::epoll_event event{};
        event.events = EPOLLIN;
        checked(::epoll_ctl(poll_.get(), EPOLL_CTL_ADD, socket_.get(), &event), "epoll_ctl");
    }

    /// Returns false at the end of the stream.
    bool await()
    {
        ::epoll_event event{};
        while (::epoll_wait(poll_.get(), &event, 1, -1) != 1)
        {
        }
        char message[size];
        return ::recv(socket_.get(), message, sizeof message, 0) > 0;
    }

    void send()
    {
        static const char message[size] = {};
        checked(::send(socket_.get(), message, sizeof message, MSG_NOSIGNAL), "send");
    }

private:
    // As long as a grant is.
    static constexpr std::size_t size = 11;

    descriptor socket_;
    descriptor poll_;
};

class bare_message final : public lockable
{
public:
    bare_message(connection& both, int role) : end_(both, role), is_mine_(role == 0) {}

    nanoseconds lock() override
    {
        if (!std::exchange(is_mine_, true))
            end_.await();
        return now();
    }

    bool try_lock() override { return is_mine_; }

    void unlock() override
    {
        is_mine_ = false;
        end_.send();
    }

private:
    message_end end_;
    bool is_mine_;
};

/// With what else this library's design asks for, and no more: ownership is written down before the
/// message is sent, or when the other process is found dead; a thread of its own receives it; the
/// directory is watched.
class bare_handoff final : public lockable
{
public:
    bare_handoff(const place& where, const std::string& name, connection& both, int role)
        : record_(where.directory + "/" + name + ".bare"),
          presence_(where.directory + "/" + name + ".bare", role),
          watch_(checked(::inotify_init1(IN_CLOEXEC), "inotify_init1")),
          end_(both, role),
          is_mine_(role == 0),
          thread_([this] { receive(); })
    {
        checked(
            ::inotify_add_watch(watch_.get(), where.directory.c_str(), IN_DELETE | IN_MOVED_FROM),
            "inotify_add_watch"
        );
        if (role == 0)
            record_.create();
        // Worker processes are killed.
        thread_.detach();
    }

    nanoseconds lock() override
    {
        std::unique_lock<std::mutex> lock(mutex_);
        received_.wait(lock, [this] { return is_mine_; });
        return now();
    }

    bool try_lock() override { return is_mine_; }

    void unlock() override
    {
        is_mine_ = false;
        record_.begin();
        record_.write(true);
        record_.end();
        end_.send();
    }

private:
    void receive()
    {
        for (bool more = true; more;)
        {
            more = end_.await();
            if (!more)
                take_over();
            const std::lock_guard<std::mutex> lock(mutex_);
            is_mine_ = true;
            received_.notify_one();
        }
    }

    void take_over()
    {
        record_.begin();
        if (presence_.is_other_alive())
            throw std::logic_error("closed its connection before its lock");
        record_.write(true);
        record_.end();
    }

    bare_record record_;
    bare_presence presence_;
    descriptor watch_;
    message_end end_;
    std::mutex mutex_;
    std::condition_variable received_;
    bool is_mine_;
    std::thread thread_;
};

}  // namespace

void add_message_peers(std::vector<peer>& peers)
{
    peer message;
    message.name = bare;
    message.groups = {group::handoff, group::crash, group::waiting};
    message.prepare = [](const place&, const std::string&) {
        const auto both = std::make_shared<connection>(connect_to_self());
        return plan{[=](int role) { return std::make_unique<bare_message>(*both, role); }, {}};
    };
    peers.push_back(message);

    peer design;
    design.name = bare_design;
    design.groups = {group::handoff, group::crash};
    design.prepare = [](const place& where, const std::string& name) {
        const auto both = std::make_shared<connection>(connect_to_self());
        return plan{
            [=](int role) { return std::make_unique<bare_handoff>(where, name, *both, role); },
            {}};
    };
    peers.push_back(design);
}

}  // namespace bench
