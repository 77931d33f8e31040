// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#include "exit_code.hpp"

#include <socketlock/error.hpp>

namespace socketlock::tool {

int exit_code::of(const error_code& ec) noexcept
{
    if (ec.category() != category())
        return system;
    switch (static_cast<errc>(ec.value()))
    {
    case errc::held:
        return held;
    case errc::invalid_name:
    case errc::invalid_permissions:
        return usage;
    case errc::lost:
    case errc::guard_timeout:
        return unavailable;
    case errc::not_owner:
    case errc::already_locked:
        return software;
    case errc::too_many_open_files:
    case errc::runtime_failed:
        return system;
    case errc::directory_missing:
    case errc::not_a_directory:
    case errc::not_a_regular_file:
    case errc::hard_linked:
    case errc::read_only_file_system:
        return cannot_create;
    case errc::no_space:
    case errc::io_error:
        return io;
    case errc::corrupt_record:
    case errc::newer_record:
    case errc::handshake_failed:
        return protocol;
    case errc::permission_denied:
    case errc::presence_unreadable:
        return no_permission;
    case errc::name_mismatch:
    case errc::insecure_directory:
    case errc::locking_unsupported:
    case errc::unstable_path:
        return configuration;
    }
    return software;
}

}  // namespace socketlock::tool
