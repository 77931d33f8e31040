// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// The runtime: where the parts of the local backend are put together. One per process, there as
// long as somebody uses it.

#ifndef SOCKETLOCK_DETAIL_PROCESS_RUNTIME_HPP
#define SOCKETLOCK_DETAIL_PROCESS_RUNTIME_HPP

#include <socketlock/config.hpp>
#include <socketlock/detail/completion/io_thread.hpp>
#include <socketlock/detail/process/directories.hpp>
#include <socketlock/detail/process/registry.hpp>
#include <socketlock/detail/queue/claim_host.hpp>

#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

namespace socketlock::detail {

class file_maintenance;
class listener;

class runtime final : public claim_host, public std::enable_shared_from_this<runtime>
{
public:
    /// The process's runtime; starts one where there is none. runtime_failed if it cannot.
    SOCKETLOCK_DECL static std::shared_ptr<runtime> get(error_code& ec);

    SOCKETLOCK_DECL explicit runtime(std::uint64_t generation);
    runtime(runtime&&) = delete;
    SOCKETLOCK_DECL ~runtime();

    io_thread& thread() noexcept override { return thread_; }
    /// The thread, which keeps all of this alive.
    std::shared_ptr<io_thread> shared_thread() { return {shared_from_this(), &thread_}; }
    std::shared_ptr<registry> known() { return {shared_from_this(), &registry_}; }

    SOCKETLOCK_DECL std::shared_ptr<lock_entry> entry(
        const std::shared_ptr<const lock_address>& where,
        error_code& ec
    ) override;
    SOCKETLOCK_DECL void ensure_presence(lock_directory& directory, error_code& ec) override;

    const std::shared_ptr<connection_pool>& connections() noexcept override { return connections_; }

    void add(std::shared_ptr<linked_claim> c) override { registry_.add(std::move(c)); }
    void remove(const id128& claim_id) override { registry_.remove(claim_id); }
    SOCKETLOCK_DECL std::shared_ptr<linked_claim> find(const id128& claim_id) override;
    bool knows(const id128& claim_id) override { return registry_.knows(claim_id); }
    bool has_holding_claim(const lock_directory& directory) override
    {
        return registry_.has_holding_claim(directory);
    }
    std::vector<std::shared_ptr<linked_claim>> claims_in(const lock_directory& directory)
    {
        return registry_.claims_in(directory);
    }

    std::shared_ptr<lock_entry> find_entry(const entry_key& key) { return registry_.find(key); }
    void note_open_file(const std::shared_ptr<lock_entry>& mine) override
    {
        registry_.note_open_file(mine);
    }
    void forget(lock_entry& entry) override { registry_.forget(entry); }

    std::shared_ptr<lock_directory> find_directory(const id128& presence_id) override
    {
        return directories_.find(presence_id);
    }
    std::shared_ptr<lock_directory> find_directory(
        const directory_choice& choice,
        const file_id& id
    )
    {
        return directories_.find(choice, id);
    }

private:
    SOCKETLOCK_DECL std::shared_ptr<lock_directory> directory(
        const directory_choice& choice,
        const file_permissions& permissions,
        error_code& ec
    );

    io_thread thread_;

    // Guards what is made once: the listener, directories, presences.
    std::mutex setup_mutex_;
    std::shared_ptr<listener> listener_;
    std::shared_ptr<file_maintenance> file_maintenance_;

    std::shared_ptr<connection_pool> connections_;
    directories directories_;
    registry registry_;
};

}  // namespace socketlock::detail

#endif
