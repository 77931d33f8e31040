// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#ifndef SOCKETLOCK_DETAIL_PLATFORM_POSIX_RANDOM_IPP
#define SOCKETLOCK_DETAIL_PLATFORM_POSIX_RANDOM_IPP

#include <socketlock/detail/platform/fork.hpp>
#include <socketlock/detail/platform/random.hpp>

#include <boost/system/system_category.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <sys/random.h>
#include <unistd.h>

namespace socketlock::detail {

/// getentropy(3) gives no more at once.
inline constexpr std::size_t most_random_bytes = 256;

/// Ids for the calling thread, so that not each is a system call.
struct id_buffer
{
    static constexpr std::size_t capacity = most_random_bytes / sizeof(id128);

    std::array<id128, capacity> ids{};
    std::size_t left = 0;
    std::uint64_t generation = 0;
};

void random_bytes(void* data, std::size_t size, error_code& ec) noexcept
{
    ec.clear();
    auto* const bytes = static_cast<unsigned char*>(data);
    for (std::size_t done = 0; done < size; done += most_random_bytes)
    {
        if (::getentropy(bytes + done, std::min(size - done, most_random_bytes)) == 0)
            continue;
        ec.assign(errno, boost::system::system_category());
        std::memset(data, 0, size);
        return;
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
        static_assert(sizeof buffer.ids == most_random_bytes, "no padding");
        buffer.left = 0;
        random_bytes(buffer.ids.data(), sizeof buffer.ids, ec);
        if (ec)
            return id128{};
        buffer.left = id_buffer::capacity;
        buffer.generation = generation;
    }
    return buffer.ids[--buffer.left];
}

}  // namespace socketlock::detail

#endif
