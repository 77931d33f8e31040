// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#ifndef SOCKETLOCK_DETAIL_PLATFORM_CRYPTO_HPP
#define SOCKETLOCK_DETAIL_PLATFORM_CRYPTO_HPP

#include <socketlock/config.hpp>
#include <socketlock/detail/common/byte_view.hpp>
#include <socketlock/detail/common/id.hpp>
#include <socketlock/detail/platform/hmac.hpp>

#include <cstddef>

namespace socketlock::detail {

// These functions, and those of hmac.hpp, set `ec` to success or to why libcrypto would not; then
// what they return is all zero and must not be used. They leave no entry in libcrypto's error
// queue, which belongs to the program's own TLS connections too.

/// Fills `size` bytes from libcrypto's random generator.
SOCKETLOCK_DECL void random_bytes(void* data, std::size_t size, error_code& ec) noexcept;

SOCKETLOCK_DECL nonce random_nonce(error_code& ec) noexcept;

SOCKETLOCK_DECL secret_key random_key(error_code& ec) noexcept;

/// A new id. Cheap: it comes from a buffer of the calling thread. A child process never uses what
/// its parent has buffered.
SOCKETLOCK_DECL id128 random_id(error_code& ec) noexcept;

SOCKETLOCK_DECL digest sha256(byte_view message, error_code& ec) noexcept;

}  // namespace socketlock::detail

#endif
