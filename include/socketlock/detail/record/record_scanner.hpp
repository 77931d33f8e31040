// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// Reads the records that this library has written.

#ifndef SOCKETLOCK_DETAIL_RECORD_RECORD_SCANNER_HPP
#define SOCKETLOCK_DETAIL_RECORD_RECORD_SCANNER_HPP

#include <socketlock/config.hpp>
#include <socketlock/detail/record/record.hpp>

#include <string_view>

namespace socketlock::detail {

/**
 * Reads a text of the one form that `record_writer` gives it, of a lock with this name and without
 * fields of others. False if it has another form, whatever is wrong or only different: that is for
 * `decode_record`, which would read what this one reads as the same record (but for the last bit of
 * the time, of which Boost.JSON's parser is not sure). It takes 3,000 to 4,000 instructions where
 * the parser takes 14,200 to 17,600, and in a queue of processes each transaction reads what
 * another process has written.
 */
SOCKETLOCK_DECL bool scan_record(std::string_view text, std::string_view name, record& result);

}  // namespace socketlock::detail

#endif
