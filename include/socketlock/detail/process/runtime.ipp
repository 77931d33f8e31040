// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#ifndef SOCKETLOCK_DETAIL_PROCESS_RUNTIME_IPP
#define SOCKETLOCK_DETAIL_PROCESS_RUNTIME_IPP

#include <socketlock/detail/platform/crypto.hpp>
#include <socketlock/detail/platform/fork.hpp>
#include <socketlock/detail/process/file_maintenance.hpp>
#include <socketlock/detail/process/runtime.hpp>
#include <socketlock/detail/queue/linked_claim.hpp>
#include <socketlock/detail/queue/lock_entry.hpp>
#include <socketlock/detail/queue/successor_session.hpp>
#include <socketlock/detail/wire/kept_connection.hpp>
#include <socketlock/detail/wire/listener.hpp>
#include <socketlock/error.hpp>

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

#include <chrono>
#include <cstdlib>
#include <exception>
#include <forward_list>
#include <future>
#include <utility>

namespace socketlock::detail {

// The process's runtime while there is one; guarded by the fork mutex. Never destroyed, so that
// lock objects of static storage find it.
struct current_runtime
{
    std::weak_ptr<runtime> instance;
    std::uint64_t generation = 0;
    /// Of runtimes that are there, or are being destroyed.
    std::size_t number = 0;
    /// The thread of the last runtime, if that was destroyed on it.
    std::thread retired;
    /// In a child of a fork: what was its parent's. Never let go of: no thread of the parent's is
    /// here to be joined, and the runtime's count may be anybody's.
    std::forward_list<std::pair<std::weak_ptr<runtime>, std::thread>> inherited;
};

inline current_runtime& the_current_runtime()
{
    static current_runtime& instance = *new current_runtime;
    return instance;
}

// A program that ends should not leave its presences for others to find dead, only because the
// runtime's thread has not come yet to what its last user has left for it, or a claim that gave up
// has not had its last word yet. Nobody waits for a runtime that is in use otherwise, by a lock of
// static storage perhaps.
inline void finish_last_runtime()
{
    current_runtime& current = the_current_runtime();
    std::shared_ptr<runtime> last;
    {
        const std::lock_guard<std::mutex> lock(fork_mutex());
        if (current.generation != fork_generation())
            return;
        last = current.instance.lock();
    }
    const auto is_used = [&] { return last && last.use_count() != 1; };
    const auto let_thread_work = [&] {
        const auto done = std::make_shared<std::promise<void>>();
        last->thread().post([done] { done->set_value(); });
        // Its thread answers at once, unless it gets no processor.
        done->get_future().wait_for(std::chrono::seconds(1));
    };
    if (is_used())
        let_thread_work();
    // A claim does without the last word after a second.
    const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds(2);
    while (is_used() && last->known()->has_leaving_claim() &&
           std::chrono::steady_clock::now() < patience)
    {
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
        let_thread_work();
    }
    for (int round = 0; round < 4 && is_used(); ++round)
        let_thread_work();
    last.reset();
    std::thread retired;
    std::unique_lock<std::mutex> lock(fork_mutex());
    // One that nobody uses is perhaps just being destroyed, on its own thread.
    const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(1);
    while (current.number > (current.instance.expired() ? 0U : 1U) &&
           std::chrono::steady_clock::now() < limit)
    {
        lock.unlock();
        std::this_thread::yield();
        lock.lock();
    }
    retired.swap(current.retired);
    lock.unlock();
    if (retired.joinable())
        retired.join();
}

SOCKETLOCK_DECL std::shared_ptr<runtime> runtime::get(error_code& ec)
{
    ec.clear();
    const std::uint64_t generation = fork_generation();
    current_runtime& current = the_current_runtime();
    {
        const std::lock_guard<std::mutex> lock(fork_mutex());
        if (current.generation != generation)
        {
            if (current.generation != 0)
                current.inherited.emplace_front(
                    std::move(current.instance),
                    std::move(current.retired)
                );
            current.instance = {};
            current.number = 0;
            current.generation = generation;
        }
        if (auto running = current.instance.lock())
            return running;
    }
    std::shared_ptr<runtime> started;
    try
    {
        started = std::make_shared<runtime>(generation);
    }
    catch (const boost::system::system_error& e)
    {
        ec = e.code() == asio::error::no_descriptors ? errc::too_many_open_files
                                                     : errc::runtime_failed;
        return nullptr;
    }
    catch (const std::exception&)
    {
        ec = errc::runtime_failed;
        return nullptr;
    }
    // Before us, so that its turn comes when our thread, which uses it, has ended.
    register_end_of_libcrypto();
    const std::lock_guard<std::mutex> lock(fork_mutex());
    if (auto running = current.instance.lock())
        return running;
    current.instance = started;
    static const bool finishes = std::atexit(finish_last_runtime) == 0;
    static_cast<void>(finishes);
    return started;
}

SOCKETLOCK_DECL runtime::runtime(std::uint64_t generation)
    : thread_(generation), connections_(std::make_shared<connection_pool>(thread_.context()))
{
    const std::lock_guard<std::mutex> lock(fork_mutex());
    ++the_current_runtime().number;
}

SOCKETLOCK_DECL runtime::~runtime()
{
    // The last user may be a completion that is destroyed on our own thread.
    if (std::thread own = thread_.stop(); own.joinable())
    {
        std::thread before;
        {
            const std::lock_guard<std::mutex> lock(fork_mutex());
            before = std::exchange(the_current_runtime().retired, std::move(own));
        }
        if (before.joinable())
            before.join();
    }
    directories_.remove_presences();
    // Its descriptor takes the kernel some 20 ms to close: nobody should be trying to connect then.
    listener_.reset();
    file_maintenance_.reset();
    const std::lock_guard<std::mutex> lock(fork_mutex());
    --the_current_runtime().number;
}

SOCKETLOCK_DECL std::shared_ptr<linked_claim> runtime::find(const id128& claim_id)
{
    return registry_.find(claim_id);
}

// Whoever connects comes to a claim of this process, and is closed when the runtime is gone.
inline listener::link_factory session_factory(std::weak_ptr<claim_host> host)
{
    return [host = std::move(host)](const handshake_server& handshake) {
        const auto running = host.lock();
        return running ? std::make_shared<successor_session>(running, handshake) : nullptr;
    };
}

SOCKETLOCK_DECL std::shared_ptr<lock_directory> runtime::directory(
    const directory_choice& choice,
    const file_permissions& permissions,
    error_code& ec
)
{
    const file_id id = prepare_directory(choice, ec);
    if (ec)
        return nullptr;
    if (auto known = directories_.find(choice, id))
    {
        const std::lock_guard<std::mutex> lock(known->mutex);
        known->own.widen_permissions(permissions);
        return known;
    }
    // Where there is no loopback interface, or no socket to be had, nobody can connect to us: who
    // waits for us looks at the record now and then.
    error_code ignored;
    if (!listener_)
        listener_ = listener::open(thread_.context(), session_factory(weak_from_this()), ignored);
    const std::uint16_t port = listener_ ? listener_->port() : std::uint16_t(0);
    const char* const address = listener_ ? listener_->address() : "";
    if (!file_maintenance_)
        file_maintenance_ = std::make_shared<file_maintenance>(thread_.context(), known());
    auto result = directories_.add(choice, id, port, address, permissions, ec);
    if (ec)
        return nullptr;
    thread_.post([c = file_maintenance_, result] { c->add(result); });
    return result;
}

SOCKETLOCK_DECL std::shared_ptr<lock_entry> runtime::entry(
    const std::shared_ptr<const lock_address>& where,
    error_code& ec
)
{
    const std::lock_guard<std::mutex> setup(setup_mutex_);
    const directory_choice by = where->directory();
    const auto in = directory(by, where->permissions(), ec);
    if (ec)
        return nullptr;
    if (auto found = registry_.find(entry_key{in.get(), where->file_name()}))
        return found;
    // The record lies where the presence does that it names, wherever `where` leads later.
    const auto here = in->choice.path == by.path
                          ? where
                          : std::make_shared<const lock_address>(*where, in->choice);
    auto result = std::make_shared<lock_entry>(shared_from_this(), in, here);
    registry_.add(*result);
    return result;
}

SOCKETLOCK_DECL void runtime::ensure_presence(lock_directory& directory, error_code& ec)
{
    // The directory may be another than the one that is watched, and while there was no presence
    // others could take us for dead. One that could not be made is tried again there.
    if (directory.ensure_presence(ec) != presence_state::intact)
        thread_.post([c = file_maintenance_, d = directory.shared_from_this()] {
            c->check_files(d);
        });
}

}  // namespace socketlock::detail

#endif
