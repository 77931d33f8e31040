// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#include <cerrno>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "standard_streams.hpp"

namespace socketlock::tool {

void occupy_standard_descriptors() noexcept
{
    for (const int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    {
        // The lowest free descriptor is this one.
        if (::fcntl(descriptor, F_GETFD) == -1 && errno == EBADF &&
            ::open("/dev/null", O_RDWR | O_CLOEXEC) == -1)
            return;
    }
}

bool stderr_is_terminal() noexcept
{
    return ::isatty(STDERR_FILENO) == 1;
}

std::optional<std::size_t> stderr_columns() noexcept
{
    if (!stderr_is_terminal())
        return std::nullopt;
    // -1 if it is not our controlling terminal: then there is no background.
    const ::pid_t foreground = ::tcgetpgrp(STDERR_FILENO);
    if (foreground != -1 && foreground != ::getpgrp())
        return std::nullopt;
    struct ::winsize size = {};
    if (::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == -1 || size.ws_col == 0)
        return 80;
    return size.ws_col;
}

}  // namespace socketlock::tool
