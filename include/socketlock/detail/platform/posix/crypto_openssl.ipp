// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#ifndef SOCKETLOCK_DETAIL_PLATFORM_POSIX_CRYPTO_OPENSSL_IPP
#define SOCKETLOCK_DETAIL_PLATFORM_POSIX_CRYPTO_OPENSSL_IPP

#include <socketlock/detail/platform/crypto.hpp>
#include <socketlock/detail/platform/fork.hpp>

#include <boost/system/errc.hpp>

#include <climits>
#include <cstdlib>
#include <mutex>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

namespace socketlock::detail {

inline void close_libcrypto();

// True when the process exits: libcrypto destroys its data, while our thread, which may belong to a
// lock with static storage, goes on. Precondition: `library_mutex()` is held.
inline bool& libcrypto_is_closed()
{
    static bool is_closed = [] {
        // With any option, libcrypto registers its own exit function now: ours runs before it.
        OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CRYPTO_STRINGS, nullptr);
        std::atexit(close_libcrypto);
        return false;
    }();
    return is_closed;
}

inline void close_libcrypto()
{
    const std::lock_guard<std::mutex> lock(library_mutex());
    libcrypto_is_closed() = true;
}

void register_end_of_libcrypto()
{
    const std::lock_guard<std::mutex> lock(library_mutex());
    static_cast<void>(libcrypto_is_closed());
}

/// One use of libcrypto. Removes what that use adds to the thread's error queue. One at a time: a
/// child would inherit libcrypto's locks.
class libcrypto_use
{
public:
    libcrypto_use() : lock_(library_mutex()), is_allowed_(!libcrypto_is_closed())
    {
        if (is_allowed_)
            ERR_set_mark();
    }
    ~libcrypto_use()
    {
        if (is_allowed_)
            ERR_pop_to_mark();
    }
    libcrypto_use(const libcrypto_use&) = delete;
    libcrypto_use& operator=(const libcrypto_use&) = delete;

    explicit operator bool() const noexcept { return is_allowed_; }

private:
    const std::lock_guard<std::mutex> lock_;
    const bool is_allowed_;
};

digest sha256(byte_view message, error_code& ec) noexcept
{
    ec.clear();
    const libcrypto_use use;
    digest result{};
    if (!use ||
        EVP_Digest(message.data(), message.size(), result.data(), nullptr, EVP_sha256(), nullptr) !=
            1)
    {
        result.fill(0);
        ec = make_error_code(boost::system::errc::operation_not_supported);
    }
    return result;
}

digest hmac_sha256(byte_view key, byte_view message, error_code& ec) noexcept
{
    ec.clear();
    const libcrypto_use use;
    digest result{};
    // A null pointer would mean no key at all, which is an error, and not an empty one.
    static constexpr unsigned char empty_key = 0;
    const unsigned char* const key_data = key.empty() ? &empty_key : key.data();
    const unsigned char* made = nullptr;
    if (use && key.size() <= INT_MAX)
    {
        made = HMAC(
            EVP_sha256(),
            key_data,
            static_cast<int>(key.size()),
            message.data(),
            message.size(),
            result.data(),
            nullptr
        );
    }
    if (made == nullptr)
    {
        result.fill(0);
        ec = make_error_code(boost::system::errc::operation_not_supported);
    }
    return result;
}

bool equal_in_constant_time(const digest& a, const digest& b) noexcept
{
    return CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace socketlock::detail

#endif
