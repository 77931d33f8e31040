// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#ifndef SOCKETLOCK_DETAIL_COMPLETION_PUBLISHED_HPP
#define SOCKETLOCK_DETAIL_COMPLETION_PUBLISHED_HPP

#include <atomic>

namespace socketlock::detail {

/// A value that threads set and others read: who sees it sees all that was done before it was set.
/// Orders nothing else, and costs no more than a plain variable where std::atomic's own assignment
/// is a full fence.
template <class T>
class published
{
public:
    explicit published(T value) noexcept : value_(value) {}
    published(const published&) = delete;
    published& operator=(const published&) = delete;
    ~published() = default;

    published& operator=(T value) noexcept
    {
        value_.store(value, std::memory_order_release);
        return *this;
    }
    operator T() const noexcept { return value_.load(std::memory_order_acquire); }

private:
    std::atomic<T> value_;
};

}  // namespace socketlock::detail

#endif
