// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#include <boost/asio/posix/stream_descriptor.hpp>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <system_error>
#include <unistd.h>
#include <utility>

#include "signals.hpp"
#include "signals_posix.hpp"

namespace socketlock::tool {

namespace {

// A signal as the handler writes it into the pipe.
struct signal_note
{
    unsigned char number;
    bool by_process;
};

std::atomic<int> pipe_to_write{-1};

extern "C" void note_signal(int number, ::siginfo_t* info, void*)
{
    const int saved = errno;
    // Linux has more codes of processes, all of them below zero. The kernel's are above.
    const bool by_process = info->si_code == SI_USER || info->si_code == SI_QUEUE ||
                            info->si_code < 0;
    const signal_note note{static_cast<unsigned char>(number), by_process};
    // If it is full, thousands of signals already wait to be passed on.
    [[maybe_unused]] const auto n = ::write(pipe_to_write, &note, sizeof note);
    errno = saved;
}

// How signals were handled before the first was caught.
struct signal_dispositions
{
    std::array<struct ::sigaction, caught_signals.size()> actions{};
    ::sigset_t mask{};
};

signal_dispositions as_found;

void make_non_blocking(int descriptor)
{
    ::fcntl(descriptor, F_SETFD, FD_CLOEXEC);
    ::fcntl(descriptor, F_SETFL, ::fcntl(descriptor, F_GETFL) | O_NONBLOCK);
}

}  // namespace

void restore_signal_dispositions() noexcept
{
    for (std::size_t i = 0; i < caught_signals.size(); ++i)
        ::sigaction(caught_signals[i], &as_found.actions[i], nullptr);
    // Signals that were held back take effect now.
    ::pthread_sigmask(SIG_SETMASK, &as_found.mask, nullptr);
}

bool received_signal::is_from_child() const noexcept
{
    return number == SIGCHLD;
}

class signal_source::implementation
{
public:
    explicit implementation(asio::io_context& context) : pipe_(context)
    {
        int ends[2];
        if (::pipe(ends) != 0)
            throw std::system_error(errno, std::generic_category(), "pipe");
        make_non_blocking(ends[0]);
        make_non_blocking(ends[1]);
        pipe_.assign(ends[0]);
        pipe_to_write = ends[1];

        for (std::size_t i = 0; i < caught_signals.size(); ++i)
        {
            const int number = caught_signals[i];
            struct ::sigaction& before = as_found.actions[i];
            ::sigaction(number, nullptr, &before);
            struct ::sigaction action = {};
            // One after the other, so that they are passed on in their order.
            ::sigfillset(&action.sa_mask);
            action.sa_flags = SA_SIGINFO | SA_RESTART;
            action.sa_sigaction = note_signal;
            if (number == SIGPIPE)
            {
                // A reader that closes our standard error must not end the command.
                action.sa_flags = 0;
                action.sa_handler = SIG_IGN;
            }
            const bool is_ignored = (before.sa_flags & SA_SIGINFO) == 0 &&
                                    before.sa_handler == SIG_IGN;
            // While SIGCHLD is ignored, nobody learns a child's exit code.
            if (!is_ignored || number == SIGCHLD)
                ::sigaction(number, &action, nullptr);
        }
        // Whoever started us may have blocked it.
        ::sigset_t child;
        ::sigemptyset(&child);
        ::sigaddset(&child, SIGCHLD);
        ::pthread_sigmask(SIG_UNBLOCK, &child, &as_found.mask);
    }

    ~implementation()
    {
        restore_signal_dispositions();
        ::close(pipe_to_write.exchange(-1));
    }

    void receive(std::function<void(received_signal)> handler)
    {
        handler_ = std::move(handler);
        wait();
    }

    std::optional<received_signal> poll()
    {
        signal_note note{};
        const auto n = ::read(pipe_.native_handle(), &note, sizeof note);
        if (n != static_cast<::ssize_t>(sizeof note))
            return std::nullopt;
        return received_signal{note.number, note.by_process};
    }

private:
    void wait()
    {
        pipe_.async_wait(asio::posix::stream_descriptor::wait_read, [this](const error_code& ec) {
            if (ec)
                return;
            while (const auto signal = poll())
                handler_(*signal);
            wait();
        });
    }

    asio::posix::stream_descriptor pipe_;
    std::function<void(received_signal)> handler_;
};

signal_source::signal_source(asio::io_context& context)
    : implementation_(std::make_unique<implementation>(context))
{
}

signal_source::~signal_source() = default;

void signal_source::receive(std::function<void(received_signal)> handler)
{
    implementation_->receive(std::move(handler));
}

std::optional<received_signal> signal_source::poll()
{
    return implementation_->poll();
}

int end_by_signal(int number) noexcept
{
    std::signal(number, SIG_DFL);
    ::sigset_t only;
    ::sigemptyset(&only);
    ::sigaddset(&only, number);
    ::pthread_sigmask(SIG_UNBLOCK, &only, nullptr);
    ::raise(number);
    return 128 + number;
}

}  // namespace socketlock::tool
