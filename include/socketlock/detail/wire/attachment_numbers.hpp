// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#ifndef SOCKETLOCK_DETAIL_WIRE_ATTACHMENT_NUMBERS_HPP
#define SOCKETLOCK_DETAIL_WIRE_ATTACHMENT_NUMBERS_HPP

#include <socketlock/config.hpp>

#include <atomic>
#include <cstdint>

namespace socketlock::detail {

/// Which attachment is under way on an accepted connection. Free of I/O.
class attachment_numbers
{
public:
    /// An `attach` has come. False, and nothing changes, if one is under way, or if there has been
    /// this number or a greater one: the peer does not keep to the protocol. By one thread only.
    bool begin(std::uint64_t number) noexcept
    {
        if (number <= last_ || current_.load(std::memory_order_acquire) != 0)
            return false;
        last_ = number;
        current_.store(number, std::memory_order_release);
        return true;
    }

    /// Whether this attachment is under way; 0 never is. From any thread.
    bool is_current(std::uint64_t number) const noexcept
    {
        return number != 0 && current_.load(std::memory_order_acquire) == number;
    }

    /// The last word of this attachment is about to be sent. False if it is not under way: somebody
    /// else has said it. From any thread.
    bool end(std::uint64_t number) noexcept
    {
        return number != 0 &&
               current_.compare_exchange_strong(number, 0, std::memory_order_acq_rel);
    }

    /// Whether none has been under way since the last call, or ever. By the thread of `begin`.
    bool was_idle() noexcept
    {
        const bool is_idle = current_.load(std::memory_order_acquire) == 0;
        const bool result = is_idle && was_idle_ && last_ == last_seen_;
        was_idle_ = is_idle;
        last_seen_ = last_;
        return result;
    }

private:
    std::uint64_t last_ = 0;
    std::atomic<std::uint64_t> current_{0};
    // At the last call of `was_idle`.
    std::uint64_t last_seen_ = 0;
    bool was_idle_ = true;
};

}  // namespace socketlock::detail

#endif
