// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// The locks and claims of this process.

#ifndef SOCKETLOCK_DETAIL_PROCESS_REGISTRY_HPP
#define SOCKETLOCK_DETAIL_PROCESS_REGISTRY_HPP

#include <socketlock/config.hpp>
#include <socketlock/detail/common/id.hpp>
#include <socketlock/detail/queue/lock_directory.hpp>

#include <boost/unordered/unordered_flat_set.hpp>

#include <cstddef>
#include <list>
#include <memory>
#include <mutex>
#include <string_view>
#include <vector>

namespace socketlock::detail {

class linked_claim;
class lock_entry;

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
    SOCKETLOCK_DECL std::size_t operator()(const std::shared_ptr<linked_claim>& c) const noexcept;
};

struct claim_equal
{
    using is_transparent = void;
    SOCKETLOCK_DECL bool operator()(const id128& a, const std::shared_ptr<linked_claim>& b)
        const noexcept;
    bool operator()(const std::shared_ptr<linked_claim>& a, const std::shared_ptr<linked_claim>& b)
        const noexcept
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

/// Owns the claims that are not over, and knows the entries that somebody uses. Thread-safe.
class registry
{
public:
    SOCKETLOCK_DECL registry();
    registry(registry&&) = delete;
    SOCKETLOCK_DECL ~registry();

    SOCKETLOCK_DECL void add(std::shared_ptr<linked_claim> c);
    SOCKETLOCK_DECL void remove(const id128& claim_id);
    SOCKETLOCK_DECL std::shared_ptr<linked_claim> find(const id128& claim_id);
    SOCKETLOCK_DECL bool knows(const id128& claim_id);
    SOCKETLOCK_DECL std::vector<std::shared_ptr<linked_claim>> claims_in(
        const lock_directory& directory
    );
    SOCKETLOCK_DECL bool has_holding_claim(const lock_directory& directory);
    /// Whether a claim that nobody waits for is still on its way out.
    SOCKETLOCK_DECL bool has_leaving_claim();

    SOCKETLOCK_DECL void add(lock_entry& entry);
    /// Null if nobody uses it.
    SOCKETLOCK_DECL std::shared_ptr<lock_entry> find(const entry_key& key);
    /// An entry takes itself out when it is destroyed.
    SOCKETLOCK_DECL void forget(lock_entry& entry);

    /// See `claim_host::note_open_file`.
    SOCKETLOCK_DECL void note_open_file(const std::shared_ptr<lock_entry>& mine);

private:
    std::mutex mutex_;
    boost::unordered_flat_set<lock_entry*, entry_hash, entry_equal> entries_;
    boost::unordered_flat_set<std::shared_ptr<linked_claim>, claim_hash, claim_equal> claims_;
    std::list<std::weak_ptr<lock_entry>> open_files_;
};

}  // namespace socketlock::detail

#endif
