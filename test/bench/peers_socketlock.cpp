// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#include <socketlock/process_lock.hpp>

#include <boost/asio/io_context.hpp>

#include "peers.hpp"

namespace bench {

namespace {

using socketlock::error_code;
using socketlock::lock_error;
using socketlock::process_lock;

socketlock::lock_options options_for(const place& where)
{
    socketlock::lock_options options;
    options.lock_dir = where.directory;
    return options;
}

class synchronous final : public lockable
{
public:
    synchronous(const place& where, const std::string& name)
        : lock_(context_, name, options_for(where))
    {
    }

    nanoseconds lock() override
    {
        lock_.lock();
        return now();
    }
    bool try_lock() override { return lock_.try_lock(); }
    void unlock() override { lock_.unlock(); }

private:
    boost::asio::io_context context_;
    process_lock lock_;
};

/// Its handlers run in an io_context of this thread.
class asynchronous final : public lockable
{
public:
    asynchronous(const place& where, const std::string& name)
        : lock_(context_, name, options_for(where))
    {
    }

    nanoseconds lock() override
    {
        nanoseconds acquired_at = 0;
        lock_.async_lock([&](error_code ec) {
            acquired_at = now();
            fail_if(ec);
        });
        run();
        return acquired_at;
    }

    bool try_lock() override
    {
        bool result = false;
        lock_.async_try_lock([&](error_code ec, bool acquired) {
            fail_if(ec);
            result = acquired;
        });
        run();
        return result;
    }

    void unlock() override { lock_.unlock(); }

private:
    void fail_if(error_code ec) const
    {
        if (ec)
            throw lock_error(ec, lock_.name(), lock_.blocker());
    }

    void run()
    {
        context_.restart();
        context_.run();
    }

    boost::asio::io_context context_{1};
    process_lock lock_;
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

void add_own_peers(std::vector<peer>& peers)
{
    peers.push_back(make<synchronous>(own));
    peers.push_back(make<asynchronous>(own_async));
}

}  // namespace bench
