// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#ifndef SOCKETLOCK_DETAIL_QUEUE_CLAIM_REQUEST_IPP
#define SOCKETLOCK_DETAIL_QUEUE_CLAIM_REQUEST_IPP

#include <socketlock/detail/queue/claim_request.hpp>
#include <socketlock/error.hpp>

namespace socketlock::detail {

SOCKETLOCK_DECL error_code error_of(const decision& d, intent what, const error_code& why) noexcept
{
    if (d.what == outcome::exhausted)
        return errc::corrupt_record;
    const bool is_refused = d.what == outcome::held || d.what == outcome::enqueued;
    const bool is_newcomer = what == intent::take || what == intent::enqueue;
    return is_refused && is_newcomer && d.holder == liveness::unknown ? why : error_code();
}

}  // namespace socketlock::detail

#endif
