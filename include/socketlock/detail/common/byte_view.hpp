// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#ifndef SOCKETLOCK_DETAIL_COMMON_BYTE_VIEW_HPP
#define SOCKETLOCK_DETAIL_COMMON_BYTE_VIEW_HPP

#include <array>
#include <cstddef>
#include <string_view>

namespace socketlock::detail {

/// Bytes that something else owns.
class byte_view
{
public:
    constexpr byte_view() noexcept = default;

    constexpr byte_view(const unsigned char* data, std::size_t size) noexcept
        : data_(data), size_(size)
    {
    }

    template <std::size_t N>
    constexpr byte_view(const std::array<unsigned char, N>& bytes) noexcept
        : data_(bytes.data()), size_(N)
    {
    }

    byte_view(std::string_view text) noexcept
        : data_(reinterpret_cast<const unsigned char*>(text.data())), size_(text.size())
    {
    }

    constexpr const unsigned char* data() const noexcept { return data_; }
    constexpr std::size_t size() const noexcept { return size_; }
    constexpr bool empty() const noexcept { return size_ == 0; }
    constexpr const unsigned char* begin() const noexcept { return data_; }
    constexpr const unsigned char* end() const noexcept { return data_ + size_; }
    constexpr unsigned char operator[](std::size_t i) const noexcept { return data_[i]; }

    /// Without the first `n` bytes. Precondition: `n <= size()`.
    constexpr byte_view without_first(std::size_t n) const noexcept
    {
        return byte_view(data_ + n, size_ - n);
    }

    /// The first `n` bytes. Precondition: `n <= size()`.
    constexpr byte_view first(std::size_t n) const noexcept { return byte_view(data_, n); }

private:
    const unsigned char* data_ = nullptr;
    std::size_t size_ = 0;
};

/// Writable bytes that something else owns.
struct mutable_byte_view
{
    unsigned char* data = nullptr;
    std::size_t size = 0;
};

}  // namespace socketlock::detail

#endif
