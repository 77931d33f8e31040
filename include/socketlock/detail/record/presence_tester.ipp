// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#ifndef SOCKETLOCK_DETAIL_RECORD_PRESENCE_TESTER_IPP
#define SOCKETLOCK_DETAIL_RECORD_PRESENCE_TESTER_IPP

#include <socketlock/detail/platform/liveness_lock.hpp>
#include <socketlock/detail/platform/process_identity.hpp>
#include <socketlock/detail/record/presence.hpp>
#include <socketlock/detail/record/presence_tester.hpp>
#include <socketlock/error.hpp>

#include <algorithm>
#include <utility>

namespace socketlock::detail {

SOCKETLOCK_DECL liveness
presence_tester::test(const std::string& directory, const claim_ref& p, error_code& why)
{
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto known = std::find_if(files_.begin(), files_.end(), [&](const opened& o) {
        return o.presence == p.presence;
    });
    if (known != files_.end())
    {
        error_code ignored;
        if (test_liveness(known->locked, ignored) == liveness_locks::held && !ignored)
        {
            std::rotate(known, known + 1, files_.end());
            return liveness::alive;
        }
        files_.erase(known);
    }
    file locked;
    liveness result = test_presence(directory, p, why, &locked);
    if (why == errc::too_many_open_files && !files_.empty())
    {
        files_.clear();
        result = test_presence(directory, p, why, &locked);
    }
    // What might be a presence of this process is told by the files that it has open.
    const bool may_be_ours = p.pid == 0 || p.pid == this_process_id();
    if (locked && !may_be_ours)
    {
        if (files_.size() == most_open)
            files_.erase(files_.begin());
        files_.push_back({p.presence, std::move(locked)});
    }
    return result;
}

SOCKETLOCK_DECL void presence_tester::clear() noexcept
{
    const std::lock_guard<std::mutex> lock(mutex_);
    files_.clear();
}

}  // namespace socketlock::detail

#endif
