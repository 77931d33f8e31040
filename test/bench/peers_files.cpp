// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// The kernel's file locks.

#include <fcntl.h>
#include <sys/file.h>

#include "descriptor.hpp"
#include "peers.hpp"

namespace bench {

namespace {

descriptor open_lock_file(const std::string& path)
{
    return descriptor(checked(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600), "open"));
}

std::string path_of(const place& where, const std::string& name)
{
    return where.directory + "/" + name + ".flock";
}

/// Opened and closed each time, as by scripts and programs that must leave no descriptor open.
class flock_each_time final : public lockable
{
public:
    flock_each_time(const place& where, const std::string& name) : path_(path_of(where, name)) {}

    nanoseconds lock() override
    {
        file_ = open_lock_file(path_);
        checked(::flock(file_.get(), LOCK_EX), "flock");
        return now();
    }

    bool try_lock() override
    {
        file_ = open_lock_file(path_);
        if (::flock(file_.get(), LOCK_EX | LOCK_NB) == 0)
            return true;
        file_.reset();
        return false;
    }

    void unlock() override
    {
        checked(::flock(file_.get(), LOCK_UN), "flock");
        file_.reset();
    }

private:
    const std::string path_;
    descriptor file_;
};

class flock_kept_open final : public lockable
{
public:
    flock_kept_open(const place& where, const std::string& name)
        : file_(open_lock_file(path_of(where, name)))
    {
    }

    nanoseconds lock() override
    {
        checked(::flock(file_.get(), LOCK_EX), "flock");
        return now();
    }
    bool try_lock() override { return ::flock(file_.get(), LOCK_EX | LOCK_NB) == 0; }
    void unlock() override { checked(::flock(file_.get(), LOCK_UN), "flock"); }

private:
    descriptor file_;
};

class fcntl_lock final : public lockable
{
public:
    fcntl_lock(const place& where, const std::string& name)
        : file_(open_lock_file(path_of(where, name)))
    {
    }

    nanoseconds lock() override
    {
        checked(set(F_SETLKW, F_WRLCK), "fcntl");
        return now();
    }
    bool try_lock() override { return set(F_SETLK, F_WRLCK) == 0; }
    void unlock() override { checked(set(F_SETLK, F_UNLCK), "fcntl"); }

private:
    int set(int command, short type) const
    {
        struct ::flock how
        {
        };
        how.l_type = type;
        how.l_whence = SEEK_SET;
        return ::fcntl(file_.get(), command, &how);
    }

    descriptor file_;
};

template <class Lock>
peer make(const std::string& name)
{
    peer p;
    p.name = name;
    p.groups = {
        group::uncontended,
        group::refused,
        group::handoff,
        group::crash,
        group::waiting,
        group::contention,
    };
    p.prepare = [](const place& where, const std::string& lock) {
        return plan{[=](int) { return std::make_unique<Lock>(where, lock); }, {}};
    };
    return p;
}

}  // namespace

void add_file_peers(std::vector<peer>& peers)
{
    peers.push_back(make<flock_each_time>(flock_opened));
    peers.push_back(make<flock_kept_open>("flock(2), kept open"));
    peers.push_back(make<fcntl_lock>("fcntl, kept open"));
}

}  // namespace bench
