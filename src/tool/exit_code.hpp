// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#ifndef SOCKETLOCK_TOOL_EXIT_CODE_HPP
#define SOCKETLOCK_TOOL_EXIT_CODE_HPP

#include <socketlock/config.hpp>

namespace socketlock::tool::exit_code {

// The program's own, and those of sysexits.h that it uses.
inline constexpr int free = 1;  // status: nobody holds the lock
inline constexpr int usage = 64;
inline constexpr int unavailable = 69;
inline constexpr int software = 70;
inline constexpr int system = 71;
inline constexpr int cannot_create = 73;
inline constexpr int io = 74;
inline constexpr int held = 75;  // EX_TEMPFAIL
inline constexpr int protocol = 76;
inline constexpr int no_permission = 77;
inline constexpr int configuration = 78;

// Those of the shells.
inline constexpr int not_executable = 126;
inline constexpr int not_found = 127;

/// The exit code for an error of the library.
int of(const error_code& ec) noexcept;

}  // namespace socketlock::tool::exit_code

#endif
