// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// The system calls that this library makes, without the library: what nobody can do without.

#include <array>
#include <cstring>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdexcept>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "descriptor.hpp"
#include "peers.hpp"

namespace bench {

namespace {

// Lock, unlock or test the whole file.
int set_lock(int fd, int command, short type)
{
    struct ::flock how
    {
    };
    how.l_type = type;
    how.l_whence = SEEK_SET;
    return ::fcntl(fd, command, &how);
}

/// A record of 4 KiB in a file whose descriptor is kept, rewritten under an open file description
/// lock; who is alive holds a POSIX lock on a file of his own.
class bare_lock final : public lockable
{
public:
    bare_lock(const place& where, const std::string& name, int role)
        : path_(where.directory + "/" + name + ".bare"),
          presence_path_(path_ + std::to_string(role)),
          other_path_(path_ + std::to_string(1 - role)),
          file_(checked(
              ::open(path_.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600),
              "open"
          )),
          presence_(
              checked(::open(presence_path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600), "open")
          )
    {
        checked(set_lock(presence_.get(), F_SETLK, F_WRLCK), "lock");
        if (role == 0)
        {
            write(false);
            checked(::fallocate(file_.get(), 0, 0, record_size), "fallocate");
        }
    }

    bool try_lock() override
    {
        begin();
        const bool free = record_[0] == '0' || !is_other_alive();
        if (free)
            write(true);
        end();
        return free;
    }

    void unlock() override
    {
        begin();
        write(false);
        end();
    }

    nanoseconds lock() override
    {
        if (!try_lock())
            throw std::logic_error("bare C does not wait");
        return now();
    }

private:
    static constexpr std::size_t record_size = 4096;

    void begin()
    {
        checked(set_lock(file_.get(), F_OFD_SETLK, F_WRLCK), "lock");
        struct ::stat s
        {
        };
        checked(::lstat(path_.c_str(), &s), "lstat");
        checked(::pread(file_.get(), record_.data(), record_.size(), 0), "read");
    }

    void write(bool held)
    {
        record_[0] = held ? '1' : '0';
        checked(::pwrite(file_.get(), record_.data(), record_size, 0), "write");
    }

    void end() { checked(set_lock(file_.get(), F_OFD_SETLK, F_UNLCK), "unlock"); }

    bool is_other_alive() const
    {
        const descriptor fd(checked(
            ::open(other_path_.c_str(), O_RDONLY | O_NOCTTY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC),
            "open"
        ));
        struct ::stat s
        {
        };
        checked(::fstat(fd.get(), &s), "fstat");
        return set_lock(fd.get(), F_SETLK, F_RDLCK) == -1;
    }

    const std::string path_;
    const std::string presence_path_;
    const std::string other_path_;
    descriptor file_;
    descriptor presence_;
    std::array<char, record_size + 1> record_{};
};

/// A lock held while a record is read and written twice; those who wait are put to sleep by the
/// kernel.
class bare_blocking_lock final : public lockable
{
public:
    bare_blocking_lock(const place& where, const std::string& name)
        : file_(checked(
              ::open(
                  (where.directory + "/" + name + ".bare").c_str(),
                  O_RDWR | O_CREAT | O_CLOEXEC,
                  0600
              ),
              "open"
          ))
    {
    }

    bool try_lock() override { return take(F_OFD_SETLK); }

    nanoseconds lock() override
    {
        if (!take(F_OFD_SETLKW))
            throw std::runtime_error("fcntl");
        return now();
    }

    void unlock() override
    {
        access();
        checked(set_lock(file_.get(), F_OFD_SETLK, F_UNLCK), "unlock");
    }

private:
    bool take(int command)
    {
        if (set_lock(file_.get(), command, F_WRLCK) == -1)
            return false;
        access();
        return true;
    }

    void access()
    {
        checked(::pread(file_.get(), record_.data(), record_.size(), 0), "read");
        checked(::pwrite(file_.get(), record_.data(), record_.size(), 0), "write");
    }

    descriptor file_;
    std::array<char, 4096> record_{};
};

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

/// To unlock is to send a message to the other process; to lock is to wait for it, or for the other
/// process's end, in epoll_wait.
class bare_message final : public lockable
{
public:
    bare_message(connection& both, int role)
        : socket_(std::move(both[static_cast<std::size_t>(role)])),
          poll_(checked(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1")),
          is_mine_(role == 0)
    {
        both[static_cast<std::size_t>(1 - role)].reset();
        const int on = 1;
        checked(::setsockopt(socket_.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on), "nodelay");
        ::epoll_event event{};
        event.events = EPOLLIN;
        checked(::epoll_ctl(poll_.get(), EPOLL_CTL_ADD, socket_.get(), &event), "epoll_ctl");
    }

    nanoseconds lock() override
    {
        while (!is_mine_)
        {
            ::epoll_event event{};
            if (::epoll_wait(poll_.get(), &event, 1, -1) != 1)
                continue;
            // As long as a grant is; the end of the stream counts, too.
            char message[14];
            ::recv(socket_.get(), message, sizeof message, 0);
            is_mine_ = true;
        }
        return now();
    }

    bool try_lock() override { return is_mine_; }

    void unlock() override
    {
        is_mine_ = false;
        static const char message[14] = {};
        checked(::send(socket_.get(), message, sizeof message, MSG_NOSIGNAL), "send");
    }

private:
    descriptor socket_;
    descriptor poll_;
    bool is_mine_;
};

}  // namespace

void add_bare_peers(std::vector<peer>& peers)
{
    peer calls;
    calls.name = bare;
    calls.groups = {group::uncontended, group::refused};
    calls.prepare = [](const place& where, const std::string& name) {
        return plan{[=](int role) { return std::make_unique<bare_lock>(where, name, role); }, {}};
    };
    peers.push_back(calls);

    peer message;
    message.name = bare;
    message.groups = {group::handoff, group::crash, group::waiting};
    message.prepare = [](const place&, const std::string&) {
        const auto both = std::make_shared<connection>(connect_to_self());
        return plan{[=](int role) { return std::make_unique<bare_message>(*both, role); }, {}};
    };
    peers.push_back(message);

    peer blocking;
    blocking.name = bare;
    blocking.groups = {group::contention};
    blocking.prepare = [](const place& where, const std::string& name) {
        return plan{[=](int) { return std::make_unique<bare_blocking_lock>(where, name); }, {}};
    };
    peers.push_back(blocking);
}

}  // namespace bench
