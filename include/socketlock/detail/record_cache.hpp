// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// Records that this process has read or written lately, by their text.

#ifndef SOCKETLOCK_DETAIL_RECORD_CACHE_HPP
#define SOCKETLOCK_DETAIL_RECORD_CACHE_HPP

#include <socketlock/config.hpp>
#include <socketlock/detail/record.hpp>

#include <array>
#include <cstddef>
#include <memory>
#include <mutex>
#include <string_view>

namespace socketlock::detail {

/**
 * Saves the parsing of a text that was parsed, or written, just before: whoever locks and unlocks
 * one lock again and again finds what he wrote himself, and whoever is refused again and again the
 * same holder. The key is the whole text, so nothing here can be out of date. Thread-safe; its
 * mutex is a leaf.
 */
class record_cache
{
public:
    /// Sets `r` to the record of lock `name` that `text` is; false if that is not known.
    SOCKETLOCK_DECL bool find(std::string_view text, std::string_view name, record& r) const;

    /// `encode_record`, by a writer that is kept. Remembers the text.
    SOCKETLOCK_DECL void write(const record& r, char* buffer, error_code& ec);

    /// `r` is what `text` says. Without memory it is forgotten.
    SOCKETLOCK_DECL void remember(std::string_view text, const record& r) noexcept;

private:
    struct slot
    {
        std::array<char, record_size> text;
        record value;
    };

    static constexpr std::size_t slot_count = 4;
    SOCKETLOCK_DECL static std::size_t slot_of(std::string_view name) noexcept;
    SOCKETLOCK_DECL void keep(const char* text, const record& r) noexcept;

    mutable std::mutex mutex_;
    std::array<std::unique_ptr<slot>, slot_count> slots_;
    record_writer writer_;
};

}  // namespace socketlock::detail

#endif
