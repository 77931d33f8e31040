// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// Texts of records that this process has read or written lately.

#ifndef SOCKETLOCK_DETAIL_RECORD_RECORD_CACHE_HPP
#define SOCKETLOCK_DETAIL_RECORD_RECORD_CACHE_HPP

#include <socketlock/config.hpp>
#include <socketlock/detail/record/record_text.hpp>

#include <array>
#include <atomic>
#include <cstddef>
#include <memory>
#include <string_view>

namespace socketlock::detail {

/// Lends texts to transactions. It keeps a few, however many locks there are: a text of each lock's
/// own would take over 4 KB a lock, and a new one for each transaction would make a lock and unlock
/// cost 25,600 instructions instead of 10,000. Thread-safe, and nobody waits.
class record_cache
{
    using slot = std::atomic<record_text*>;

public:
    /// Gives the text back to the cache, which must still be there; deletes it without one.
    class giver
    {
    public:
        giver() = default;
        explicit giver(slot& home) noexcept : home_(&home) {}
        SOCKETLOCK_DECL void operator()(record_text* text) const noexcept;

    private:
        slot* home_ = nullptr;
    };
    using loan = std::unique_ptr<record_text, giver>;

    record_cache() = default;
    record_cache(record_cache&&) = delete;
    SOCKETLOCK_DECL ~record_cache();

    /// The text that was given back last for this name, or another one; nobody else has it.
    SOCKETLOCK_DECL loan lend(std::string_view name);

private:
    static constexpr std::size_t slot_count = 4;

    std::array<slot, slot_count> slots_{};
};

}  // namespace socketlock::detail

#endif
