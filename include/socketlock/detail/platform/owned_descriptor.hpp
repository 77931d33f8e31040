// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// Descriptors that the child of a fork closes.

#ifndef SOCKETLOCK_DETAIL_PLATFORM_OWNED_DESCRIPTOR_HPP
#define SOCKETLOCK_DETAIL_PLATFORM_OWNED_DESCRIPTOR_HPP

#include <socketlock/config.hpp>
#include <socketlock/detail/platform/fork.hpp>

#include <mutex>
#include <utility>

namespace socketlock::detail {

/// An open descriptor that is closed by its destructor. It is opened and closed under the fork
/// mutex, so that to a fork it is either open and remembered (see fork.hpp), or not there.
class owned_descriptor
{
public:
    owned_descriptor() = default;
    owned_descriptor(owned_descriptor&& other) noexcept : value_(other.release()) {}
    owned_descriptor& operator=(owned_descriptor&& other) noexcept
    {
        std::swap(value_, other.value_);
        return *this;
    }
    ~owned_descriptor() { close(); }

    /// Owns what `open_one()` returns. That is called under the fork mutex; -1 says that it has
    /// failed, and leaves the result empty and `errno` as it is.
    template <class Open>
    static owned_descriptor open(Open open_one)
    {
        const std::lock_guard<std::mutex> lock(fork_mutex());
        return owned_descriptor(remembered(open_one()));
    }

    explicit operator bool() const noexcept { return value_ >= 0; }
    int get() const noexcept { return value_; }

    /// Gives the descriptor to somebody else, an Asio object say. It stays remembered, so it has to
    /// be closed by `close_released`.
    int release() noexcept { return std::exchange(value_, -1); }

    SOCKETLOCK_DECL void close() noexcept;

    /// Has nothing to do any more with a descriptor that other code has closed.
    SOCKETLOCK_DECL void abandon() noexcept;

private:
    explicit owned_descriptor(int value) noexcept : value_(value) {}

    // Closes it if there is no memory to remember it.
    SOCKETLOCK_DECL static int remembered(int descriptor);

    int value_ = -1;
};

/// Closes an Asio object that has a descriptor which an owned_descriptor released.
template <class AsioObject>
void close_released(AsioObject& object) noexcept
{
    if (!object.is_open())
        return;
    const std::lock_guard<std::mutex> lock(fork_mutex());
    forget_descriptor(object.native_handle());
    error_code ignored;
    object.close(ignored);
}

}  // namespace socketlock::detail

#endif
