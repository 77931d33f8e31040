// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// What claims, their locks and their connections need of the process around them.

#ifndef SOCKETLOCK_DETAIL_QUEUE_CLAIM_HOST_HPP
#define SOCKETLOCK_DETAIL_QUEUE_CLAIM_HOST_HPP

#include <socketlock/config.hpp>
#include <socketlock/detail/common/id.hpp>
#include <socketlock/detail/completion/io_thread.hpp>
#include <socketlock/detail/queue/lock_directory.hpp>
#include <socketlock/detail/record/lock_address.hpp>

#include <memory>

namespace socketlock::detail {

class connection_pool;
class linked_claim;
class lock_entry;

/// The registries of one process. Thread-safe; everything that belongs to it keeps it alive.
class claim_host
{
public:
    virtual io_thread& thread() noexcept = 0;

    /// The entry of a lock, with directory, endpoint and presence ready for a claim.
    virtual std::shared_ptr<lock_entry> entry(
        const std::shared_ptr<const lock_address>& where,
        error_code& ec
    ) = 0;

    /// Connections to other processes that carry no attachment at this moment.
    virtual const std::shared_ptr<connection_pool>& connections() noexcept = 0;

    /// Claims that are not over. The host owns them.
    virtual void add(std::shared_ptr<linked_claim> c) = 0;
    /// Precondition: the caller has the claim, too.
    virtual void remove(const id128& claim_id) = 0;
    virtual std::shared_ptr<linked_claim> find(const id128& claim_id) = 0;
    /// Whether `find` would find it. Destroys no claim, as the end of its result could.
    virtual bool knows(const id128& claim_id) = 0;
    /// Whether a claim to a lock in the directory holds. Destroys none, either.
    virtual bool has_holding_claim(const lock_directory& directory) = 0;

    /// The directory in which this process has the presence with this id, else null.
    virtual std::shared_ptr<lock_directory> find_directory(const id128& presence_id) = 0;
    /// Puts the directory's presence back if somebody removed it.
    virtual void ensure_presence(lock_directory& directory, error_code& ec) = 0;

    /// An entry's lock file has been opened: closes the one that was opened longest ago if there
    /// are too many. The entry `mine` is locked by the caller.
    virtual void note_open_file(const std::shared_ptr<lock_entry>& mine) = 0;
    /// An entry is being destroyed.
    virtual void forget(lock_entry& entry) = 0;

protected:
    ~claim_host() = default;
};

}  // namespace socketlock::detail

#endif
