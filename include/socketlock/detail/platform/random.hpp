// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// Random numbers that nobody can guess.

#ifndef SOCKETLOCK_DETAIL_PLATFORM_RANDOM_HPP
#define SOCKETLOCK_DETAIL_PLATFORM_RANDOM_HPP

#include <socketlock/config.hpp>
#include <socketlock/detail/common/id.hpp>
#include <socketlock/detail/platform/hmac.hpp>

#include <cstddef>

namespace socketlock::detail {

// These functions set `ec` to success or to why the system would not; then what they return is all
// zero and must not be used.

/// Fills `size` bytes from the system's generator, which needs no library, no start and no care
/// after a fork. Waits while a system that has just been started has no randomness yet.
SOCKETLOCK_DECL void random_bytes(void* data, std::size_t size, error_code& ec) noexcept;

SOCKETLOCK_DECL nonce random_nonce(error_code& ec) noexcept;

SOCKETLOCK_DECL secret_key random_key(error_code& ec) noexcept;

/// A new id. Cheap: it comes from a buffer of the calling thread. A child process never uses what
/// its parent has buffered.
SOCKETLOCK_DECL id128 random_id(error_code& ec) noexcept;

}  // namespace socketlock::detail

#endif
