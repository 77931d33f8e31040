// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#ifndef SOCKETLOCK_IMPL_SCOPED_LOCK_IPP
#define SOCKETLOCK_IMPL_SCOPED_LOCK_IPP

#include <socketlock/detail/completion/lock_backend.hpp>
#include <socketlock/detail/platform/fork.hpp>
#include <socketlock/error.hpp>
#include <socketlock/scoped_lock.hpp>

namespace socketlock {

SOCKETLOCK_DECL scoped_lock::~scoped_lock()
{
    if (!attempt_)
        return;
    if (attempt_->generation() != detail::fork_generation())
        detail::leak_after_fork(std::move(attempt_));
    else if (attempt_->is_holding())
        attempt_->abandon();
}

SOCKETLOCK_DECL bool scoped_lock::owns_lock() const noexcept
{
    return attempt_ && attempt_->generation() == detail::fork_generation() &&
           attempt_->is_holding();
}

SOCKETLOCK_DECL std::uint64_t scoped_lock::fencing_token() const noexcept
{
    return owns_lock() ? attempt_->fencing_token() : 0;
}

SOCKETLOCK_DECL void scoped_lock::unlock(error_code& ec)
{
    ec = owns_lock() ? error_code() : detail::unlock_error(attempt_);
    if (!ec)
        ec = detail::unlock_and_wait(*attempt_);
    if (!ec)
        attempt_.reset();
}

SOCKETLOCK_DECL void scoped_lock::unlock()
{
    error_code ec;
    unlock(ec);
    if (ec)
        throw boost::system::system_error(ec);
}

}  // namespace socketlock

#endif
