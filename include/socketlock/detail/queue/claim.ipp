// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#ifndef SOCKETLOCK_DETAIL_QUEUE_CLAIM_IPP
#define SOCKETLOCK_DETAIL_QUEUE_CLAIM_IPP

#include <socketlock/detail/platform/fork.hpp>
#include <socketlock/detail/platform/process_identity.hpp>
#include <socketlock/detail/process/query.hpp>
#include <socketlock/detail/queue/claim.hpp>
#include <socketlock/detail/wire/peer_session.hpp>
#include <socketlock/detail/wire/predecessor_link.hpp>
#include <socketlock/error.hpp>

#include <boost/asio/dispatch.hpp>
#include <boost/asio/error.hpp>

#include <algorithm>
#include <exception>
#include <random>
#include <thread>

namespace socketlock::detail {

SOCKETLOCK_DECL claim::claim(
    std::shared_ptr<runtime> owner,
    id128 id,
    std::shared_ptr<const lock_address> address,
    std::shared_ptr<lock_entry> entry
)
    : id_(id),
      runtime_(std::move(owner)),
      address_(std::move(address)),
      entry_(std::move(entry)),
      has_entry_(entry_ != nullptr)
{
}

SOCKETLOCK_DECL void claim::expect(lock_operation& op, bool wait, time_limit limit) noexcept
{
    limit_ = limit;
    waits_ = wait && !(limit && *limit <= std::chrono::steady_clock::now());
    is_given_up_ = false;
    lock_op_.store(&op, std::memory_order_release);
}

SOCKETLOCK_DECL bool claim::expect(plain_operation& op, pending which) noexcept
{
    plain_operation* none = nullptr;
    return plain(which).compare_exchange_strong(none, &op);
}

SOCKETLOCK_DECL std::uint16_t claim::port() const
{
    return entry_ ? entry_->directory().port : std::uint16_t(0);
}

SOCKETLOCK_DECL claim_contact claim::contact() const
{
    const lock_directory& directory = entry_->directory();
    return {
        {id_, directory.presence_id, this_process_id()},
        directory.port
    };
}

SOCKETLOCK_DECL void claim::begin()
{
    error_code ec;
    if (!entry_)
    {
        entry_ = runtime_->entry(address_, ec);
        has_entry_ = entry_ != nullptr;
    }
    if (!entry_)
    {
        refuse(ec);
        return;
    }
    runtime_->add(shared_from_this());
    entry_->run([&](reaction& t) {
        machine_.begin(waits_);
        t.touch(*this);
    });
    if (limit_ && waits_ && lock_op_.load() != nullptr)
        start_timer(timer::limit, *limit_ - std::chrono::steady_clock::now());
}

SOCKETLOCK_DECL void claim::begin_or_fail() noexcept
{
    try
    {
        begin();
    }
    catch (const std::exception&)
    {
        cancel(pending::lock, nullptr, make_error_code(boost::system::errc::not_enough_memory));
    }
}

// This process cannot hold the lock, or is not let near it. That somebody else holds it can be told
// even so, where it can be read.
SOCKETLOCK_DECL void claim::refuse(error_code ec)
{
    if (ec == errc::no_loopback && !waits_)
    {
        error_code ignored;
        if (auto holder = find_holder(*address_, ignored))
        {
            set_blocker(std::move(*holder));
            ec.clear();
        }
    }
    lock_operation* const op = take(lock_op_);
    is_given_up_ = true;
    is_over_ = true;
    if (op != nullptr)
        op->complete(ec, false);
}

SOCKETLOCK_DECL void claim::unlock()
{
    entry_->run([&](reaction& t) {
        if (machine_.is_holding())
        {
            machine_.release();
            t.touch(*this);
        }
        else if (is_over())
            complete_plain(unlock_op_, is_lost() ? errc::lost : errc::not_owner, t);
        // Else the lock object was destroyed meanwhile, and its release answers for this one.
    });
}

SOCKETLOCK_DECL void claim::abandon()
{
    // The lock object may begin another claim at once; it queues behind this one.
    is_holding_ = false;
    is_given_up_ = true;
    if (entry_)
        on_event([](claim_machine& m) { m.abandon(); });
}

SOCKETLOCK_DECL std::atomic<plain_operation*>& claim::plain(pending which) noexcept
{
    return which == pending::unlock           ? unlock_op_
           : which == pending::wait_contended ? contended_op_
                                              : lost_op_;
}

SOCKETLOCK_DECL void claim::abandon_soon()
{
    if (is_holding())
        abandon();
    else if (!is_over())
        abandon_on_runtime();
}

SOCKETLOCK_DECL void claim::wait(pending which)
{
    entry_->run([&](reaction& t) {
        if (!machine_.is_holding())
            complete_plain(plain(which), is_lost() ? errc::lost : errc::not_owner, t);
        else if (which == pending::wait_contended && !machine_.successors().empty())
            complete_plain(plain(which), {}, t);
    });
}

SOCKETLOCK_DECL bool claim::cancel(pending which, const void* expected, error_code ec)
{
    if (which != pending::lock)
    {
        plain_operation* const op = take(plain(which), expected);
        if (op != nullptr)
            op->complete(ec);
        return op != nullptr;
    }
    lock_operation* const op = take(lock_op_, expected);
    if (op == nullptr)
        return false;
    is_given_up_ = true;
    op->complete(ec, false);
    abandon_on_runtime();
    return true;
}

SOCKETLOCK_DECL void claim::end_operations(bool complete) noexcept
{
    lock_operation* const lock = take(lock_op_);
    if (lock != nullptr)
        complete ? lock->complete(asio::error::operation_aborted, false) : lock->destroy();
    for (auto* const slot : {&unlock_op_, &contended_op_, &lost_op_})
    {
        plain_operation* const op = take(*slot);
        if (op != nullptr)
            complete ? op->complete(asio::error::operation_aborted) : op->destroy();
    }
    // Nobody is left to be told: it must not be granted the lock and keep it.
    if (lock != nullptr)
        abandon_on_runtime();
}

SOCKETLOCK_DECL void claim::abandon_on_runtime()
{
    // There it comes after `begin`. In a child the claim is the parent's.
    if (generation() == fork_generation())
        runtime_->post([self = shared_from_this()] { self->abandon(); });
}

SOCKETLOCK_DECL std::optional<holder_info> claim::blocker()
{
    std::optional<holder_info> result;
    const auto copy = [&] {
        if (blocker_)
            result = *blocker_;
    };
    if (const auto entry = entry_if_begun())
        entry->run([&](reaction&) { copy(); });
    else if (is_over())
        copy();
    return result;
}

SOCKETLOCK_DECL void claim::perform(const claim_action& action, reaction& t)
{
    using kind = claim_action::kind;
    switch (action.what)
    {
    case kind::transact:
        // Replaces one that still waits for the guard.
        transaction_ = action.to;
        guard_pause_ = {};
        guard_limit_ = {};
        try_transaction(t);
        break;
    case kind::connect:
        connect(action, t);
        break;
    case kind::say_attach:
    case kind::say_detach:
        say_to_predecessor(action, t);
        break;
    case kind::disconnect:
        disconnect();
        break;
    case kind::say_attached:
    case kind::say_granted:
    case kind::say_moved:
    case kind::say_detached:
        say_to_successor(action, t);
        break;
    case kind::start_timer:
        start_timer(timer::machine, action.pause);
        break;
    case kind::complete_lock:
        complete_lock(action, t);
        break;
    case kind::complete_unlock:
        is_holding_ = machine_.is_holding();
        // If it is neither held nor unlocked, the next claim queues behind this one.
        if (!is_holding_)
            is_given_up_ = true;
        complete_plain(unlock_op_, action.ec, t);
        break;
    case kind::notify_contended:
        t.read_ahead();
        complete_plain(contended_op_, {}, t);
        break;
    case kind::notify_lost:
        is_lost_ = true;
        is_holding_ = false;
        complete_plain(lost_op_, errc::lost, t);
        break;
    case kind::finish:
        finish(t);
        break;
    }
}

SOCKETLOCK_DECL void claim::complete_lock(const claim_action& action, reaction& t)
{
    stop_timers();
    fencing_token_ = action.fencing_token;
    lock_operation* const op = take(lock_op_);
    if (op == nullptr)
    {
        // It was cancelled, and its caller told so, but the claim not abandoned yet: nobody may
        // find it holding the lock.
        machine_.abandon();
        t.touch(*this);
        return;
    }
    is_holding_ = action.acquired;
    is_given_up_ = !action.acquired;
    if (action.acquired && machine_.has_ticket())
        t.read_ahead();
    t.complete(*op, action.ec, action.acquired);
}

SOCKETLOCK_DECL void claim::complete_plain(
    std::atomic<plain_operation*>& op,
    error_code ec,
    reaction& t
)
{
    if (plain_operation* const waiting = take(op))
        t.complete(*waiting, ec);
}

SOCKETLOCK_DECL void claim::finish(reaction& t)
{
    is_holding_ = false;
    is_given_up_ = true;
    is_over_ = true;
    transaction_.reset();
    complete_plain(contended_op_, asio::error::operation_aborted, t);
    complete_plain(lost_op_, asio::error::operation_aborted, t);
    disconnect();
    stop_timers();
    runtime_->remove(id_);
}

SOCKETLOCK_DECL void claim::try_transaction(reaction& t)
{
    // A guard is held for microseconds: often a moment is enough.
    static constexpr int attempts = 3;
    transaction_result result;
    bool done = false;
    for (int i = 0; i < attempts && !done; ++i)
    {
        if (i != 0)
            std::this_thread::yield();
        try
        {
            done = entry_->transact(*this, *transaction_, result);
        }
        catch (const std::exception&)
        {
            result.ec = make_error_code(boost::system::errc::not_enough_memory);
            done = true;
        }
    }
    const bool is_awaited = *transaction_ == intent::take ||
                            (*transaction_ == intent::release && unlock_op_.load() != nullptr);
    if (!done && is_awaited)
    {
        const auto now = std::chrono::steady_clock::now();
        if (guard_limit_ == std::chrono::steady_clock::time_point())
            guard_limit_ = now + std::chrono::seconds(5);
        if (now >= guard_limit_)
        {
            result.ec = errc::guard_timeout;
            done = true;
        }
    }
    if (done)
    {
        transaction_.reset();
        if (!result.ec && result.decided.dead_holder)
            t.remove_presence(*result.decided.dead_holder);
        machine_.transacted(result);
        t.touch(*this);
        // It goes on unlocking, but whoever waits for that waits no longer.
        if (machine_.phase() == claim_phase::retrying_release)
            complete_plain(unlock_op_, result.ec, t);
        return;
    }

    using std::chrono::microseconds;
    thread_local std::minstd_rand random(static_cast<unsigned>(id128_hash()(id_)));
    guard_pause_ = std::clamp<std::chrono::steady_clock::duration>(
        guard_pause_ * 2,
        microseconds(40),
        microseconds(4000)
    );
    const auto half = std::chrono::duration_cast<microseconds>(guard_pause_).count() / 2;
    std::uniform_int_distribution<std::int64_t> jitter(half, 3 * half);
    start_timer(timer::guard, microseconds(jitter(random)));
}

SOCKETLOCK_DECL error_code unlock_error(const std::shared_ptr<claim>& c)
{
    if (!c || c->generation() != fork_generation())
        return errc::not_owner;
    if (c->is_lost())
        return errc::lost;
    return c->is_holding() ? error_code() : make_error_code(errc::not_owner);
}

SOCKETLOCK_DECL error_code unlock_and_wait(claim& c)
{
    blocking_operation<> op;
    if (!c.expect(op, pending::unlock))
        return asio::error::already_started;
    try
    {
        c.unlock();
    }
    catch (...)
    {
        // Else it has been taken already, by whom it is completed.
        if (c.cancel(pending::unlock, &static_cast<plain_operation&>(op), {}))
            throw;
    }
    return std::get<0>(op.wait());
}

}  // namespace socketlock::detail

#endif
