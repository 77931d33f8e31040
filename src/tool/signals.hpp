// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#ifndef SOCKETLOCK_TOOL_SIGNALS_HPP
#define SOCKETLOCK_TOOL_SIGNALS_HPP

#include <socketlock/config.hpp>

#include <boost/asio/io_context.hpp>

#include <functional>
#include <memory>
#include <optional>

namespace socketlock::tool {

struct received_signal
{
    int number = 0;
    /// Sent by a process with kill(); otherwise by the terminal, to the whole foreground process
    /// group.
    bool by_process = false;

    /// True if a child of this process has ended or stopped.
    bool is_from_child() const noexcept;
};

/// Catches, as long as it lives, the signals that can be passed on to a command, and those of its
/// end. Signals that were ignored when it was made stay ignored, as under nohup. One per process.
class signal_source
{
public:
    explicit signal_source(asio::io_context& context);
    signal_source(signal_source&&) = delete;
    ~signal_source();

    /// Calls the handler once for each signal, until this object is destroyed.
    void receive(std::function<void(received_signal)> handler);

    /// A signal that came but was not passed to the handler yet, and now never will be.
    std::optional<received_signal> poll();

private:
    class implementation;
    std::unique_ptr<implementation> implementation_;
};

/// Ends this process by a signal, as if it had never been caught. Returns an exit code if that
/// does not work, as in the first process of a container.
int end_by_signal(int number) noexcept;

}  // namespace socketlock::tool

#endif
