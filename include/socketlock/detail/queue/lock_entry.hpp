// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// One lock as this process sees it: its lock file, and the mutex under which its claims run.

#ifndef SOCKETLOCK_DETAIL_QUEUE_LOCK_ENTRY_HPP
#define SOCKETLOCK_DETAIL_QUEUE_LOCK_ENTRY_HPP

#include <socketlock/config.hpp>
#include <socketlock/detail/queue/claim_host.hpp>
#include <socketlock/detail/queue/claim_machine.hpp>
#include <socketlock/detail/queue/lock_directory.hpp>
#include <socketlock/detail/queue/reaction.hpp>
#include <socketlock/detail/record/lock_file.hpp>

#include <memory>
#include <mutex>
#include <string>
#include <utility>

namespace socketlock::detail {

class lock_entry : public std::enable_shared_from_this<lock_entry>
{
public:
    SOCKETLOCK_DECL lock_entry(
        std::shared_ptr<claim_host> host,
        std::shared_ptr<lock_directory> directory,
        std::shared_ptr<const lock_address> address
    );
    lock_entry(lock_entry&&) = delete;
    SOCKETLOCK_DECL ~lock_entry();

    const lock_address& address() const noexcept { return *address_; }
    lock_directory& directory() const noexcept { return *directory_; }
    const std::shared_ptr<claim_host>& host() const noexcept { return host_; }

    /// Runs `event(reaction&)`, and all that follows from it, under the lock's mutex. Nothing of
    /// the user's runs before that is free again.
    template <class Event>
    void run(Event event)
    {
        reaction t;
        try
        {
            const std::lock_guard<std::mutex> lock(mutex_);
            event(t);
            perform_all(t);
        }
        catch (...)
        {
            // What the reaction has got nobody else can complete.
            complete_all(t);
            throw;
        }
        complete_all(t);
    }

    /// False if the path of the lock file names another file than the one that is open, or none is.
    SOCKETLOCK_DECL bool is_in_place();

    /// What the record says of a claim to this lock.
    SOCKETLOCK_DECL claim_contact contact_of(const linked_claim& c) const;

    /// One transaction for a claim; false if it is to be tried again a little later, since the
    /// guard is taken, or descriptors are being closed that it needs. Only within `run`.
    SOCKETLOCK_DECL bool transact(linked_claim& c, intent what, transaction_result& result);

    /// Reads the record by the descriptor of this process. Only within `run`.
    SOCKETLOCK_DECL record query(error_code& ec);

    /// Closes the lock file if nobody uses it at this moment.
    SOCKETLOCK_DECL void close_file_if_idle();

private:
    SOCKETLOCK_DECL bool try_transact(
        linked_claim& c,
        intent what,
        transaction_result& result,
        bool& is_new
    );
    SOCKETLOCK_DECL void perform_all(reaction& t);
    SOCKETLOCK_DECL void complete_all(reaction& t);
    SOCKETLOCK_DECL record& read_or_heal(transaction& t, linked_claim& c, error_code& ec);
    SOCKETLOCK_DECL liveness test(const claim_ref& p, error_code& why);

    const std::shared_ptr<claim_host> host_;
    const std::shared_ptr<lock_directory> directory_;
    const std::shared_ptr<const lock_address> address_;
    std::mutex mutex_;
    lock_file file_;
};

}  // namespace socketlock::detail

#endif
