// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#include "parent_death.hpp"

namespace socketlock::tool {

// POSIX has no means for it: a command outlives us if we are killed.
void die_with_parent(::pid_t) noexcept {}

}  // namespace socketlock::tool
