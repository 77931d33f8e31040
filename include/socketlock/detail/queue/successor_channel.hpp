// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#ifndef SOCKETLOCK_DETAIL_QUEUE_SUCCESSOR_CHANNEL_HPP
#define SOCKETLOCK_DETAIL_QUEUE_SUCCESSOR_CHANNEL_HPP

#include <cstdint>
#include <memory>

namespace socketlock::detail {

class linked_claim;

/// How a claim talks to a successor in another process; from any thread. `number` is that of the
/// successor's attachment.
class successor_channel
{
public:
    virtual void say_attached(std::uint64_t number, bool is_first) = 0;
    // Last words.
    virtual void say_look(std::uint64_t number) = 0;
    virtual void say_detached(std::uint64_t number) = 0;

protected:
    ~successor_channel() = default;
};

/// How a claim reaches a successor: by a channel, or within the process as the claim that it is.
struct successor_path
{
    std::shared_ptr<successor_channel> channel;
    std::shared_ptr<linked_claim> local;
    /// The attachment's, as the successor knows it.
    std::uint64_t number = 0;
};

}  // namespace socketlock::detail

#endif
