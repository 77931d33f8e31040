// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#ifndef SOCKETLOCK_DETAIL_PLATFORM_POSIX_SIGNAL_MASK_IPP
#define SOCKETLOCK_DETAIL_PLATFORM_POSIX_SIGNAL_MASK_IPP

#include <socketlock/detail/platform/signal_mask.hpp>

#include <signal.h>

namespace socketlock::detail {

struct signal_mask::state
{
    ::sigset_t signals;
};

SOCKETLOCK_DECL signal_mask::signal_mask() : before_(std::make_unique<state>())
{
    ::sigset_t all;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_BLOCK, &all, &before_->signals);
}

SOCKETLOCK_DECL signal_mask::~signal_mask()
{
    ::pthread_sigmask(SIG_SETMASK, &before_->signals, nullptr);
}

}  // namespace socketlock::detail

#endif
