// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// HMAC, and what goes into it and comes out: all that a handshake needs of cryptography.

#ifndef SOCKETLOCK_DETAIL_PLATFORM_HMAC_HPP
#define SOCKETLOCK_DETAIL_PLATFORM_HMAC_HPP

#include <socketlock/config.hpp>
#include <socketlock/detail/common/byte_view.hpp>

#include <array>

namespace socketlock::detail {

using digest = std::array<unsigned char, 32>;
using nonce = std::array<unsigned char, 32>;
using secret_key = std::array<unsigned char, 32>;

/// Sets `ec` to success or to why it could not be computed; then the result is all zero and must
/// not be used.
SOCKETLOCK_DECL digest hmac_sha256(byte_view key, byte_view message, error_code& ec) noexcept;

/// Takes the same time wherever they differ.
SOCKETLOCK_DECL bool equal_in_constant_time(const digest& a, const digest& b) noexcept;

}  // namespace socketlock::detail

#endif
