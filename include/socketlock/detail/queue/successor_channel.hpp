// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#ifndef SOCKETLOCK_DETAIL_QUEUE_SUCCESSOR_CHANNEL_HPP
#define SOCKETLOCK_DETAIL_QUEUE_SUCCESSOR_CHANNEL_HPP

#include <cstdint>

namespace socketlock::detail {

/// How a claim talks to a successor in another process; from any thread. `number` is that of the
/// successor's attachment.
class successor_channel
{
public:
    virtual void say_attached(std::uint64_t number) = 0;
    // Last words.
    virtual void say_look(std::uint64_t number) = 0;
    virtual void say_detached(std::uint64_t number) = 0;

protected:
    ~successor_channel() = default;
};

}  // namespace socketlock::detail

#endif
