// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// A backend that keeps its lock in memory: for the lock objects of one process.

#ifndef SOCKETLOCK_TEST_UNIT_MEMORY_BACKEND_HPP
#define SOCKETLOCK_TEST_UNIT_MEMORY_BACKEND_HPP

#include <socketlock/detail/completion/lock_backend.hpp>
#include <socketlock/detail/platform/fork.hpp>
#include <socketlock/error.hpp>

#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace memory_backend {

using namespace socketlock::detail;
using socketlock::errc;
using socketlock::error_code;
using socketlock::holder_info;

class attempt;

/// One lock. The first in the queue holds it.
struct lock
{
    lock() = default;
    lock(lock&&) = delete;
    ~lock()
    {
        // The last user may be the thread itself.
        if (auto own = thread.stop(); own.joinable())
            own.detach();
    }

    io_thread thread{fork_generation()};
    std::mutex mutex;
    std::deque<std::shared_ptr<attempt>> queue;
    std::uint64_t last_token = 0;
};

class attempt final : public lock_attempt
{
public:
    explicit attempt(std::shared_ptr<lock> l)
        : lock_attempt(std::shared_ptr<io_thread>(l, &l->thread)),
          lock_(std::move(l)),
          timer_(thread()->context())
    {
    }

    void begin() override
    {
        change([this](auto& queue) {
            if (queue.empty() || waits())
                queue.push_back(self());
            else if (auto* const op = take_lock())
                give_up_with(op);
            if (limit() != no_limit && waits())
            {
                timer_.expires_at(limit());
                timer_.async_wait([weak = weak_from_this()](const error_code& ec) {
                    if (const auto waiting = ec ? nullptr : weak.lock())
                        waiting->cancel(pending::lock, nullptr, {});
                });
            }
        });
    }
    void unlock() override
    {
        change([this](auto& queue) {
            leave(queue);
            later([op = take_plain(pending::unlock)] { op->complete({}); });
        });
    }
    void abandon() override
    {
        change([this](auto& queue) { leave(queue); });
    }
    void wait(pending which) override
    {
        change([&](auto&) { wants_contention_ |= which == pending::wait_contended; });
    }
    std::optional<holder_info> blocker() override { return std::nullopt; }
    std::optional<std::uint64_t> ahead() const noexcept override { return std::nullopt; }
    std::uint16_t port() const override { return 0; }

private:
    using queue_type = std::deque<std::shared_ptr<attempt>>;

    std::shared_ptr<attempt> self()
    {
        return std::static_pointer_cast<attempt>(shared_from_this());
    }
    void later(std::function<void()> f) { completions_.push_back(std::move(f)); }
    void give_up_with(lock_operation* op)
    {
        advance(attempt_status::over);
        later([op] { op->complete({}, false); });
    }
    void leave(queue_type& queue)
    {
        advance(attempt_status::over);
        queue.erase(std::remove(queue.begin(), queue.end(), self()), queue.end());
        for (const pending which : {pending::wait_contended, pending::wait_lost})
            if (auto* const op = take_plain(which))
                later([op] { op->complete(boost::asio::error::operation_aborted); });
    }

    // Changes the queue and lets the first hold; operations are completed when the mutex is free.
    template <class Change>
    void change(Change f)
    {
        std::vector<std::function<void()>> done;
        {
            const std::lock_guard<std::mutex> guard(lock_->mutex);
            f(lock_->queue);
            auto& queue = lock_->queue;
            while (!queue.empty() && !queue.front()->take_over(done))
                queue.pop_front();
            if (queue.size() > 1 && queue.front()->wants_contention_)
                if (auto* const op = queue.front()->take_plain(pending::wait_contended))
                    done.push_back([op] { op->complete({}); });
            done.insert(done.end(), completions_.begin(), completions_.end());
            completions_.clear();
        }
        for (const auto& complete : done)
            complete();
    }
    // False if it was cancelled in the meantime.
    bool take_over(std::vector<std::function<void()>>& done)
    {
        if (is_holding())
            return true;
        auto* const op = take_lock();
        if (op == nullptr)
            return false;
        hold(++lock_->last_token);
        done.push_back([op] { op->complete({}, true); });
        return true;
    }

    const std::shared_ptr<lock> lock_;
    boost::asio::steady_timer timer_;
    bool wants_contention_ = false;
    std::vector<std::function<void()>> completions_;
};

/// Nobody is asked: whoever is first in the queue holds the lock.
class question final : public holder_query
{
public:
    explicit question(std::shared_ptr<lock> l) : lock_(std::move(l)) {}

    void start() override
    {
        std::optional<holder_info> found;
        {
            const std::lock_guard<std::mutex> guard(lock_->mutex);
            if (!lock_->queue.empty())
                found.emplace().fencing_token = lock_->last_token;
        }
        if (auto* const op = take_holder())
            op->complete({}, std::move(found));
    }
    void cancel(error_code ec) override
    {
        if (auto* const op = take_holder())
            op->complete(ec, std::nullopt);
    }

private:
    const std::shared_ptr<lock> lock_;
};

class backend final : public lock_backend
{
public:
    explicit backend(std::shared_ptr<lock> l) : lock_(std::move(l)) {}

    const std::string& name() const noexcept override { return name_; }
    const std::string& path() const noexcept override { return path_; }
    std::shared_ptr<lock_attempt> new_attempt(const std::shared_ptr<lock_attempt>&, error_code& ec)
        override
    {
        ec.clear();
        return std::make_shared<attempt>(lock_);
    }
    std::shared_ptr<holder_query> new_query(error_code& ec) override
    {
        ec.clear();
        return std::make_shared<question>(lock_);
    }

private:
    const std::shared_ptr<lock> lock_;
    const std::string name_ = "memory";
    const std::string path_;
};

}  // namespace memory_backend

#endif
