// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#ifndef SOCKETLOCK_BENCH_DESCRIPTOR_HPP
#define SOCKETLOCK_BENCH_DESCRIPTOR_HPP

#include <cerrno>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace bench {

/// The result of a system call; throws if it failed.
template <class Result>
Result checked(Result result, const char* what)
{
    if (result == (Result)-1)
        throw std::system_error(errno, std::generic_category(), what);
    return result;
}

/// A descriptor that is closed by its destructor.
class descriptor
{
public:
    descriptor() = default;
    explicit descriptor(int fd) noexcept : fd_(fd) {}
    descriptor(descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    descriptor& operator=(descriptor&& other) noexcept
    {
        std::swap(fd_, other.fd_);
        return *this;
    }
    ~descriptor() { reset(); }

    void reset() noexcept
    {
        if (fd_ != -1)
            ::close(std::exchange(fd_, -1));
    }
    int get() const noexcept { return fd_; }

private:
    int fd_ = -1;
};

}  // namespace bench

#endif
