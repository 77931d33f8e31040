// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#ifndef SOCKETLOCK_DETAIL_RECORD_LOCK_NAME_HPP
#define SOCKETLOCK_DETAIL_RECORD_LOCK_NAME_HPP

#include <socketlock/config.hpp>

#include <string>
#include <string_view>

namespace socketlock::detail {

/// 1 to 200 bytes of UTF-8 without NUL.
SOCKETLOCK_DECL bool is_valid_lock_name(std::string_view name) noexcept;

/**
 * The name of the lock file, `.<encoded name>.lock`. Letters, digits, `_`, `-` and inner dots stand
 * for themselves, all else is percent-encoded, so no name leaves its directory; an encoded name
 * over 180 bytes is cut and ends in `~` and 32 hex digits of the name's SHA-256.
 */
SOCKETLOCK_DECL std::string lock_file_name(std::string_view name, error_code& ec);

}  // namespace socketlock::detail

#endif
