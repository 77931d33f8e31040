// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// The environment, as far as it may be believed.

#ifndef SOCKETLOCK_DETAIL_PLATFORM_ENVIRONMENT_HPP
#define SOCKETLOCK_DETAIL_PLATFORM_ENVIRONMENT_HPP

#include <socketlock/config.hpp>

#include <string>

namespace socketlock::detail {

/// A variable of the environment; empty if there is none, or if the process has more rights than
/// whoever has set it (a set-user-ID program).
SOCKETLOCK_DECL std::string environment(const char* name);

}  // namespace socketlock::detail

#endif
