// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#ifndef SOCKETLOCK_DETAIL_QUEUE_LOCK_ENTRY_IPP
#define SOCKETLOCK_DETAIL_QUEUE_LOCK_ENTRY_IPP

#include <socketlock/detail/platform/process_identity.hpp>
#include <socketlock/detail/queue/claim_actions.hpp>
#include <socketlock/detail/queue/claim_request.hpp>
#include <socketlock/detail/queue/linked_claim.hpp>
#include <socketlock/detail/queue/lock_entry.hpp>
#include <socketlock/detail/record/holder_lookup.hpp>
#include <socketlock/detail/wire/kept_connection.hpp>
#include <socketlock/error.hpp>

#include <chrono>
#include <new>
#include <optional>

namespace socketlock::detail {

SOCKETLOCK_DECL lock_entry::lock_entry(
    std::shared_ptr<claim_host> host,
    std::shared_ptr<lock_directory> directory,
    std::shared_ptr<const lock_address> address
)
    : host_(std::move(host)),
      directory_(std::move(directory)),
      address_(std::move(address)),
      file_(address_->path(), address_->permissions())
{
}

SOCKETLOCK_DECL lock_entry::~lock_entry()
{
    host_->forget(*this);
}

SOCKETLOCK_DECL void reaction::touch(linked_claim& c)
{
    if (claims_.empty() || claims_.back().get() != &c)
        claims_.push_back(c.shared());
}

SOCKETLOCK_DECL void lock_entry::perform_all(reaction& t)
{
    using pointer = std::shared_ptr<linked_claim>;
    perform_actions(
        t.claims_,
        [](const pointer& c) -> claim_machine& { return c->machine(); },
        // The reaction keeps the claim, but not this pointer where it is.
        [&](const pointer& c, const claim_action& action) { c->perform(action, t); }
    );
}

SOCKETLOCK_DECL void lock_entry::complete_all(reaction& t)
{
    // What completes may be the last that uses this lock.
    const bool removes = t.dead_holder_ && t.dead_holder_->presence != directory_->presence_id;
    const auto self = removes ? shared_from_this() : nullptr;
    for (const reaction::lock_completion& done : t.locks_)
        done.op->complete(done.ec, done.acquired);
    for (const reaction::plain_completion& done : t.others_)
        done.op->complete(done.ec);
    try
    {
        if (removes)
            remove_dead_presence(directory_->choice.path, t.dead_holder_->presence);
    }
    catch (const std::bad_alloc&)
    {
        // Somebody else will find the dead.
    }
}

SOCKETLOCK_DECL liveness lock_entry::test(const claim_ref& p, error_code& why)
{
    // Of our own claims the registry knows, and our own presence must not be opened.
    if (p.presence == directory_->presence_id)
        return host_->knows(p.claim) ? liveness::alive : liveness::dead;
    return directory_->others.test(directory_->choice.path, p, why);
}

// A record that cannot be read is that of a free lock if nobody lives who could hold it.
SOCKETLOCK_DECL record& lock_entry::read_or_heal(transaction& t, linked_claim& c, error_code& ec)
{
    record& r = t.read(address_->lock_name(), ec);
    if (ec != errc::corrupt_record)
        return r;
    directory_->others.clear();
    if (!c.machine().is_holding() && !host_->has_holding_claim(*directory_) &&
        !any_presence_alive(directory_->choice.path, directory_->presence_id))
    {
        ec.clear();
        r = record();
        r.name = address_->lock_name();
    }
    return r;
}

SOCKETLOCK_DECL claim_contact lock_entry::contact_of(const linked_claim& c) const
{
    return {
        {c.id(), directory_->presence_id, this_process_id()},
        directory_->port
    };
}

SOCKETLOCK_DECL bool lock_entry::is_in_place()
{
    const std::lock_guard<std::mutex> lock(mutex_);
    return file_.is_in_place();
}

SOCKETLOCK_DECL bool lock_entry::transact(linked_claim& c, intent what, transaction_result& result)
{
    bool is_new = false;
    const bool is_done = try_transact(c, what, result, is_new);
    // Only now: while one guard is held no other file must be closed.
    if (is_new)
        host_->note_open_file(shared_from_this());
    const bool may_repeat = result.ec && result.ec == errc::too_many_open_files &&
                            !result.decided.write;
    if (may_repeat && host_->connections()->close_all())
    {
        // Once they are closed.
        result = {};
        return false;
    }
    return is_done;
}

SOCKETLOCK_DECL bool lock_entry::try_transact(
    linked_claim& c,
    intent what,
    transaction_result& result,
    bool& is_new
)
{
    error_code& ec = result.ec;
    transaction t(file_, &directory_->records);
    // Who leaves must not make what it is named in.
    const bool leaves = what == intent::release || what == intent::leave;
    const missing_file missing = what == intent::leave ? missing_file::leave : missing_file::create;
    bool began = t.begin(ec, missing);
    if (ec == errc::directory_missing && !leaves)
    {
        // Somebody has removed the directory since we first used it.
        prepare_directory(directory_->choice, ec);
        began = !ec && t.begin(ec);
    }
    if (!began)
        return static_cast<bool>(ec);
    if (file_.is_new())
    {
        host_->ensure_presence(*directory_, ec);
        if (ec)
            return true;
        file_.accept();
        is_new = true;
    }
    record& r = read_or_heal(t, c, ec);
    if (ec)
        return true;

    const request
        q = make_request(c.machine(), what, contact_of(c), std::chrono::system_clock::now());
    error_code why;
    decision& v = result.decided;
    v = decide(r, q, [&](const claim_ref& p) { return test(p, why); });
    if (v.write)
        t.write(ec);
    else
        t.keep();
    if (ec)
        return true;
    if (v.blocker || r.v1_pid)
        c.note_blocker(describe_holder(r, v.blocker), v.blocker);
    ec = error_of(v, what, why);
    return true;
}

SOCKETLOCK_DECL record lock_entry::query(error_code& ec)
{
    return file_.query(address_->lock_name(), ec);
}

SOCKETLOCK_DECL void lock_entry::close_file_if_idle()
{
    const std::unique_lock<std::mutex> lock(mutex_, std::try_to_lock);
    if (lock)
        file_.close();
}

}  // namespace socketlock::detail

#endif
