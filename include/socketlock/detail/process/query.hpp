// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// Queries: who holds a lock. They create nothing and change nothing.

#ifndef SOCKETLOCK_DETAIL_PROCESS_QUERY_HPP
#define SOCKETLOCK_DETAIL_PROCESS_QUERY_HPP

#include <socketlock/config.hpp>
#include <socketlock/detail/completion/lock_backend.hpp>
#include <socketlock/detail/process/runtime.hpp>
#include <socketlock/detail/record/lock_address.hpp>
#include <socketlock/detail/wire/authenticated_link.hpp>

#include <memory>
#include <optional>
#include <string>

namespace socketlock::detail {

/// Outlives the connection, which belongs to its io_context.
struct runtime_user
{
    // NOLINTNEXTLINE(readability-identifier-naming): as good as a private member of `query`
    std::shared_ptr<runtime> runtime_;
};

/// Asks the holder to prove itself by a handshake and to say that it holds.
class query final : private runtime_user, public holder_query, public authenticated_link
{
public:
    SOCKETLOCK_DECL query(std::shared_ptr<runtime> host, std::shared_ptr<const lock_address> where);

    /// Reads the record, then asks.
    SOCKETLOCK_DECL void start() override;
    SOCKETLOCK_DECL void cancel(error_code ec) override;

private:
    SOCKETLOCK_DECL void look();
    SOCKETLOCK_DECL bool would_heal(const std::shared_ptr<lock_directory>& directory) const;
    SOCKETLOCK_DECL void ask(const claim_ref& holder);
    SOCKETLOCK_DECL void complete(error_code ec);
    SOCKETLOCK_DECL void on_authenticated() override;
    SOCKETLOCK_DECL bool on_message(const frame_view& frame) override;
    SOCKETLOCK_DECL void on_end() override;

    const std::shared_ptr<const lock_address> where_;
    asio::steady_timer retry_;
    int looks_ = 0;
    std::optional<holder_info> found_;
};

}  // namespace socketlock::detail

#endif
