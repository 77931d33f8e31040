// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#ifndef SOCKETLOCK_DETAIL_COMPLETION_IO_THREAD_IPP
#define SOCKETLOCK_DETAIL_COMPLETION_IO_THREAD_IPP

#include <socketlock/detail/completion/io_thread.hpp>
#include <socketlock/detail/platform/signal_mask.hpp>

#include <boost/asio/steady_timer.hpp>

namespace socketlock::detail {

SOCKETLOCK_DECL io_thread::io_thread(std::uint64_t generation)
    : generation_(generation), state_(std::make_shared<state>())
{
    // Makes the context open its descriptors here, where their shortage can be reported.
    const asio::steady_timer unused(state_->context);
    const signal_mask no_signals;
    thread_ = std::thread([shared = state_] { shared->context.run(); });
}

SOCKETLOCK_DECL io_thread::~io_thread()
{
    if (thread_.joinable())
        stop();
}

SOCKETLOCK_DECL std::thread io_thread::stop()
{
    state_->work.reset();
    state_->context.stop();
    if (thread_.get_id() == std::this_thread::get_id())
        return std::move(thread_);
    thread_.join();
    return {};
}

}  // namespace socketlock::detail

#endif
