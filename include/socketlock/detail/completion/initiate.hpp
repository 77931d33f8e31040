// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// From a completion token's handler to an operation.

#ifndef SOCKETLOCK_DETAIL_COMPLETION_INITIATE_HPP
#define SOCKETLOCK_DETAIL_COMPLETION_INITIATE_HPP

#include <socketlock/config.hpp>
#include <socketlock/detail/completion/lock_backend.hpp>
#include <socketlock/detail/completion/operation.hpp>

#include <boost/asio/associated_cancellation_slot.hpp>

#include <memory>
#include <type_traits>
#include <utility>

namespace socketlock::detail {

// How an operation's results become a handler's arguments.

struct deliver_results
{
    template <class Handler, class... Results>
    void operator()(Handler& handler, error_code ec, Results... results)
    {
        std::move(handler)(ec, std::move(results)...);
    }
};

struct deliver_error
{
    explicit deliver_error(const std::shared_ptr<lock_attempt>&) {}

    template <class Handler>
    void operator()(Handler& handler, error_code ec, bool)
    {
        std::move(handler)(ec);
    }
};

struct deliver_acquired
{
    explicit deliver_acquired(const std::shared_ptr<lock_attempt>&) {}

    template <class Handler>
    void operator()(Handler& handler, error_code ec, bool acquired)
    {
        std::move(handler)(ec, acquired);
    }
};

/// Makes the operation, which `token` counts, and has `start(op, slot)` begin it.
template <class... Results, class Handler, class Executor, class Deliver, class Start>
void initiate(
    Handler&& handler,
    const Executor& executor,
    operation_count::token token,
    Deliver deliver,
    Start start
)
{
    using handler_type = std::decay_t<Handler>;
    const auto slot = asio::get_associated_cancellation_slot(handler);
    operation<Results...>&
        op = *async_operation<handler_type, Executor, Deliver, Results...>::create(
            handler_type(std::forward<Handler>(handler)),
            executor,
            std::move(deliver),
            std::move(token)
        );
    start(op, slot);
}

}  // namespace socketlock::detail

#endif
