// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#ifndef SOCKETLOCK_DETAIL_COMPLETION_LOCK_CORE_IPP
#define SOCKETLOCK_DETAIL_COMPLETION_LOCK_CORE_IPP

#include <socketlock/detail/completion/lock_core.hpp>
#include <socketlock/detail/platform/directory.hpp>
#include <socketlock/detail/platform/fork.hpp>
#include <socketlock/detail/process/query.hpp>
#include <socketlock/detail/queue/claim.hpp>
#include <socketlock/error.hpp>

#include <boost/asio/error.hpp>

#include <algorithm>
#include <thread>
#include <utility>
#include <vector>

namespace socketlock::detail {

SOCKETLOCK_DECL void claim_canceller::operator()(asio::cancellation_type type)
{
    const auto c = claim_.lock();
    if (c && type != asio::cancellation_type::none)
        c->cancel(which_, op_, asio::error::operation_aborted);
}

SOCKETLOCK_DECL void query_canceller::operator()(asio::cancellation_type type)
{
    const auto q = query_.lock();
    if (q && type != asio::cancellation_type::none)
        q->cancel(asio::error::operation_aborted);
}

struct lock_core::query_list
{
    std::uint64_t generation = fork_generation();
    std::vector<std::weak_ptr<query>> all;
};

SOCKETLOCK_DECL lock_core::lock_core(
    asio::execution_context& context,
    std::string name,
    const lock_options& options
)
    : address_(std::make_shared<lock_address>(std::move(name), options)),
      operations_(asio::use_service<lock_service>(context).operations_)
{
    asio::use_service<lock_service>(context).add(*this);
}

SOCKETLOCK_DECL lock_core::~lock_core()
{
    if (service_ != nullptr)
        service_->remove(*this);
    forget_parent();
    cancel();
    if (claim_)
        claim_->abandon_soon();
}

// In the child of a fork: the parent's claim and runtime are copies whose mutexes may be locked and
// whose counts may be half-way. They are left alone for ever.
SOCKETLOCK_DECL void lock_core::forget_parent()
{
    const std::uint64_t generation = fork_generation();
    if (claim_ && claim_->generation() != generation)
    {
        claim_->end_operations(true);
        leak_after_fork(std::move(claim_));
        claim_.reset();
    }
    if (queries_ && queries_->generation != generation)
    {
        for (const auto& weak : queries_->all)
        {
            if (auto q = weak.lock())
            {
                q->end_operation(true);
                leak_after_fork(std::move(q));
            }
        }
        leak_after_fork(std::shared_ptr<query_list>(std::move(queries_)));
    }
}

SOCKETLOCK_DECL bool lock_core::owns_lock() const noexcept
{
    return claim_ && claim_->generation() == fork_generation() && claim_->is_holding();
}

SOCKETLOCK_DECL std::uint64_t lock_core::fencing_token() const noexcept
{
    return owns_lock() ? claim_->fencing_token() : 0;
}

SOCKETLOCK_DECL std::uint16_t lock_core::port() const noexcept
{
    return owns_lock() ? claim_->port() : std::uint16_t(0);
}

SOCKETLOCK_DECL std::optional<holder_info> lock_core::blocker() const
{
    if (!claim_ || claim_->generation() != fork_generation())
        return std::nullopt;
    return claim_->blocker();
}

SOCKETLOCK_DECL std::optional<std::uint64_t> lock_core::ahead() const noexcept
{
    if (!claim_ || claim_->generation() != fork_generation())
        return std::nullopt;
    return claim_->ahead();
}

SOCKETLOCK_DECL error_code lock_core::prepare_lock()
{
    forget_parent();
    if (claim_ && !claim_->is_given_up())
        return errc::already_locked;
    error_code ec;
    auto users = claim_ ? claim_->owner() : runtime::get(ec);
    const id128 id = ec ? id128() : random_id(ec);
    if (ec)
        return ec;
    std::shared_ptr<lock_entry> entry;
    if (claim_)
    {
        entry = claim_->entry_if_begun();
        // Ours may be a path by symbolic links that have changed.
        if (entry && entry->address().path() != address_->path() &&
            !are_same(address_->directory(), entry->address().directory()))
            entry = nullptr;
        // The old claim may go on unlocking for any time, out of reach of `cancel`.
        for (const pending which : {pending::wait_contended, pending::wait_lost})
            claim_->cancel(which, nullptr, asio::error::operation_aborted);
    }
    claim_ = std::make_shared<claim>(std::move(users), id, address_, std::move(entry));
    return ec;
}

SOCKETLOCK_DECL void lock_core::start_lock(
    lock_operation& op,
    bool wait,
    time_limit limit,
    error_code ec
)
{
    if (ec)
    {
        op.complete(ec, false);
        return;
    }
    claim_->expect(op, wait, limit);
    claim_->owner()->post([c = claim_] { c->begin_or_fail(); });
}

SOCKETLOCK_DECL bool lock_core::lock(bool wait, time_limit limit, error_code& ec)
{
    ec = prepare_lock();
    if (ec)
        return false;
    blocking_operation<bool> op;
    claim_->expect(op, wait, limit);
    try
    {
        claim_->begin();
    }
    catch (...)
    {
        // Else it has been taken already, by whom it is completed.
        if (claim_->cancel(pending::lock, nullptr, {}))
            throw;
    }
    bool acquired = false;
    std::tie(ec, acquired) = op.wait();
    return acquired;
}

SOCKETLOCK_DECL void lock_core::async_unlock(plain_operation& op)
{
    if (const error_code ec = unlock_error(claim_))
        op.complete(ec);
    else if (!claim_->expect(op, pending::unlock))
        op.complete(asio::error::already_started);
    else
        claim_->owner()->post([c = claim_] { c->unlock(); });
}

SOCKETLOCK_DECL void lock_core::unlock(error_code& ec)
{
    ec = unlock_error(claim_);
    if (!ec)
        ec = unlock_and_wait(*claim_);
}

SOCKETLOCK_DECL void lock_core::start_wait(plain_operation& op, pending which)
{
    if (const error_code ec = unlock_error(claim_))
        op.complete(ec);
    else if (!claim_->expect(op, which))
        op.complete(asio::error::already_started);
    else
        claim_->owner()->post([c = claim_, which] { c->wait(which); });
}

SOCKETLOCK_DECL std::shared_ptr<query> lock_core::new_query(error_code& ec)
{
    forget_parent();
    auto users = runtime::get(ec);
    if (ec)
        return nullptr;
    auto result = std::make_shared<query>(std::move(users), address_);
    if (!queries_)
        queries_ = std::make_unique<query_list>();
    auto& all = queries_->all;
    const auto is_over = [](const std::weak_ptr<query>& q) { return q.expired(); };
    all.erase(std::remove_if(all.begin(), all.end(), is_over), all.end());
    all.push_back(result);
    return result;
}

SOCKETLOCK_DECL void lock_core::start_query(
    const std::shared_ptr<query>& q,
    holder_operation& op,
    error_code ec
)
{
    if (ec)
    {
        op.complete(ec, std::nullopt);
        return;
    }
    q->expect(op);
    q->start();
}

SOCKETLOCK_DECL std::optional<holder_info> lock_core::holder(error_code& ec)
{
    ec.clear();
    const auto q = new_query(ec);
    if (ec)
        return std::nullopt;
    blocking_operation<std::optional<holder_info>> op;
    q->expect(op);
    q->start();
    std::optional<holder_info> result;
    std::tie(ec, result) = op.wait();
    return result;
}

SOCKETLOCK_DECL void lock_core::cancel()
{
    forget_parent();
    if (claim_)
    {
        for (const pending which : {pending::lock, pending::wait_contended, pending::wait_lost})
            claim_->cancel(which, nullptr, asio::error::operation_aborted);
    }
    if (!queries_)
        return;
    for (const auto& weak : queries_->all)
    {
        if (const auto q = weak.lock())
            q->cancel(asio::error::operation_aborted);
    }
}

SOCKETLOCK_DECL void lock_core::end_operations(bool complete)
{
    // Copies: to destroy a handler may destroy this object.
    const std::shared_ptr<claim> c = claim_;
    const auto all = queries_ ? queries_->all : std::vector<std::weak_ptr<query>>();
    if (c)
        c->end_operations(complete);
    for (const auto& weak : all)
    {
        if (const auto q = weak.lock())
            q->end_operation(complete);
    }
}

SOCKETLOCK_DECL lock_service::lock_service(asio::execution_context& context)
    : asio::execution_context::service(context),
      operations_(std::make_shared<operation_count>()),
      generation_(fork_generation())
{
}

SOCKETLOCK_DECL lock_service::~lock_service() = default;

SOCKETLOCK_DECL void lock_service::add(lock_core& core)
{
    const std::lock_guard<std::mutex> lock(fork_mutex());
    core.service_ = this;
    core.next_ = first_;
    if (first_ != nullptr)
        first_->previous_ = &core;
    first_ = &core;
}

SOCKETLOCK_DECL void lock_service::remove(lock_core& core) noexcept
{
    const std::lock_guard<std::mutex> lock(fork_mutex());
    (core.previous_ != nullptr ? core.previous_->next_ : first_) = core.next_;
    if (core.next_ != nullptr)
        core.next_->previous_ = core.previous_;
    core.service_ = nullptr;
}

// Lock objects that are still there, because a handler owns them, outlive their service.
SOCKETLOCK_DECL void lock_service::shutdown()
{
    while (first_ != nullptr)
    {
        lock_core& core = *first_;
        remove(core);
        core.end_operations(false);
    }
    // What remains is being completed on the runtime's thread at this moment. In the child of a
    // fork nobody will.
    while (generation_ == fork_generation() && !operations_->is_zero())
        std::this_thread::yield();
}

SOCKETLOCK_DECL void lock_service::notify_fork(asio::execution_context::fork_event event)
{
    if (event != asio::execution_context::fork_child)
        return;
    // What is still counted was being completed in the parent, and never ends.
    operations_ = std::make_shared<operation_count>();
    generation_ = fork_generation();
    for (lock_core* core = first_; core != nullptr; core = core->next_)
    {
        core->operations_ = operations_;
        core->end_operations(true);
    }
}

}  // namespace socketlock::detail

#endif
