// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// A module with a copy of the library of its own, as a plug-in would have it. It has one lock.

#include <socketlock.hpp>

#include <boost/asio/io_context.hpp>

#include <memory>

#define SOCKETLOCK_TEST_EXPORT extern "C" __attribute__((visibility("default")))

namespace {

boost::asio::io_context context;
std::unique_ptr<socketlock::process_lock> lock;

}  // namespace

SOCKETLOCK_TEST_EXPORT void copy_open(const char* name, const char* directory)
{
    socketlock::lock_options options;
    options.lock_dir = directory;
    lock = std::make_unique<socketlock::process_lock>(context, name, options);
}

SOCKETLOCK_TEST_EXPORT void copy_close()
{
    lock.reset();
}

// 1 for yes, 0 for no, else minus the error's value.
SOCKETLOCK_TEST_EXPORT int copy_try()
{
    socketlock::error_code ec;
    const bool acquired = lock->try_lock(ec);
    return ec ? -ec.value() : acquired;
}

SOCKETLOCK_TEST_EXPORT int copy_unlock()
{
    socketlock::error_code ec;
    lock->unlock(ec);
    return -ec.value();
}

// The holder's pid; 0 for nobody.
SOCKETLOCK_TEST_EXPORT long copy_holder()
{
    socketlock::error_code ec;
    const auto holder = lock->holder(ec);
    return ec ? -ec.value() : holder ? static_cast<long>(holder->pid) : 0;
}
