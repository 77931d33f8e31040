// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#ifndef SOCKETLOCK_DETAIL_PLATFORM_POSIX_CRYPTO_OPENSSL_IPP
#define SOCKETLOCK_DETAIL_PLATFORM_POSIX_CRYPTO_OPENSSL_IPP

#include <socketlock/detail/platform/crypto.hpp>
#include <socketlock/detail/platform/fork.hpp>

#include <boost/system/errc.hpp>

#include <atomic>
#include <climits>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

namespace socketlock::detail {

inline void close_libcrypto();

// True when the process exits: libcrypto destroys its data, while our thread, which may belong to a
// lock with static storage, goes on. Precondition: `library_mutex()` is held.
inline bool& libcrypto_is_closed()
{
    static bool is_closed = [] {
        // With any option, libcrypto registers its own exit function now: ours runs before it.
        OPENSSL_init_crypto(OPENSSL_INIT_LOAD_CRYPTO_STRINGS, nullptr);
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

/// The `fork_generation()` for which libcrypto's generator was last seeded.
inline std::atomic<std::uint64_t>& seeded_generation() noexcept
{
    static std::atomic<std::uint64_t> generation{fork_generation()};
    return generation;
}

/// Ids for the calling thread: the cost of libcrypto's generator is per call, not per byte.
struct id_buffer
{
    static constexpr std::size_t capacity = 32;

    std::array<id128, capacity> ids{};
    std::size_t left = 0;
    std::uint64_t generation = 0;
};

void random_bytes(void* data, std::size_t size, error_code& ec) noexcept
{
    ec.clear();
    const libcrypto_use use;
    const std::uint64_t generation = fork_generation();
    bool ok = use && size <= INT_MAX;
    // libcrypto recognises a child by its process id only, but process 1 of a PID namespace can
    // have a child that is process 1 of another one, and both would get the same numbers.
    if (ok && seeded_generation().load(std::memory_order_acquire) != generation)
    {
        ok = RAND_poll() == 1;
        if (ok)
            seeded_generation().store(generation, std::memory_order_release);
    }
    if (ok)
        ok = RAND_bytes(static_cast<unsigned char*>(data), static_cast<int>(size)) == 1;
    if (!ok)
    {
        std::memset(data, 0, size);
        ec = make_error_code(boost::system::errc::io_error);
    }
}

nonce random_nonce(error_code& ec) noexcept
{
    nonce result{};
    random_bytes(result.data(), result.size(), ec);
    return result;
}

secret_key random_key(error_code& ec) noexcept
{
    secret_key result{};
    random_bytes(result.data(), result.size(), ec);
    return result;
}

id128 random_id(error_code& ec) noexcept
{
    thread_local id_buffer buffer;
    ec.clear();
    const std::uint64_t generation = fork_generation();
    if (buffer.left == 0 || buffer.generation != generation)
    {
        static_assert(sizeof buffer.ids == id_buffer::capacity * 16, "no padding");
        buffer.left = 0;
        random_bytes(buffer.ids.data(), sizeof buffer.ids, ec);
        if (ec)
            return id128{};
        buffer.left = id_buffer::capacity;
        buffer.generation = generation;
    }
    return buffer.ids[--buffer.left];
}

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
