// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// A process that the test plays.

#ifndef SOCKETLOCK_TEST_PROCESS_ACTOR_HPP
#define SOCKETLOCK_TEST_PROCESS_ACTOR_HPP

#include <socketlock/detail/platform/random.hpp>
#include <socketlock/detail/record/decision.hpp>
#include <socketlock/detail/record/presence.hpp>

#include <cstdint>
#include <memory>
#include <string>

namespace test {

/// A process that exists as far as others can see: it has a presence and a port.
class actor
{
public:
    explicit actor(const std::string& directory);
    actor(actor&&) = delete;
    ~actor() { die(); }

    std::uint16_t port() const noexcept { return presence_->info().port; }
    const socketlock::detail::secret_key& key() const noexcept { return presence_->info().key; }

    /// Another claim of this process, not known to anybody yet.
    socketlock::detail::claim_contact new_claim() const;

    /// The next connection.
    int accept();
    bool has_caller() const;

    /// As the system does it: the sockets go first, and then the presence.
    void stop_listening();
    void die();

private:
    int listener_ = -1;
    std::unique_ptr<socketlock::detail::presence> presence_;
};

}  // namespace test

#endif
