// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#include <csignal>
#include <sys/prctl.h>
#include <unistd.h>

#include "parent_death.hpp"

namespace socketlock::tool {

void die_with_parent(::pid_t parent) noexcept
{
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    // It may have died before.
    if (::getppid() != parent)
        ::raise(SIGKILL);
}

}  // namespace socketlock::tool
