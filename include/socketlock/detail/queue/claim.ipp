// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#ifndef SOCKETLOCK_DETAIL_QUEUE_CLAIM_IPP
#define SOCKETLOCK_DETAIL_QUEUE_CLAIM_IPP

#include <socketlock/detail/queue/claim.hpp>
#include <socketlock/detail/queue/claim_event.hpp>
#include <socketlock/detail/queue/claim_request.hpp>
#include <socketlock/detail/record/holder_lookup.hpp>
#include <socketlock/error.hpp>

#include <boost/asio/error.hpp>

#include <algorithm>
#include <exception>
#include <random>
#include <utility>

namespace socketlock::detail {

SOCKETLOCK_DECL claim::claim(
    std::shared_ptr<io_thread> thread,
    claim_host& host,
    id128 id,
    std::shared_ptr<const lock_address> address,
    std::shared_ptr<lock_entry> entry
)
    : lock_attempt(std::move(thread)),
      linked_claim(host, id, std::move(address), std::move(entry)),
      has_entry_(linked_claim::entry() != nullptr)
{
}

SOCKETLOCK_DECL std::uint16_t claim::port() const
{
    return entry() ? entry()->directory().port : std::uint16_t(0);
}

SOCKETLOCK_DECL std::optional<std::uint64_t> claim::ahead() const
{
    const auto entry = entry_if_begun();
    if (!entry || status() != attempt_status::waiting)
        return std::nullopt;
    std::optional<std::uint64_t> result;
    entry->run([&](reaction&) { result = machine().ahead(); });
    return result;
}

SOCKETLOCK_DECL void claim::begin()
{
    error_code ec;
    if (!entry())
    {
        set_entry(host().entry(address(), ec));
        has_entry_.store(entry() != nullptr, std::memory_order_release);
    }
    if (!entry())
    {
        refuse(ec);
        return;
    }
    host().add(shared_claim());
    send_event(*this, [this](claim_machine& m) { m.begin(waits()); });
    if (limit() == no_limit || !waits() || !is_expected(pending::lock))
        return;
    entry()->run([&](reaction&) {
        const auto rest = limit() - std::chrono::steady_clock::now();
        if (is_expected(pending::lock))
            start_timer(claim_timers::kind::limit, rest);
    });
}

inline void claim::refuse(error_code ec)
{
    lock_operation* const op = take_lock();
    advance(attempt_status::over);
    if (op != nullptr)
        op->complete(ec, false);
}

SOCKETLOCK_DECL void claim::unlock()
{
    entry()->run([&](reaction& t) {
        if (machine().is_holding())
        {
            machine().release();
            t.touch(*this);
        }
        else if (is_over())
            complete_plain(pending::unlock, is_lost() ? errc::lost : errc::not_owner, t);
        // Else the lock object was destroyed meanwhile, and its release answers for this one.
    });
}

SOCKETLOCK_DECL void claim::abandon()
{
    // The lock object may begin another claim at once; it queues behind this one.
    advance(attempt_status::given_up);
    if (entry())
        send_event(*this, [](claim_machine& m) { m.abandon(); });
}

SOCKETLOCK_DECL void claim::wait(pending which)
{
    entry()->run([&](reaction& t) {
        // It held when this was asked for: it has been unlocked since.
        if (!machine().is_holding())
            complete_plain(
                which,
                is_lost() ? make_error_code(errc::lost) : asio::error::operation_aborted,
                t
            );
        else if (which == pending::wait_contended && !machine().successors().empty())
            complete_plain(which, {}, t);
    });
}

SOCKETLOCK_DECL std::optional<holder_info> claim::blocker()
{
    std::optional<noted_blocker> noted;
    const auto copy = [&] {
        if (blocker_)
            noted = *blocker_;
    };
    const auto entry = entry_if_begun();
    if (entry)
        entry->run([&](reaction&) { copy(); });
    else if (is_over())
        copy();
    if (!noted)
        return std::nullopt;
    // Only now: whoever is refused and does not ask needs no presence to be read.
    if (entry && noted->who)
        add_presence(noted->info, entry->directory().choice.path, *noted->who);
    return std::move(noted->info);
}

SOCKETLOCK_DECL void claim::note_blocker(holder_info blocker, const std::optional<claim_ref>& who)
{
    blocker_ = std::make_unique<noted_blocker>(noted_blocker{std::move(blocker), who});
}

SOCKETLOCK_DECL link_id claim::add_successor(
    successor_path path,
    const claim_contact& who,
    std::uint64_t ticket,
    reaction& t
)
{
    const link_id link = links_.add_successor(std::move(path));
    machine().successor_attached({link, who, ticket});
    t.touch(*this);
    return link;
}

SOCKETLOCK_DECL void claim::successor_ended(link_id link, reaction& t)
{
    links_.remove_successor(link);
    machine().successor_ended(link);
    t.touch(*this);
}

inline void claim::start_timer(claim_timers::kind which, std::chrono::steady_clock::duration pause)
{
    timers_.start(thread()->timers(), weak_claim(), which, pause);
}

SOCKETLOCK_DECL void claim::perform(const claim_action& action, reaction& t)
{
    using kind = claim_action::kind;
    switch (action.what)
    {
    case kind::transact:
        // Replaces one that still waits for the guard.
        transaction_ = action.to;
        guard_wait_.reset();
        try_transaction(t);
        break;
    case kind::connect:
        if (links_.connect(*this, action, t))
            start_timer(claim_timers::kind::attach, action.pause);
        break;
    case kind::say_attach:
        links_.say_attach(*this, t);
        break;
    case kind::say_detach:
        links_.say_detach(*this, t);
        break;
    case kind::disconnect:
        links_.disconnect(t);
        break;
    case kind::say_attached:
    case kind::say_look:
    case kind::say_detached:
        links_.say_to_successor(action, t);
        break;
    case kind::start_timer:
        start_timer(claim_timers::kind::machine, action.pause);
        break;
    case kind::complete_lock:
        complete_lock(action, t);
        break;
    case kind::complete_unlock:
        // If it is neither held nor unlocked, the next claim queues behind this one.
        if (!machine().is_holding())
            advance(attempt_status::given_up);
        complete_plain(pending::unlock, action.ec, t);
        break;
    case kind::notify_contended:
        complete_plain(pending::wait_contended, {}, t);
        break;
    case kind::notify_lost:
        advance(attempt_status::lost);
        complete_plain(pending::wait_lost, errc::lost, t);
        break;
    case kind::finish:
        finish(t);
        break;
    }
}

inline void claim::complete_lock(const claim_action& action, reaction& t)
{
    timers_.stop(thread()->timers());
    lock_operation* const op = take_lock();
    if (op == nullptr)
    {
        // It was cancelled, and its caller told so, but the claim not abandoned yet: nobody may
        // find it holding the lock.
        machine().abandon();
        t.touch(*this);
        return;
    }
    if (action.acquired)
        hold(action.fencing_token);
    else
        advance(attempt_status::given_up);
    t.complete(*op, action.ec, action.acquired);
}

inline void claim::complete_plain(pending which, error_code ec, reaction& t)
{
    if (plain_operation* const waiting = take_plain(which))
        t.complete(*waiting, ec);
}

inline void claim::finish(reaction& t)
{
    advance(attempt_status::over);
    transaction_.reset();
    complete_plain(pending::wait_contended, asio::error::operation_aborted, t);
    complete_plain(pending::wait_lost, asio::error::operation_aborted, t);
    links_.disconnect(t);
    timers_.stop(thread()->timers());
    host().remove(id());
}

// False if it is to be tried again.
inline bool claim::try_guarded(transaction_result& result)
{
    try
    {
        return entry()->transact(*this, *transaction_, result);
    }
    catch (const std::exception&)
    {
        result.ec = make_error_code(boost::system::errc::not_enough_memory);
        return true;
    }
}

// True if somebody is told when the guard is not to be had.
inline bool claim::has_waited_too_long()
{
    if (!has_guard_limit(*transaction_, is_expected(pending::unlock)))
        return false;
    const auto now = std::chrono::steady_clock::now();
    if (guard_wait_->limit == std::chrono::steady_clock::time_point())
        guard_wait_->limit = now + std::chrono::seconds(5);
    return now >= guard_wait_->limit;
}

inline void claim::try_transaction(reaction& t)
{
    transaction_result result;
    bool done = try_guarded(result);
    if (!done && !guard_wait_)
        guard_wait_ = std::make_unique<guard_wait>();
    if (!done && has_waited_too_long())
    {
        result.ec = errc::guard_timeout;
        done = true;
    }
    if (done)
    {
        transaction_.reset();
        guard_wait_.reset();
        if (!result.ec && result.decided.dead_holder)
            t.remove_presence(*result.decided.dead_holder);
        machine().transacted(result);
        t.touch(*this);
        return;
    }

    using std::chrono::microseconds;
    thread_local std::minstd_rand random(static_cast<unsigned>(id128_hash()(id())));
    guard_wait_->pause = std::clamp<std::chrono::steady_clock::duration>(
        guard_wait_->pause * 2,
        microseconds(40),
        microseconds(4000)
    );
    const auto half = std::chrono::duration_cast<microseconds>(guard_wait_->pause).count() / 2;
    std::uniform_int_distribution<std::int64_t> jitter(half, 3 * half);
    start_timer(claim_timers::kind::guard, microseconds(jitter(random)));
}

SOCKETLOCK_DECL void claim::on_deadline(unsigned which, std::uint64_t serial)
{
    using kind = claim_timers::kind;
    const auto timer = static_cast<kind>(which);
    bool is_limit = false;
    entry()->run([&](reaction& t) {
        if (!timers_.take_expired(timer, serial))
            return;
        switch (timer)
        {
        case kind::limit:
            is_limit = true;
            break;
        case kind::machine:
            machine().timer_fired();
            break;
        case kind::attach:
            if (const link_id link = links_.unanswered())
                machine().link_ended(link);
            break;
        case kind::guard:
            if (transaction_)
                try_transaction(t);
            break;
        }
        t.touch(*this);
    });
    // Not under the mutex: it completes an operation.
    if (is_limit)
        cancel(pending::lock, nullptr, {});
}

}  // namespace socketlock::detail

#endif
