// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#ifndef SOCKETLOCK_PROCESS_LOCK_HPP
#define SOCKETLOCK_PROCESS_LOCK_HPP

// The bodies come at the end of this header, not of the first one below: they want it all declared.
/// @cond
#define SOCKETLOCK_BODIES_COME_LAST
/// @endcond

#include <socketlock/config.hpp>
#include <socketlock/detail/completion/initiate.hpp>
#include <socketlock/detail/completion/lock_core.hpp>
#include <socketlock/detail/completion/time_limit.hpp>
#include <socketlock/detail/platform/process_identity.hpp>
#include <socketlock/detail/process/local_backend.hpp>
#include <socketlock/error.hpp>
#include <socketlock/holder_info.hpp>
#include <socketlock/options.hpp>
#include <socketlock/scoped_lock.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/execution/context.hpp>
#include <boost/asio/execution_context.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

namespace socketlock {

namespace detail {
struct lock_access;
}  // namespace detail

/**
 * A lock between processes, and between the lock objects of one process: an Asio I/O object. Two
 * objects with the same name and directory exclude each other. When the process dies, however it
 * dies, the lock is free at once; as long as it lives, nobody can take the lock away from it,
 * whatever it does or does not do.
 *
 * It satisfies Lockable and TimedLockable, so that `std::unique_lock`, `std::scoped_lock` and
 * `std::lock` work on it. The functions that wait block only the calling thread; they need no
 * running `io_context`, and must not be called on a thread that must not block.
 *
 * One object has at most one claim: locking it while it holds or waits gives
 * `errc::already_locked`.
 *
 * After `fork` the child's copy does not own the lock: `owns_lock()` is false there, `unlock` gives
 * `errc::not_owner`, and the parent's lock is untouched. The child may lock it anew. Operations
 * that were under way at the fork never complete in the child, unless it calls
 * `notify_fork(fork_child)` on the context or destroys the object: then they complete with
 * `operation_aborted`.
 *
 * @par Thread safety
 * Distinct objects: safe. Shared objects: unsafe, as in Asio.
 *
 * @tparam Executor The executor on which completion handlers run by default.
 */
template <class Executor = asio::any_io_executor>
class basic_process_lock
{
public:
    /// The type of the executor for handlers that have none of their own.
    using executor_type = Executor;

    /// The same for another executor; Asio's `as_default_on` uses it.
    template <class OtherExecutor>
    struct rebind_executor
    {
        /// A lock whose handlers run on an `OtherExecutor`.
        using other = basic_process_lock<OtherExecutor>;
    };

    /// The clock that measures time limits. Time limits of other clocks are converted when they
    /// are passed in, so setting such a clock later changes nothing.
    using clock_type = std::chrono::steady_clock;
    /// A time span of that clock.
    using duration = clock_type::duration;
    /// A point in time of that clock.
    using time_point = clock_type::time_point;

    /**
     * Makes an unlocked lock object. It touches neither the files of the lock nor the network.
     *
     * @param executor The executor for handlers that have none of their own.
     * @param name 1 to 200 bytes of UTF-8 without NUL.
     * @param options Where and how the lock is kept; all processes that share it must agree on
     * them.
     * @par Errors
     * Throws `lock_error` with `errc::invalid_name` or `errc::invalid_permissions`.
     */
    explicit basic_process_lock(
        const executor_type& executor,
        std::string name,
        const lock_options& options = {}
    )
        : executor_(executor),
          core_(make_core(detail::make_local_backend(std::move(name), options)))
    {
    }

    /// The same, for an execution context.
    template <
        class ExecutionContext,
        std::enable_if_t<std::is_convertible_v<ExecutionContext&, asio::execution_context&>, int> =
            0>
    explicit basic_process_lock(
        ExecutionContext& context,
        std::string name,
        const lock_options& options = {}
    )
        : executor_(context.get_executor()),
          core_(make_core(detail::make_local_backend(std::move(name), options)))
    {
    }

    /// Takes over what `other` holds or waits for. `other` can only be destroyed or assigned to.
    basic_process_lock(basic_process_lock&& other) noexcept = default;

    /// Cancels and unlocks as the destructor does, then takes over what `other` holds or waits for.
    basic_process_lock& operator=(basic_process_lock&& other) noexcept = default;

    /// The same from a lock with another executor type.
    template <
        class OtherExecutor,
        std::enable_if_t<std::is_convertible_v<OtherExecutor, Executor>, int> = 0>
    basic_process_lock(basic_process_lock<OtherExecutor>&& other) noexcept
        : executor_(other.executor_), core_(std::move(other.core_))
    {
    }

    /**
     * Cancels the operations that are under way (their handlers get `operation_aborted`) and
     * unlocks. It does not wait: if the lock file is in use at that moment, the background thread
     * unlocks a little later. A destroyed waiter never ends up holding the lock.
     */
    ~basic_process_lock() = default;

    /// The executor for handlers that have none of their own.
    executor_type get_executor() const noexcept { return executor_; }

    /// The lock's name.
    const std::string& name() const noexcept { return core_->name(); }

    /// The path of the lock file.
    const std::string& path() const noexcept { return core_->path(); }

    /// True while this object holds the lock.
    bool owns_lock() const noexcept { return core_ && core_->owns_lock(); }

    /// This process's id.
    std::int64_t pid() const noexcept { return detail::this_process_id(); }

    /// The loopback port that the lock file names while this object holds the lock; otherwise 0.
    /// Also 0 where no port can be had: the lock works all the same.
    std::uint16_t port() const noexcept { return core_ ? core_->port() : std::uint16_t(0); }

    /// A number that grows by at least one with every change of owner, by which a service can
    /// refuse late requests from a former owner; 0 while this object does not hold the lock.
    std::uint64_t fencing_token() const noexcept { return core_ ? core_->fencing_token() : 0; }

    /// Who held the lock, or had its turn, when the last attempt found it held: unverified, from
    /// the lock file and, if that can be read now, its presence.
    std::optional<holder_info> blocker() const { return core_->blocker(); }

    /// While an operation of this object waits for the lock: how many claims are before it in the
    /// queue, not counting the holder, as far as this object has been told. It is 0 once the holder
    /// has told it that it has waited longest of those that are connected to the holder: at most
    /// one that cannot connect, or that was suspended when its turn came, may still be before it.
    /// Otherwise, and if this object does not wait, nullopt. If the claim that it waits behind gets
    /// the lock, it may hear of that up to 3 seconds later.
    std::optional<std::uint64_t> ahead() const { return core_ ? core_->ahead() : std::nullopt; }

    /**
     * Takes the lock, waiting behind all claims that already wait: first come, first served.
     *
     * A process that is suspended when its turn comes is passed over after half a second, and has
     * its old place when it goes on.
     *
     * @par Errors
     * `already_locked`; `handshake_failed` if the claim to wait for has another signature seed;
     * those of the lock directory, the lock file and the holder's presence (see `errc`). An error
     * leaves everything as it was.
     */
    void lock(error_code& ec) { core_->lock(true, detail::no_limit, ec); }

    /// The same; throws `lock_error`.
    void lock()
    {
        error_code ec;
        lock(ec);
        throw_if(ec);
    }

    /// Takes the lock if nobody holds it and it is no waiter's turn. False without an error means
    /// that somebody holds it or has its turn; see `blocker`. Errors: as `lock`, except
    /// `handshake_failed`, and `guard_timeout` after 5 seconds.
    bool try_lock(error_code& ec) { return core_->lock(false, detail::no_limit, ec); }

    /// The same; throws `lock_error`.
    bool try_lock()
    {
        error_code ec;
        const bool acquired = try_lock(ec);
        throw_if(ec);
        return acquired;
    }

    /// Takes the lock, waiting until `limit` at the latest. False without an error means that the
    /// limit has passed.
    template <class Clock, class Duration>
    bool try_lock_until(const std::chrono::time_point<Clock, Duration>& limit, error_code& ec)
    {
        return core_->lock(true, detail::limit_at(limit), ec);
    }

    /// The same; throws `lock_error`.
    template <class Clock, class Duration>
    bool try_lock_until(const std::chrono::time_point<Clock, Duration>& limit)
    {
        error_code ec;
        const bool acquired = try_lock_until(limit, ec);
        throw_if(ec);
        return acquired;
    }

    /// Takes the lock, waiting no longer than `patience`. False without an error means that the
    /// time is up.
    template <class Rep, class Period>
    bool try_lock_for(const std::chrono::duration<Rep, Period>& patience, error_code& ec)
    {
        return core_->lock(true, detail::limit_after(patience), ec);
    }

    /// The same; throws `lock_error`.
    template <class Rep, class Period>
    bool try_lock_for(const std::chrono::duration<Rep, Period>& patience)
    {
        error_code ec;
        const bool acquired = try_lock_for(patience, ec);
        throw_if(ec);
        return acquired;
    }

    /**
     * Gives the lock up. If somebody waits, it is the turn of the first waiter in the queue, which
     * takes the lock itself. It never waits for the network.
     *
     * @par Errors
     * `not_owner`: this object does not hold the lock. `lost`: the lock was taken away; the lock
     * file is left as it is. Any other error concerns the lock file. The lock is then still held,
     * or, if `owns_lock` returns false, the record may be half written, and the library goes on
     * unlocking by itself.
     */
    void unlock(error_code& ec) { core_->unlock(ec); }

    /// The same; throws `lock_error`.
    void unlock()
    {
        error_code ec;
        unlock(ec);
        throw_if(ec);
    }

    /**
     * Returns who holds the lock, or whose turn it is; nullopt if the lock is free. It creates and
     * changes nothing, and works for every user who may read the lock file. It asks the holder to
     * prove its identity (see `holder_info::verified`). That takes a millisecond, or a few seconds
     * if the holder, or a process that is changing the lock file, has been stopped.
     */
    std::optional<holder_info> holder(error_code& ec) { return core_->holder(ec); }

    /// The same; throws `lock_error`.
    std::optional<holder_info> holder()
    {
        error_code ec;
        auto result = holder(ec);
        throw_if(ec);
        return result;
    }

    /**
     * Takes the lock, waiting behind all claims that already wait: first come, first served.
     *
     * @par Handler signature
     * `void(error_code)`
     * @par Per-operation cancellation
     * Terminal, partial and total. Before the lock is acquired: the handler gets
     * `operation_aborted` at once, and this object will not hold the lock, even if its turn had
     * come; others in the queue are not affected. Afterwards: no effect, the handler gets
     * success.
     * @par Errors
     * As `lock(error_code&)`, and `operation_aborted`.
     */
    template <
        BOOST_ASIO_COMPLETION_TOKEN_FOR(void(error_code))
            Token = asio::default_completion_token_t<executor_type>>
    auto async_lock(Token&& token = asio::default_completion_token_t<executor_type>())
    {
        return asio::async_initiate<Token, void(error_code)>(
            initiate_lock<detail::deliver_error>{this, true},
            token,
            detail::no_limit
        );
    }

    /**
     * Takes the lock if nobody holds it and it is no waiter's turn: the handler gets true, or false
     * without an error.
     *
     * @par Handler signature
     * `void(error_code, bool acquired)`
     * @par Per-operation cancellation
     * As `async_lock`.
     */
    template <
        BOOST_ASIO_COMPLETION_TOKEN_FOR(void(error_code, bool))
            Token = asio::default_completion_token_t<executor_type>>
    auto async_try_lock(Token&& token = asio::default_completion_token_t<executor_type>())
    {
        return asio::async_initiate<Token, void(error_code, bool)>(
            initiate_lock<detail::deliver_acquired>{this, false},
            token,
            detail::no_limit
        );
    }

    /**
     * Takes the lock, waiting until `limit` at the latest: the handler gets true, or false without
     * an error if the limit passes.
     *
     * @par Handler signature
     * `void(error_code, bool acquired)`
     * @par Per-operation cancellation
     * As `async_lock`.
     */
    template <
        class Clock,
        class Duration,
        BOOST_ASIO_COMPLETION_TOKEN_FOR(void(error_code, bool))
            Token = asio::default_completion_token_t<executor_type>>
    auto async_try_lock_until(
        const std::chrono::time_point<Clock, Duration>& limit,
        Token&& token = asio::default_completion_token_t<executor_type>()
    )
    {
        return asio::async_initiate<Token, void(error_code, bool)>(
            initiate_lock<detail::deliver_acquired>{this, true},
            token,
            detail::limit_at(limit)
        );
    }

    /// The same, waiting no longer than `patience`, counted from this call.
    template <
        class Rep,
        class Period,
        BOOST_ASIO_COMPLETION_TOKEN_FOR(void(error_code, bool))
            Token = asio::default_completion_token_t<executor_type>>
    auto async_try_lock_for(
        const std::chrono::duration<Rep, Period>& patience,
        Token&& token = asio::default_completion_token_t<executor_type>()
    )
    {
        return asio::async_initiate<Token, void(error_code, bool)>(
            initiate_lock<detail::deliver_acquired>{this, true},
            token,
            detail::limit_after(patience)
        );
    }

    /**
     * Takes the lock as `async_lock` does and gives the handler an owner that unlocks when it is
     * destroyed.
     *
     * @par Handler signature
     * `void(error_code, scoped_lock)`
     * @par Per-operation cancellation
     * As `async_lock`.
     */
    template <
        BOOST_ASIO_COMPLETION_TOKEN_FOR(void(error_code, scoped_lock))
            Token = asio::default_completion_token_t<executor_type>>
    auto async_scoped_lock(Token&& token = asio::default_completion_token_t<executor_type>())
    {
        return asio::async_initiate<Token, void(error_code, scoped_lock)>(
            initiate_lock<detail::deliver_scoped_lock>{this, true},
            token,
            detail::no_limit
        );
    }

    /**
     * Gives the lock up, as `unlock` does.
     *
     * @par Handler signature
     * `void(error_code)`
     * @par Per-operation cancellation
     * None: unlocking is one transaction, which cannot be left half done.
     * @par Errors
     * As `unlock(error_code&)`; `asio::error::already_started` if an unlock is under way.
     */
    template <
        BOOST_ASIO_COMPLETION_TOKEN_FOR(void(error_code))
            Token = asio::default_completion_token_t<executor_type>>
    auto async_unlock(Token&& token = asio::default_completion_token_t<executor_type>())
    {
        return asio::async_initiate<Token, void(error_code)>(initiate_unlock{this}, token);
    }

    /**
     * Reports who holds the lock, as `holder` does.
     *
     * @par Handler signature
     * `void(error_code, std::optional<holder_info>)`
     * @par Per-operation cancellation
     * Terminal, partial and total; it has no side effects.
     */
    template <
        BOOST_ASIO_COMPLETION_TOKEN_FOR(void(error_code, std::optional<holder_info>))
            Token = asio::default_completion_token_t<executor_type>>
    auto async_holder(Token&& token = asio::default_completion_token_t<executor_type>())
    {
        return asio::async_initiate<Token, void(error_code, std::optional<holder_info>)>(
            initiate_holder{this},
            token
        );
    }

    /**
     * Waits, while this object holds the lock, until another claim queues behind it; completes at
     * once if one has done so already. Claims that cannot connect to this process are not noticed.
     * One such operation at a time.
     *
     * @par Handler signature
     * `void(error_code)`: success if a claim waits; `operation_aborted` when the lock is unlocked;
     * `not_owner`, `lost`; `asio::error::already_started`.
     * @par Per-operation cancellation
     * Terminal, partial and total; it has no side effects.
     */
    template <
        BOOST_ASIO_COMPLETION_TOKEN_FOR(void(error_code))
            Token = asio::default_completion_token_t<executor_type>>
    auto async_wait_contended(Token&& token = asio::default_completion_token_t<executor_type>())
    {
        return asio::async_initiate<Token, void(error_code)>(
            initiate_wait{this, detail::pending::wait_contended},
            token
        );
    }

    /**
     * Waits, while this object holds the lock, until the lock is taken away: because somebody
     * removed or replaced the lock file, and another process locked it anew before this one could
     * restore it. One such operation at a time.
     *
     * @par Handler signature
     * `void(error_code)`: `errc::lost` when the lock was taken away; `operation_aborted` when it
     * was unlocked; `not_owner`; `asio::error::already_started`.
     * @par Per-operation cancellation
     * Terminal, partial and total; it has no side effects.
     */
    template <
        BOOST_ASIO_COMPLETION_TOKEN_FOR(void(error_code))
            Token = asio::default_completion_token_t<executor_type>>
    auto async_wait_lost(Token&& token = asio::default_completion_token_t<executor_type>())
    {
        return asio::async_initiate<Token, void(error_code)>(
            initiate_wait{this, detail::pending::wait_lost},
            token
        );
    }

    /// Cancels all operations of this object that are under way, except unlocking; their handlers
    /// get `operation_aborted`. A lock that is held stays held.
    void cancel() { core_->cancel(); }

private:
    template <class OtherExecutor>
    friend class basic_process_lock;
    friend struct detail::lock_access;

    basic_process_lock(const executor_type& executor, std::unique_ptr<detail::lock_backend> backend)
        : executor_(executor), core_(make_core(std::move(backend)))
    {
    }

    // These start the operations; see impl/process_lock.hpp.
    struct initiation;
    template <class Deliver>
    struct initiate_lock;
    struct initiate_unlock;
    struct initiate_holder;
    struct initiate_wait;

    std::unique_ptr<detail::lock_core> make_core(std::unique_ptr<detail::lock_backend> b) const
    {
        return std::make_unique<detail::lock_core>(
            asio::query(executor_, asio::execution::context),
            std::move(b)
        );
    }

    void throw_if(const error_code& ec) const
    {
        if (ec)
            throw lock_error(ec, name(), blocker(), core_->explain(ec));
    }

    Executor executor_;
    std::unique_ptr<detail::lock_core> core_;
};

/// The lock for most programs.
using process_lock = basic_process_lock<>;

}  // namespace socketlock

#include <socketlock/impl/process_lock.hpp>

#ifdef SOCKETLOCK_HEADER_ONLY
#include <socketlock/src.hpp>
#endif

#endif
