// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// Conversations with a real process that go wrong at a chosen byte.

#ifndef SOCKETLOCK_TEST_PROCESS_INTERRUPTED_HPP
#define SOCKETLOCK_TEST_PROCESS_INTERRUPTED_HPP

#include <socketlock/detail/record/decision.hpp>
#include <socketlock/detail/wire/handshake.hpp>
#include <socketlock/detail/wire/message.hpp>

#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <iosfwd>
#include <optional>
#include <string>

#include "actor.hpp"
#include "lock_directory.hpp"
#include "peer.hpp"
#include "record_edits.hpp"

namespace test {

enum class fault
{
    /// The stream ends.
    end,
    /// The connection is reset: the other side's next call fails.
    reset,
    /// Nothing more is said until the other side ends the connection.
    silence,
    /// What was said is read in two pieces.
    split,
};
std::ostream& operator<<(std::ostream& out, fault f);

/// One side of a connection, with which something happens after `at` bytes of the conversation,
/// those of both sides counted.
class interrupted_connection
{
public:
    /// `meanwhile` is called between two pieces.
    interrupted_connection(
        int descriptor,
        fault f,
        std::size_t at,
        std::function<void()> meanwhile = nullptr
    );
    interrupted_connection(interrupted_connection&&) = delete;
    ~interrupted_connection();

    /// Connects to a loopback port.
    static int open(std::uint16_t port);

    // False, or nothing, once the connection is cut, and if the other side has ended it.

    bool say(const socketlock::detail::encoded_frame& frame);
    /// The next frame, valid until the next call.
    std::optional<socketlock::detail::frame_view> hear_any();
    /// The same; fails the test if it is another frame.
    std::optional<socketlock::detail::frame_view> hear(socketlock::detail::message_type type);

    bool is_cut() const noexcept { return descriptor_ < 0; }
    /// Whether the fault is behind us.
    bool is_over() const noexcept { return is_over_; }
    void cut();
    /// How much has been said and heard.
    std::size_t position() const noexcept { return position_; }

private:
    bool transmit(const unsigned char* bytes, std::size_t size);
    bool receive(unsigned char* room, std::size_t size);
    void wait_until_it_is_read() const;
    void wait_until_it_ends();
    bool is_due(std::size_t size) const noexcept
    {
        return !is_over_ && at_ >= position_ && at_ < position_ + size;
    }

    int descriptor_;
    const fault fault_;
    const std::size_t at_;
    const std::function<void()> meanwhile_;
    std::size_t position_ = 0;
    bool is_over_ = false;
    std::string frame_;
};

/// What a server learns from a client that attaches.
struct waiter
{
    socketlock::detail::claim_contact self;
    std::uint64_t ticket = 0;
    /// The attachment's.
    std::uint64_t number = 0;

    socketlock::detail::queued_claim place() const { return {self, ticket}; }
};

/// Plays the claim `target` of an actor, up to a waiter's attachment.
std::optional<waiter> let_attach(
    interrupted_connection& connection,
    const actor& self,
    const socketlock::detail::claim_contact& target
);

/// Plays the server's side of the handshake; the client's claim.
std::optional<socketlock::detail::id128> let_in(
    interrupted_connection& connection,
    const actor& self,
    const socketlock::detail::claim_contact& target
);

/// Whether the system tells how much of what was sent has been read.
boost::test_tools::assertion_result can_see_what_is_read(boost::unit_test::test_unit_id);

/// Every byte; where programs are slowed down by sanitizers, some.
std::size_t byte_step();

}  // namespace test

#endif
