// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// A connection that another process has made to this one. It carries one attachment after the
// other.

#ifndef SOCKETLOCK_DETAIL_WIRE_ACCEPTED_LINK_HPP
#define SOCKETLOCK_DETAIL_WIRE_ACCEPTED_LINK_HPP

#include <socketlock/config.hpp>
#include <socketlock/detail/platform/hmac.hpp>
#include <socketlock/detail/platform/owned_descriptor.hpp>
#include <socketlock/detail/wire/attachment_numbers.hpp>
#include <socketlock/detail/wire/framed_socket.hpp>
#include <socketlock/detail/wire/handshake.hpp>

#include <chrono>
#include <cstdint>
#include <optional>

namespace socketlock::detail {

/// How long an accepted connection may last without what has to come.
struct accepted_link_limits
{
    std::chrono::steady_clock::duration handshake = std::chrono::seconds(1);
    /// For the first attachment, or for an answer to a question: then it has to go.
    std::chrono::steady_clock::duration first_attachment = std::chrono::seconds(10);
    /// Without any attachment, up to twice as long. The peer closes what it does not need before.
    std::chrono::steady_clock::duration idle = std::chrono::seconds(60);
};

/// A connection on which the other side has to prove that it may read the presence, and knows the
/// signature seed, of the claim that it comes to.
class BOOST_SYMBOL_VISIBLE accepted_link : public framed_socket
{
public:
    accepted_link(
        asio::io_context& context,
        const handshake_server& handshake,
        const accepted_link_limits& limits = {}
    )
        : framed_socket(context), handshake_(handshake), limits_(limits)
    {
    }

    /// Says the last word of an attachment, unless that has been said; from any thread. False if it
    /// has.
    SOCKETLOCK_DECL bool send_last_word(std::uint64_t number, const encoded_frame& frame);

    // On the context's thread.

    /// Takes over the descriptor and sends the challenge.
    SOCKETLOCK_DECL void start(owned_descriptor descriptor, bool v6);
    bool is_authenticated() const noexcept { return is_authenticated_; }
    /// Ends it, for a younger one that has not proved itself either.
    void drop() { end(); }

protected:
    /// What the peer says that the connection is about; proved once there are messages.
    const handshake_ids& ids() const noexcept { return handshake_.ids(); }

    /// The handshake's key for what is not proved yet; nothing ends the connection.
    virtual std::optional<secret_key> find_key(const handshake_ids& ids) = 0;
    /// The key of a proved refusal, for a peer whose proof is wrong where `find_key` has found a
    /// key: the handshake's without a seed if the target claim lives; nothing ends the connection.
    virtual std::optional<secret_key> find_refusal_key(const handshake_ids& ids) = 0;
    /// A frame that came after the handshake. False ends the connection.
    virtual bool on_message(const frame_view& frame) = 0;

    /// For `on_message`: an `attach` has come. False if it must not have, and ends the connection.
    bool begin_attachment(std::uint64_t number) noexcept { return attachments_.begin(number); }
    /// Whether it is under way; what is said of any other has to be ignored.
    bool is_current(std::uint64_t number) const noexcept { return attachments_.is_current(number); }

private:
    SOCKETLOCK_DECL std::chrono::steady_clock::duration on_limit() final;
    SOCKETLOCK_DECL bool on_frame(const frame_view& frame) final;
    SOCKETLOCK_DECL bool on_hello();
    SOCKETLOCK_DECL bool refuse();

    handshake_server handshake_;
    const accepted_link_limits limits_;
    attachment_numbers attachments_;
    bool is_authenticated_ = false;
};

}  // namespace socketlock::detail

#endif
