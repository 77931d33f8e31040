// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// What a presence says, and its text. Pure.

#ifndef SOCKETLOCK_DETAIL_RECORD_PRESENCE_INFO_HPP
#define SOCKETLOCK_DETAIL_RECORD_PRESENCE_INFO_HPP

#include <socketlock/config.hpp>
#include <socketlock/detail/common/id.hpp>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace socketlock::detail {

/// Texts are empty, and numbers 0, where the process could not tell.
struct presence_info
{
    id128 id;
    std::int64_t pid = 0;
    /// When the process started, see process_identity.
    std::uint64_t start_time = 0;
    std::uint16_t port = 0;
    /// The loopback address that the port belongs to.
    std::string address;
    /// The secret_key of those who may read the presence.
    std::array<unsigned char, 32> key{};
    std::string boot_id;
    std::string pid_namespace;
    std::string time_namespace;
    std::string net_namespace;
    std::string host;
    std::string executable;
};

SOCKETLOCK_DECL std::string encode_presence(const presence_info& info);

/// corrupt_record if it is not a presence.
SOCKETLOCK_DECL presence_info decode_presence(std::string_view text, error_code& ec);

}  // namespace socketlock::detail

#endif
