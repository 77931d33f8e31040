// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#ifndef SOCKETLOCK_DETAIL_PROCESS_REGISTRY_IPP
#define SOCKETLOCK_DETAIL_PROCESS_REGISTRY_IPP

#include <socketlock/detail/process/registry.hpp>
#include <socketlock/detail/queue/linked_claim.hpp>
#include <socketlock/detail/queue/lock_entry.hpp>

#include <algorithm>
#include <functional>
#include <utility>

namespace socketlock::detail {

SOCKETLOCK_DECL registry::registry() = default;

SOCKETLOCK_DECL registry::~registry() = default;

SOCKETLOCK_DECL std::size_t claim_hash::operator()(const id128& id) const noexcept
{
    return id128_hash()(id);
}

SOCKETLOCK_DECL std::size_t claim_hash::operator()(const std::shared_ptr<linked_claim>& c
) const noexcept
{
    return id128_hash()(c->id());
}

SOCKETLOCK_DECL bool claim_equal::operator()(const id128& a, const std::shared_ptr<linked_claim>& b)
    const noexcept
{
    return a == b->id();
}

SOCKETLOCK_DECL std::size_t entry_hash::operator()(const entry_key& key) const noexcept
{
    return std::hash<std::string_view>()(key.file_name) ^
           std::hash<const lock_directory*>()(key.directory);
}

SOCKETLOCK_DECL std::size_t entry_hash::operator()(const lock_entry* entry) const noexcept
{
    return operator()(entry_key{&entry->directory(), entry->address().file_name()});
}

SOCKETLOCK_DECL bool entry_equal::operator()(const entry_key& a, const lock_entry* b) const noexcept
{
    return a.directory == &b->directory() && a.file_name == b->address().file_name();
}

SOCKETLOCK_DECL void registry::add(std::shared_ptr<linked_claim> c)
{
    const std::lock_guard<std::mutex> lock(mutex_);
    claims_.insert(std::move(c));
}

SOCKETLOCK_DECL void registry::remove(const id128& claim_id)
{
    const std::lock_guard<std::mutex> lock(mutex_);
    if (const auto found = claims_.find(claim_id); found != claims_.end())
        claims_.erase(found);
}

SOCKETLOCK_DECL std::shared_ptr<linked_claim> registry::find(const id128& claim_id)
{
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto found = claims_.find(claim_id);
    return found == claims_.end() ? nullptr : *found;
}

SOCKETLOCK_DECL bool registry::knows(const id128& claim_id)
{
    const std::lock_guard<std::mutex> lock(mutex_);
    return claims_.find(claim_id) != claims_.end();
}

SOCKETLOCK_DECL std::vector<std::shared_ptr<linked_claim>> registry::claims_in(
    const lock_directory& directory
)
{
    std::vector<std::shared_ptr<linked_claim>> result;
    const std::lock_guard<std::mutex> lock(mutex_);
    for (const auto& c : claims_)
    {
        if (&c->entry()->directory() == &directory)
            result.push_back(c);
    }
    return result;
}

SOCKETLOCK_DECL bool registry::has_holding_claim(const lock_directory& directory)
{
    const std::lock_guard<std::mutex> lock(mutex_);
    return std::any_of(claims_.begin(), claims_.end(), [&](const std::shared_ptr<linked_claim>& c) {
        return c->progress() == attempt_status::holding && &c->entry()->directory() == &directory;
    });
}

SOCKETLOCK_DECL bool registry::has_leaving_claim()
{
    const std::lock_guard<std::mutex> lock(mutex_);
    return std::any_of(claims_.begin(), claims_.end(), [](const std::shared_ptr<linked_claim>& c) {
        return c->progress() == attempt_status::given_up;
    });
}

SOCKETLOCK_DECL void registry::add(lock_entry& entry)
{
    const std::lock_guard<std::mutex> lock(mutex_);
    // One that is being destroyed may be there yet.
    const entry_key key{&entry.directory(), entry.address().file_name()};
    if (const auto old = entries_.find(key); old != entries_.end())
        entries_.erase(old);
    entries_.insert(&entry);
}

SOCKETLOCK_DECL std::shared_ptr<lock_entry> registry::find(const entry_key& key)
{
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto found = entries_.find(key);
    return found == entries_.end() ? nullptr : (*found)->weak_from_this().lock();
}

SOCKETLOCK_DECL void registry::forget(lock_entry& entry)
{
    const std::lock_guard<std::mutex> lock(mutex_);
    // Not a younger one of the same lock.
    if (const auto found = entries_.find(&entry); found != entries_.end())
        entries_.erase(found);
}

SOCKETLOCK_DECL void registry::note_open_file(const std::shared_ptr<lock_entry>& mine)
{
    static constexpr std::size_t most_open = 64;
    std::shared_ptr<lock_entry> oldest;
    {
        const std::lock_guard<std::mutex> lock(mutex_);
        // Those that are gone, and its own older place, keep no file open. (Compared by owner: an
        // entry must not be destroyed here.)
        open_files_.remove_if([&](const std::weak_ptr<lock_entry>& e) {
            return e.expired() || !(e.owner_before(mine) || mine.owner_before(e));
        });
        open_files_.push_back(mine);
        if (open_files_.size() <= most_open)
            return;
        oldest = open_files_.front().lock();
        open_files_.pop_front();
    }
    // If somebody is using it just now it stays open until it is used again and opened anew.
    if (oldest && oldest != mine)
        oldest->close_file_if_idle();
}

}  // namespace socketlock::detail

#endif
