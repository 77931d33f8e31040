// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#ifndef SOCKETLOCK_TOOL_PARENT_DEATH_HPP
#define SOCKETLOCK_TOOL_PARENT_DEATH_HPP

#include <sys/types.h>

namespace socketlock::tool {

/// Called in a child: has the child killed when the thread of the process `parent` that forked it
/// ends, where the system can do that. Async-signal-safe.
void die_with_parent(::pid_t parent) noexcept;

}  // namespace socketlock::tool

#endif
