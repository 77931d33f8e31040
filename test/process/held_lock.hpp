// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#ifndef SOCKETLOCK_TEST_PROCESS_HELD_LOCK_HPP
#define SOCKETLOCK_TEST_PROCESS_HELD_LOCK_HPP

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <string>

#include "lock_directory.hpp"
#include "peer.hpp"
#include "wire.hpp"

namespace test {

/// A peer that holds lock 1, the lock "x" of a directory of its own.
struct held_lock
{
    held_lock()
    {
        BOOST_TEST_REQUIRE(holder.ask("try 1") == "yes");
        port = static_cast<std::uint16_t>(std::stoi(holder.ask("port 1")));
    }

    std::string verified() { return who() + " verified"; }
    std::string who() { return std::to_string(holder.pid()) + ' ' + std::to_string(port); }
    holder_address address() const { return find_holder(directory.path(), "x"); }

    lock_directory directory;
    peer holder = peer_with_lock(directory.path());
    std::uint16_t port = 0;
};

}  // namespace test

#endif
