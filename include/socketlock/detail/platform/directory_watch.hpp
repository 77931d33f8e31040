// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// Reports when files vanish from directories, where the system can report it.

#ifndef SOCKETLOCK_DETAIL_PLATFORM_DIRECTORY_WATCH_HPP
#define SOCKETLOCK_DETAIL_PLATFORM_DIRECTORY_WATCH_HPP

#include <socketlock/config.hpp>

#include <boost/asio/io_context.hpp>

#include <functional>
#include <memory>
#include <string>

namespace socketlock::detail {

/// Watches directories, on the thread of an io_context.
class directory_watch
{
public:
    /// Called with a directory and the name that vanished from it or now names another file. An
    /// empty name: the directory itself has gone, or more happened than could be reported.
    using handler = std::function<void(const std::string& directory, const std::string& name)>;

    SOCKETLOCK_DECL directory_watch(asio::io_context& context, handler on_change);
    directory_watch(directory_watch&&) = delete;
    SOCKETLOCK_DECL ~directory_watch();

    /// Watches a directory; again, if it was created anew. False: the caller must poll.
    SOCKETLOCK_DECL bool add(const std::string& directory);

private:
    class implementation;

    std::shared_ptr<implementation> implementation_;
};

}  // namespace socketlock::detail

#endif
