// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#include <boost/interprocess/sync/file_lock.hpp>
#include <boost/interprocess/sync/named_mutex.hpp>

#include <fcntl.h>
#include <unistd.h>

#include "descriptor.hpp"
#include "peers.hpp"

namespace bench {

namespace {

namespace interprocess = boost::interprocess;

/// Both types have the same functions.
template <class Mutex>
class wrapped final : public lockable
{
public:
    template <class... Arguments>
    explicit wrapped(Arguments&&... arguments) : mutex_(std::forward<Arguments>(arguments)...)
    {
    }

    nanoseconds lock() override
    {
        mutex_.lock();
        return now();
    }
    bool try_lock() override { return mutex_.try_lock(); }
    void unlock() override { mutex_.unlock(); }

private:
    Mutex mutex_;
};

plan prepare_file_lock(const place& where, const std::string& name)
{
    const std::string path = where.directory + "/" + name + ".interprocess";
    descriptor(checked(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600), "open"));
    return {
        [=](int) { return std::make_unique<wrapped<interprocess::file_lock>>(path.c_str()); },
        {}};
}

plan prepare_named_mutex(const place&, const std::string& lock)
{
    const std::string name = "socketlock_bench." + std::to_string(::getpid()) + "." + lock;
    // Removed when the plan is over.
    const std::shared_ptr<void> remover(nullptr, [=](void*) {
        interprocess::named_mutex::remove(name.c_str());
    });
    return {
        [name, remover](int) {
            return std::make_unique<wrapped<interprocess::named_mutex>>(
                interprocess::open_or_create,
                name.c_str()
            );
        },
        {}};
}

}  // namespace

void add_interprocess_peers(std::vector<peer>& peers)
{
    peer file_lock;
    file_lock.name = "Interprocess file_lock";
    file_lock.groups = {
        group::uncontended,
        group::refused,
        group::handoff,
        group::crash,
        group::waiting,
        group::contention,
    };
    file_lock.prepare = prepare_file_lock;
    peers.push_back(file_lock);

    peer named_mutex;
    named_mutex.name = "Interprocess named_mutex";
    named_mutex.groups = {
        group::uncontended,
        group::refused,
        group::handoff,
        group::waiting,
        group::contention,
    };
    named_mutex.prepare = prepare_named_mutex;
    named_mutex.tmpfs_only = true;
    named_mutex.remark = "stays locked for ever when its holder dies";
    peers.push_back(named_mutex);
}

}  // namespace bench
