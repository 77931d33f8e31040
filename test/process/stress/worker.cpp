// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#include "worker.hpp"

#include <socketlock/process_lock.hpp>

#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <cstdlib>
#include <random>
#include <string>
#include <unistd.h>

#include "occupancy.hpp"

namespace stress {

namespace asio = boost::asio;
using socketlock::error_code;

namespace {

// Works with one lock object, whose event loop nobody runs but this.
class shift
{
public:
    explicit shift(worker& w)
        : worker_(w),
          random_(std::random_device{}()),
          lock_(context_, lock_name, options(w)),
          occupancy_(w.shared, w.number, w.marker.string())
    {
    }

    void try_once()
    {
        error_code ec;
        const bool acquired = lock_.try_lock(ec);
        finish(acquired, ec, "try_lock");
    }

    void wait()
    {
        begin_waiting();
        error_code ec;
        lock_.lock(ec);
        end_waiting();
        finish(!ec, ec, "lock");
    }

    void wait_with_limit()
    {
        error_code ec;
        const bool acquired = lock_.try_lock_for(short_time(), ec);
        finish(acquired, ec, "try_lock_for");
    }

    void wait_asynchronously()
    {
        begin_waiting();
        start();
        run_until_done();
        end_waiting();
        finish(!result_, result_, "async_lock");
    }

    void wait_and_cancel()
    {
        start();
        context_.run_for(short_time());
        lock_.cancel();
        run_until_done();
        if (result_ == asio::error::operation_aborted)
        {
            ++worker_.self().cancellations;
            finish(false, {}, "cancel");
        }
        else
            finish(!result_, result_, "async_lock and cancel");
    }

    // As the lock object's destructor does it, wherever that meets the operation.
    void wait_and_forget()
    {
        start();
        context_.run_for(short_time());
        ++worker_.self().refusals;
        ++worker_.self().cancellations;
        lock_ = socketlock::process_lock(context_, lock_name, options(worker_));
        run_until_done();
    }

    // The queue has two claims of this process then, next to each other or not.
    void wait_twice()
    {
        socketlock::process_lock second(context_, lock_name, options(worker_));
        int done = 0;
        const auto use = [&](socketlock::process_lock& lock) {
            lock.async_lock([&](error_code ec) {
                ++done;
                finish(lock, !ec, ec, "two of async_lock");
            });
        };
        begin_waiting();
        use(lock_);
        use(second);
        context_.restart();
        while (done != 2)
            context_.run_one();
        end_waiting();
    }

    void do_anything()
    {
        switch (std::uniform_int_distribution<int>(0, 6)(random_))
        {
        case 0:
            return try_once();
        case 1:
            return wait();
        case 2:
            return wait_with_limit();
        case 3:
            return wait_asynchronously();
        case 4:
            return wait_and_cancel();
        case 5:
            return wait_twice();
        default:
            return wait_and_forget();
        }
    }

    int some_rounds() { return std::uniform_int_distribution<int>(1, 2000)(random_); }

private:
    static socketlock::lock_options options(const worker& w)
    {
        socketlock::lock_options result;
        result.lock_dir = w.lock_dir.string();
        return result;
    }

    // Mostly shorter than it takes to be served.
    std::chrono::microseconds short_time()
    {
        const double mean = 3000;
        return std::chrono::microseconds(
            static_cast<int>(std::exponential_distribution<double>(1 / mean)(random_))
        );
    }

    void start()
    {
        is_done_ = false;
        context_.restart();
        lock_.async_lock([this](error_code ec) {
            result_ = ec;
            is_done_ = true;
        });
    }

    void run_until_done()
    {
        context_.restart();
        while (!is_done_)
            context_.run_one();
    }

    void begin_waiting() { worker_.self().waits_since = microseconds_now(); }

    void end_waiting()
    {
        slot& self = worker_.self();
        const std::int64_t took = microseconds_now() - self.waits_since.exchange(0);
        self.longest_wait = std::max(self.longest_wait.load(), took);
    }

    void finish(bool acquired, error_code ec, const char* what)
    {
        finish(lock_, acquired, ec, what);
    }

    void finish(socketlock::process_lock& lock, bool acquired, error_code ec, const char* what)
    {
        if (acquired)
        {
            occupancy_.occupy(lock.fencing_token());
            // A program may end while it holds, by another thread perhaps.
            if (std::uniform_int_distribution<int>(0, 1000)(random_) == 0)
                std::exit(0);
            lock.unlock(ec);
            what = "unlock";
        }
        else
            ++worker_.self().refusals;
        if (ec)
            report_error(std::string(what) + ": " + ec.message());
    }

    void report_error(const std::string& text)
    {
        if (worker_.shared.errors.fetch_add(1) < 5)
        {
            const std::string line = "error: " + text + "\n";
            [[maybe_unused]] const auto n = ::write(STDOUT_FILENO, line.data(), line.size());
        }
    }

    worker& worker_;
    std::minstd_rand random_;
    asio::io_context context_{1};
    socketlock::process_lock lock_;
    occupancy occupancy_;
    bool is_done_ = false;
    error_code result_;
};

// With a new lock object now and then: it is the library's last user in this process.
template <class Work>
void work_in_shifts(worker& w, Work work)
{
    while (!w.shared.is_ending)
    {
        shift s(w);
        for (int left = s.some_rounds(); left != 0 && !w.shared.is_ending; --left)
            (s.*work)();
    }
}

}  // namespace

void work_by_trying(worker& w)
{
    work_in_shifts(w, &shift::try_once);
}

void work_by_waiting(worker& w)
{
    work_in_shifts(w, &shift::do_anything);
}

}  // namespace stress
