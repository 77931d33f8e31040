// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#ifndef SOCKETLOCK_DETAIL_PLATFORM_SIGNAL_MASK_HPP
#define SOCKETLOCK_DETAIL_PLATFORM_SIGNAL_MASK_HPP

#include <socketlock/config.hpp>

#include <memory>

namespace socketlock::detail {

/// While it exists, the calling thread, and the threads that it starts, get no signals: the
/// program's handlers must not run on threads that the program does not know about.
class signal_mask
{
public:
    SOCKETLOCK_DECL signal_mask();
    signal_mask(signal_mask&&) = delete;
    SOCKETLOCK_DECL ~signal_mask();

private:
    struct state;

    std::unique_ptr<state> before_;
};

}  // namespace socketlock::detail

#endif
