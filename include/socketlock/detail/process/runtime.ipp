// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#ifndef SOCKETLOCK_DETAIL_PROCESS_RUNTIME_IPP
#define SOCKETLOCK_DETAIL_PROCESS_RUNTIME_IPP

#include <socketlock/detail/platform/fork.hpp>
#include <socketlock/detail/platform/signal_mask.hpp>
#include <socketlock/detail/process/file_maintenance.hpp>
#include <socketlock/detail/process/runtime.hpp>
#include <socketlock/detail/queue/claim.hpp>
#include <socketlock/detail/wire/endpoint.hpp>
#include <socketlock/error.hpp>

#include <boost/asio/error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
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
// runtime's thread has not come yet to what its last user has left for it. Nobody waits for a
// runtime that is in use, by a lock of static storage perhaps.
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
    for (int round = 0; round < 5 && last && last.use_count() != 1; ++round)
    {
        const auto done = std::make_shared<std::promise<void>>();
        last->post([done] { done->set_value(); });
        // Its thread answers at once, unless it gets no processor.
        done->get_future().wait_for(std::chrono::seconds(1));
    }
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
    // libcrypto cleans up at exit, too. It registers for that when it is first used: before us, so
    // that its turn comes when our thread, which uses it, has ended.
    error_code ignored;
    static_cast<void>(random_nonce(ignored));
    const std::lock_guard<std::mutex> lock(fork_mutex());
    if (auto running = current.instance.lock())
        return running;
    current.instance = started;
    static const bool finishes = std::atexit(finish_last_runtime) == 0;
    static_cast<void>(finishes);
    return started;
}

SOCKETLOCK_DECL runtime::runtime(std::uint64_t generation)
    : generation_(generation), state_(std::make_shared<thread_state>())
{
    // Has the context open its descriptors here, where the want of them can be told.
    const asio::steady_timer unused(state_->context);
    const signal_mask no_signals;
    thread_ = std::thread([state = state_] { state->context.run(); });
    const std::lock_guard<std::mutex> lock(fork_mutex());
    ++the_current_runtime().number;
}

SOCKETLOCK_DECL runtime::~runtime()
{
    state_->work.reset();
    state_->context.stop();
    // The last user may be a completion that is destroyed on our own thread.
    if (thread_.get_id() == std::this_thread::get_id())
    {
        std::thread before;
        {
            const std::lock_guard<std::mutex> lock(fork_mutex());
            before = std::exchange(the_current_runtime().retired, std::move(thread_));
        }
        if (before.joinable())
            before.join();
    }
    else
        thread_.join();
    for (const auto& [path, directory] : directories_)
        directory->own.remove();
    // Its descriptor takes the kernel some 20 ms to close: nobody should be trying to connect then.
    endpoint_.reset();
    file_maintenance_.reset();
    const std::lock_guard<std::mutex> lock(fork_mutex());
    --the_current_runtime().number;
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
    const entry_key key{in.get(), where->file_name()};
    if (auto found = find_entry(key))
        return found;
    // The record lies where the presence does that it names, wherever `where` leads later.
    const auto here = in->choice.path == by.path
                          ? where
                          : std::make_shared<const lock_address>(*where, in->choice);
    auto result = std::make_shared<lock_entry>(shared_from_this(), in, here);
    const std::lock_guard<std::mutex> lock(mutex_);
    // One that is being destroyed may be there yet.
    if (const auto old = entries_.find(key); old != entries_.end())
        entries_.erase(old);
    entries_.insert(result.get());
    return result;
}

SOCKETLOCK_DECL std::shared_ptr<lock_entry> runtime::find_entry(const entry_key& key)
{
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto found = entries_.find(key);
    return found == entries_.end() ? nullptr : (*found)->weak_from_this().lock();
}

SOCKETLOCK_DECL void runtime::forget(lock_entry& entry)
{
    const std::lock_guard<std::mutex> lock(mutex_);
    // Not a younger one of the same lock.
    if (const auto found = entries_.find(&entry); found != entries_.end())
        entries_.erase(found);
}

SOCKETLOCK_DECL std::size_t claim_hash::operator()(const id128& id) const noexcept
{
    return id128_hash()(id);
}

SOCKETLOCK_DECL std::size_t claim_hash::operator()(const std::shared_ptr<claim>& c) const noexcept
{
    return id128_hash()(c->id());
}

SOCKETLOCK_DECL bool claim_equal::operator()(const id128& a, const std::shared_ptr<claim>& b)
    const noexcept
{
    return a == b->id();
}

SOCKETLOCK_DECL std::size_t entry_hash::operator()(const entry_key& key) const noexcept
{
    return std::hash<std::string_view>()(key.file_name) ^
           std::hash<const lock_directory*>()(key.directory);
}

SOCKETLOCK_DECL std::size_t entry_hash::operator()(const lock_entry* entry) const noexcept
{
    return operator()(entry_key{&entry->directory(), entry->address().file_name()});
}

SOCKETLOCK_DECL bool entry_equal::operator()(const entry_key& a, const lock_entry* b) const noexcept
{
    return a.directory == &b->directory() && a.file_name == b->address().file_name();
}

SOCKETLOCK_DECL void runtime::add(std::shared_ptr<claim> c)
{
    const std::lock_guard<std::mutex> lock(mutex_);
    claims_.insert(std::move(c));
}

SOCKETLOCK_DECL void runtime::remove(const id128& claim_id)
{
    const std::lock_guard<std::mutex> lock(mutex_);
    if (const auto found = claims_.find(claim_id); found != claims_.end())
        claims_.erase(found);
}

SOCKETLOCK_DECL std::shared_ptr<claim> runtime::find(const id128& claim_id)
{
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto found = claims_.find(claim_id);
    return found == claims_.end() ? nullptr : *found;
}

SOCKETLOCK_DECL bool runtime::knows(const id128& claim_id)
{
    const std::lock_guard<std::mutex> lock(mutex_);
    return claims_.find(claim_id) != claims_.end();
}

SOCKETLOCK_DECL std::vector<std::shared_ptr<claim>> runtime::claims_in(
    const lock_directory& directory
)
{
    std::vector<std::shared_ptr<claim>> result;
    const std::lock_guard<std::mutex> lock(mutex_);
    for (const auto& c : claims_)
    {
        if (&c->entry()->directory() == &directory)
            result.push_back(c);
    }
    return result;
}

SOCKETLOCK_DECL bool runtime::has_holding_claim(const lock_directory& directory)
{
    const std::lock_guard<std::mutex> lock(mutex_);
    return std::any_of(claims_.begin(), claims_.end(), [&](const std::shared_ptr<claim>& c) {
        return c->is_holding() && &c->entry()->directory() == &directory;
    });
}

SOCKETLOCK_DECL void runtime::note_open_file(const std::shared_ptr<lock_entry>& mine)
{
    static constexpr std::size_t most_open = 64;
    std::shared_ptr<lock_entry> oldest;
    {
        const std::lock_guard<std::mutex> lock(mutex_);
        open_files_.push_back(mine);
        if (open_files_.size() <= most_open)
            return;
        oldest = open_files_.front().lock();
        open_files_.pop_front();
    }
    // If somebody is using it just now it stays open until it is used again and opened anew.
    if (oldest && oldest != mine)
        oldest->close_file_if_idle();
}

}  // namespace socketlock::detail

#endif
