// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#ifndef SOCKETLOCK_DETAIL_PROCESS_QUERY_IPP
#define SOCKETLOCK_DETAIL_PROCESS_QUERY_IPP

#include <socketlock/detail/platform/fork.hpp>
#include <socketlock/detail/process/query.hpp>
#include <socketlock/detail/queue/linked_claim.hpp>
#include <socketlock/detail/record/holder_lookup.hpp>
#include <socketlock/detail/record/presence.hpp>
#include <socketlock/detail/wire/message.hpp>
#include <socketlock/error.hpp>

#include <boost/asio/error.hpp>

#include <chrono>

namespace socketlock::detail {

SOCKETLOCK_DECL query::query(
    std::shared_ptr<runtime> host,
    std::shared_ptr<const lock_address> where
)
    : runtime_user{std::move(host)},
      authenticated_link(runtime_->thread().context()),
      where_(std::move(where)),
      retry_(runtime_->thread().context())
{
}

SOCKETLOCK_DECL void query::start()
{
    runtime_->thread().post([self = std::static_pointer_cast<query>(shared_from_this())] {
        self->look();
    });
}

SOCKETLOCK_DECL void query::complete(error_code ec)
{
    if (holder_operation* const op = take_holder())
        op->complete(ec, ec ? std::nullopt : std::move(found_));
}

SOCKETLOCK_DECL void query::cancel(error_code ec)
{
    holder_operation* const op = take_holder();
    if (op == nullptr)
        return;
    op->complete(ec, std::nullopt);
    // In a child the connection is the parent's.
    if (runtime_->thread().generation() == fork_generation())
        close();
}

SOCKETLOCK_DECL void query::look()
{
    // It may have been cancelled while it waited for the guard.
    if (!is_expected())
        return;
    // A transaction takes microseconds; whoever keeps the guard for seconds has been stopped.
    static constexpr int most_looks = 1000;
    error_code ec;
    const file_id id = check_directory(where_->directory(), ec);
    record r;
    std::shared_ptr<lock_directory> directory;
    if (!ec)
    {
        // Where the guard is the process's, a lock that we use must be read by its own descriptor.
        directory = runtime_->find_directory(where_->directory(), id);
        const auto entry = directory ? runtime_->find_entry({directory.get(), where_->file_name()})
                                     : nullptr;
        if (entry)
            entry->run([&](reaction&) { r = entry->query(ec); });
        else
            r = find_record(*where_, ec);
    }
    if (ec == boost::system::errc::resource_unavailable_try_again)
    {
        if (++looks_ >= most_looks)
        {
            complete(errc::guard_timeout);
            return;
        }
        retry_.expires_after(std::chrono::microseconds(looks_ < 100 ? 100 : 5000));
        retry_.async_wait([self = std::static_pointer_cast<query>(shared_from_this()
                           )](const error_code&) { self->look(); });
        return;
    }
    if (ec == boost::system::errc::no_such_file_or_directory ||
        (ec == errc::corrupt_record && would_heal(directory)))
    {
        // Nobody has ever locked it, or whoever tries takes it.
        complete({});
        return;
    }
    if (ec)
    {
        complete(ec);
        return;
    }
    const auto own = r.holder ? runtime_->find_directory(r.holder->presence) : nullptr;
    if (own)
    {
        // Our own claim: nobody needs to prove anything.
        const auto holder = runtime_->find(r.holder->claim);
        if (holder)
        {
            found_ = describe_holder(r, r.holder);
            const std::lock_guard<std::mutex> lock(own->mutex);
            found_->host = own->own.info().host;
            found_->executable = own->own.info().executable;
            found_->verified = holder->progress() == attempt_status::holding;
        }
        complete({});
        return;
    }
    found_ = find_living_holder(where_->directory().path, r);
    if (found_ && r.holder)
        ask(*r.holder);
    else
        complete({});
}

// Whether a claim of this process would make a new record of one that cannot be read.
SOCKETLOCK_DECL bool query::would_heal(const std::shared_ptr<lock_directory>& directory) const
{
    if (!directory)
        return is_free_though_corrupt(where_->directory().path);
    directory->others.clear();
    return !runtime_->has_holding_claim(*directory) &&
           !any_presence_alive(directory->choice.path, directory->presence_id);
}

SOCKETLOCK_DECL void query::ask(const claim_ref& holder)
{
    error_code ec;
    const presence_info presence = read_presence(where_->directory().path, holder, ec);
    if (ec)
        complete({});
    else
        open(
            {presence.address, presence.port, presence.key},
            {holder.presence, id128(), holder.claim},
            where_->signature_seed(),
            std::chrono::seconds(1)
        );
}

SOCKETLOCK_DECL void query::on_authenticated()
{
    start_limit(std::chrono::seconds(1));
    send(ping_message().encode());
}

SOCKETLOCK_DECL bool query::on_message(const frame_view& frame)
{
    if (static_cast<message_type>(frame.type) == message_type::pong)
    {
        const auto pong = pong_message::decode(frame.body);
        found_->verified = pong && pong->state == reported_state::holding;
    }
    // Ends the connection, which completes.
    return false;
}

SOCKETLOCK_DECL void query::on_end()
{
    complete({});
}

}  // namespace socketlock::detail

#endif
