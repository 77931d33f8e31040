// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// The runtime: the thread for all network I/O and timers, the endpoint, and the registries of
// directories, locks and claims. One per process, there as long as somebody uses it.

#ifndef SOCKETLOCK_DETAIL_PROCESS_RUNTIME_HPP
#define SOCKETLOCK_DETAIL_PROCESS_RUNTIME_HPP

#include <socketlock/config.hpp>
#include <socketlock/detail/common/id.hpp>
#include <socketlock/detail/platform/directory.hpp>
#include <socketlock/detail/platform/file.hpp>
#include <socketlock/detail/record/lock_address.hpp>
#include <socketlock/detail/record/presence.hpp>
#include <socketlock/detail/record/record_cache.hpp>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/unordered/unordered_flat_set.hpp>

#include <atomic>
#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace socketlock::detail {

class file_maintenance;
class claim;
class endpoint;
class lock_entry;

/// A lock directory that this process uses, and its presence there.
struct lock_directory : std::enable_shared_from_this<lock_directory>
{
    directory_choice choice;
    /// Guards `own`.
    std::mutex mutex;
    presence own;
    /// Set once `own` has been made.
    id128 presence_id;
    std::string presence_name;
    std::uint16_t port = 0;
    record_cache records;
};

/// What names a lock: its directory and the name of its lock file.
struct entry_key
{
    const lock_directory* directory;
    std::string_view file_name;
};

// The registries are sets that are searched by what their elements know of themselves, since a
// process may hold very many locks.

struct claim_hash
{
    using is_transparent = void;
    SOCKETLOCK_DECL std::size_t operator()(const id128& id) const noexcept;
    SOCKETLOCK_DECL std::size_t operator()(const std::shared_ptr<claim>& c) const noexcept;
};

struct claim_equal
{
    using is_transparent = void;
    SOCKETLOCK_DECL bool operator()(const id128& a, const std::shared_ptr<claim>& b) const noexcept;
    bool operator()(const std::shared_ptr<claim>& a, const std::shared_ptr<claim>& b) const noexcept
    {
        return a == b;
    }
};

struct entry_hash
{
    using is_transparent = void;
    SOCKETLOCK_DECL std::size_t operator()(const entry_key& key) const noexcept;
    SOCKETLOCK_DECL std::size_t operator()(const lock_entry* entry) const noexcept;
};

struct entry_equal
{
    using is_transparent = void;
    SOCKETLOCK_DECL bool operator()(const entry_key& a, const lock_entry* b) const noexcept;
    bool operator()(const lock_entry* a, const lock_entry* b) const noexcept { return a == b; }
};

class runtime : public std::enable_shared_from_this<runtime>
{
public:
    /// The process's runtime; starts one where there is none. runtime_failed if it cannot.
    SOCKETLOCK_DECL static std::shared_ptr<runtime> get(error_code& ec);

    SOCKETLOCK_DECL explicit runtime(std::uint64_t generation);
    runtime(runtime&&) = delete;
    SOCKETLOCK_DECL ~runtime();

    /// The fork generation that it belongs to.
    std::uint64_t generation() const noexcept { return generation_; }

    asio::io_context& context() noexcept { return state_->context; }

    /// Runs a function on the runtime's thread.
    template <class Function>
    void post(Function f)
    {
        asio::post(state_->context, std::move(f));
    }

    /// The entry of a lock, with directory, endpoint and presence ready for a claim.
    SOCKETLOCK_DECL std::shared_ptr<lock_entry> entry(
        const std::shared_ptr<const lock_address>& where,
        error_code& ec
    );

    /// The entry of a lock that somebody in this process uses, else null.
    SOCKETLOCK_DECL std::shared_ptr<lock_entry> find_entry(const entry_key& key);

    /// Puts the directory's presence back if somebody removed it.
    SOCKETLOCK_DECL void ensure_presence(lock_directory& directory, error_code& ec);

    /// Claims that are not over. The registry owns them.
    SOCKETLOCK_DECL void add(std::shared_ptr<claim> c);
    /// Precondition: the caller has the claim, too.
    SOCKETLOCK_DECL void remove(const id128& claim_id);
    SOCKETLOCK_DECL std::shared_ptr<claim> find(const id128& claim_id);
    /// Whether `find` would find it. Destroys no claim, as the end of its result could.
    SOCKETLOCK_DECL bool knows(const id128& claim_id);

    /// The claims of this process to locks of the directory.
    SOCKETLOCK_DECL std::vector<std::shared_ptr<claim>> claims_in(const lock_directory& directory);
    /// Whether one of them holds. Destroys none, either.
    SOCKETLOCK_DECL bool has_holding_claim(const lock_directory& directory);

    /// The directory that is known by this path, or that has this id, if somebody in this process
    /// uses it, else null.
    SOCKETLOCK_DECL std::shared_ptr<lock_directory> find_directory(
        const directory_choice& choice,
        const file_id& id
    );

    /// The directory where this process has the presence with this id, else null.
    SOCKETLOCK_DECL std::shared_ptr<lock_directory> find_directory(const id128& presence_id);

    /// An entry's lock file has been used: closes the one that was used longest ago if there are
    /// too many open ones. `mine` is locked by the caller.
    SOCKETLOCK_DECL void note_open_file(const std::shared_ptr<lock_entry>& mine);

    /// An entry is being destroyed.
    SOCKETLOCK_DECL void forget(lock_entry& entry);

private:
    struct thread_state
    {
        asio::io_context context{1};
        asio::executor_work_guard<asio::io_context::executor_type> work{context.get_executor()};
    };

    SOCKETLOCK_DECL std::shared_ptr<lock_directory> directory(
        const directory_choice& choice,
        unsigned permissions,
        error_code& ec
    );

    const std::uint64_t generation_;
    const std::shared_ptr<thread_state> state_;
    std::thread thread_;

    // Guards what is made once: endpoint, directories, presences.
    std::mutex setup_mutex_;
    std::shared_ptr<endpoint> endpoint_;
    std::shared_ptr<file_maintenance> file_maintenance_;

    // Guards the registries.
    std::mutex mutex_;
    std::map<std::string, std::shared_ptr<lock_directory>> directories_;
    // An entry takes itself out when it is destroyed.
    boost::unordered_flat_set<lock_entry*, entry_hash, entry_equal> entries_;
    boost::unordered_flat_set<std::shared_ptr<claim>, claim_hash, claim_equal> claims_;
    std::list<std::weak_ptr<lock_entry>> open_files_;
};

}  // namespace socketlock::detail

#endif
