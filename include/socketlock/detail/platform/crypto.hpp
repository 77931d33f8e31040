// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#ifndef SOCKETLOCK_DETAIL_PLATFORM_CRYPTO_HPP
#define SOCKETLOCK_DETAIL_PLATFORM_CRYPTO_HPP

#include <socketlock/config.hpp>
#include <socketlock/detail/common/byte_view.hpp>
#include <socketlock/detail/platform/hmac.hpp>

namespace socketlock::detail {

// This function, and those of hmac.hpp, set `ec` to success or to why libcrypto would not; then
// what they return is all zero and must not be used. They leave no entry in libcrypto's error
// queue, which belongs to the program's own TLS connections too.

/// Has libcrypto register what it does when the process exits, and start nothing else. What is
/// registered after that runs before: a thread that uses libcrypto must be ended there, since it
/// must not use it first, either, while the process exits.
SOCKETLOCK_DECL void register_end_of_libcrypto();

SOCKETLOCK_DECL digest sha256(byte_view message, error_code& ec) noexcept;

}  // namespace socketlock::detail

#endif
