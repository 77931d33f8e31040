// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#ifndef SOCKETLOCK_DETAIL_QUEUE_LOCK_DIRECTORY_IPP
#define SOCKETLOCK_DETAIL_QUEUE_LOCK_DIRECTORY_IPP

#include <socketlock/detail/queue/lock_directory.hpp>

namespace socketlock::detail {

SOCKETLOCK_DECL presence_state lock_directory::ensure_presence(error_code& ec)
{
    const std::lock_guard<std::mutex> lock(mutex);
    return own.ensure(ec);
}

}  // namespace socketlock::detail

#endif
