// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// Bare connections to a process's port, for tests of what strangers may send.

#ifndef SOCKETLOCK_TEST_PROCESS_WIRE_HPP
#define SOCKETLOCK_TEST_PROCESS_WIRE_HPP

#include <socketlock/detail/platform/random.hpp>
#include <socketlock/detail/record/presence.hpp>
#include <socketlock/detail/wire/frame.hpp>
#include <socketlock/detail/wire/handshake.hpp>
#include <socketlock/detail/wire/message.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <thread>

namespace test {

/// A connection to a loopback port that follows no protocol by itself. What takes too long throws.
class wire
{
public:
    explicit wire(std::uint16_t port);
    /// Takes over a descriptor.
    struct accepted
    {
        int descriptor;
    };
    explicit wire(accepted a);
    wire(wire&& other) noexcept;
    ~wire();

    /// False if the other side has closed the connection.
    bool send(const std::string& bytes);

    /// Sends in pieces of `piece` bytes.
    bool send(const socketlock::detail::encoded_frame& frame, std::size_t piece = 4096);

    /// The next frame, valid until the next call; nothing if the connection ends before.
    std::optional<socketlock::detail::frame_view> read();

    /// What comes next; empty if the connection has ended.
    std::string read_some();

    /// All that comes until the connection ends.
    std::string read_to_end();

private:
    int descriptor_;
    socketlock::detail::frame_reader reader_{socketlock::detail::max_frame_payload};
};

/// The holder of a lock as the lock file and the presence name it.
struct holder_address
{
    socketlock::detail::claim_ref who;
    socketlock::detail::presence_info presence;

    /// The ids of a connection to it from a claim of ours, or of one that only asks.
    socketlock::detail::handshake_ids ids(const socketlock::detail::id128& own = {}) const
    {
        return {who.presence, own, who.claim};
    }
};
holder_address find_holder(const std::string& directory, const std::string& name);

/// Shakes hands with the holder; false if it refuses.
bool shake_hands(
    wire& connection,
    const holder_address& holder,
    const socketlock::detail::handshake_ids& ids,
    const std::string& seed = {},
    std::size_t piece = 4096
);

/// Listens on a port and serves one connection after the other.
class impostor
{
public:
    explicit impostor(std::function<void(wire& client)> serve);
    impostor(impostor&&) = delete;
    ~impostor();

    std::uint16_t port() const noexcept { return port_; }

private:
    int listener_ = -1;
    std::uint16_t port_ = 0;
    std::thread thread_;
};

}  // namespace test

#endif
