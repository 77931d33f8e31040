// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// Tests the same presences again and again, as whoever queues on a busy lock does.

#ifndef SOCKETLOCK_DETAIL_RECORD_PRESENCE_TESTER_HPP
#define SOCKETLOCK_DETAIL_RECORD_PRESENCE_TESTER_HPP

#include <socketlock/config.hpp>
#include <socketlock/detail/common/id.hpp>
#include <socketlock/detail/platform/file.hpp>
#include <socketlock/detail/record/decision.hpp>

#include <cstddef>
#include <mutex>
#include <string>
#include <vector>

namespace socketlock::detail {

/**
 * Keeps the files of some processes that were found alive open: as long as such a file is locked
 * its process lives, which takes one system call to see. Whether a process is dead is only ever
 * found on the file that the path names now. Thread-safe.
 */
class presence_tester
{
public:
    /// As `test_presence`.
    SOCKETLOCK_DECL liveness
    test(const std::string& directory, const claim_ref& p, error_code& why);

    /// Closes all files. To those who look at what this process has open they look like presences
    /// of its own.
    SOCKETLOCK_DECL void clear() noexcept;

private:
    struct opened
    {
        id128 presence;
        file locked;
    };

    static constexpr std::size_t most_open = 8;

    std::mutex mutex_;
    // The one that was used last is at the end.
    std::vector<opened> files_;
};

}  // namespace socketlock::detail

#endif
