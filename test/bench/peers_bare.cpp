// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// The system calls that this library makes, without the library: the least that is needed.

#include <array>
#include <fcntl.h>
#include <stdexcept>
#include <sys/stat.h>

#include "bare_record.hpp"
#include "descriptor.hpp"
#include "peers.hpp"

namespace bench {

namespace {

class bare_lock final : public lockable
{
public:
    bare_lock(const place& where, const std::string& name, int role)
        : record_(path_of(where, name)), presence_(path_of(where, name), role)
    {
        if (role == 0)
            record_.create();
    }

    bool try_lock() override
    {
        const bool free = !record_.begin() || !presence_.is_other_alive();
        if (free)
            record_.write(true);
        record_.end();
        return free;
    }

    void unlock() override
    {
        record_.begin();
        record_.write(false);
        record_.end();
    }

    nanoseconds lock() override
    {
        if (!try_lock())
            throw std::logic_error("bare C does not wait");
        return now();
    }

private:
    static std::string path_of(const place& where, const std::string& name)
    {
        return where.directory + "/" + name + ".bare";
    }

    bare_record record_;
    bare_presence presence_;
};

/// A lock held while a record is read and written twice; the kernel puts the waiters to sleep.
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

    peer blocking;
    blocking.name = bare;
    blocking.groups = {group::contention};
    blocking.prepare = [](const place& where, const std::string& name) {
        return plan{[=](int) { return std::make_unique<bare_blocking_lock>(where, name); }, {}};
    };
    peers.push_back(blocking);
}

}  // namespace bench
