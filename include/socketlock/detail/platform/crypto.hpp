// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#ifndef SOCKETLOCK_DETAIL_PLATFORM_CRYPTO_HPP
#define SOCKETLOCK_DETAIL_PLATFORM_CRYPTO_HPP

#include <socketlock/config.hpp>
#include <socketlock/detail/common/byte_view.hpp>
#include <socketlock/detail/common/id.hpp>

#include <array>
#include <cstddef>

namespace socketlock::detail {

// The functions below set `ec` to success or to why libcrypto would not; then what they return
// is all zero and must not be used. They leave no entry in libcrypto's error queue, which
// belongs to the program's own TLS connections too.

using digest = std::array<unsigned char, 32>;
using nonce = std::array<unsigned char, 32>;
using secret_key = std::array<unsigned char, 32>;

/// Fills `size` bytes from libcrypto's generator.
SOCKETLOCK_DECL void random_bytes(void* data, std::size_t size, error_code& ec) noexcept;

SOCKETLOCK_DECL nonce random_nonce(error_code& ec) noexcept;

SOCKETLOCK_DECL secret_key random_key(error_code& ec) noexcept;

/// A new id. Cheap: comes from a buffer of the calling thread. A child process never uses what its
/// parent has buffered.
SOCKETLOCK_DECL id128 random_id(error_code& ec) noexcept;

SOCKETLOCK_DECL digest sha256(byte_view message, error_code& ec) noexcept;

SOCKETLOCK_DECL digest hmac_sha256(byte_view key, byte_view message, error_code& ec) noexcept;

/// Takes the same time wherever they differ.
SOCKETLOCK_DECL bool equal_in_constant_time(const digest& a, const digest& b) noexcept;

}  // namespace socketlock::detail

#endif
