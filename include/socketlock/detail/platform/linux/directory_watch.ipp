// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#ifndef SOCKETLOCK_DETAIL_PLATFORM_LINUX_DIRECTORY_WATCH_IPP
#define SOCKETLOCK_DETAIL_PLATFORM_LINUX_DIRECTORY_WATCH_IPP

#include <socketlock/detail/platform/directory_watch.hpp>
#include <socketlock/detail/platform/owned_descriptor.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <algorithm>
#include <array>
#include <cstring>
#include <map>
#include <set>
#include <sys/inotify.h>
#include <utility>

namespace socketlock::detail {

// By inotify(7): one descriptor, one watch per directory.
class directory_watch::implementation : public std::enable_shared_from_this<implementation>
{
public:
    implementation(asio::io_context& context, handler on_change)
        : stream_(context), on_change_(std::move(on_change))
    {
        auto descriptor = owned_descriptor::open([] {
            return ::inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
        });
        if (!descriptor)
            return;
        error_code ec;
        stream_.assign(descriptor.get(), ec);
        if (!ec)
            descriptor.release();
    }

    ~implementation() { close(); }

    void close() { close_released(stream_); }

    bool add(const std::string& directory)
    {
        if (!stream_.is_open())
            return false;
        static constexpr std::uint32_t events = IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO |
                                                IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR;
        const int watch = ::inotify_add_watch(stream_.native_handle(), directory.c_str(), events);
        if (watch < 0)
            return false;
        directories_[watch].insert(directory);
        if (!std::exchange(is_reading_, true))
            read();
        return true;
    }

private:
    void read()
    {
        stream_.async_read_some(
            asio::buffer(events_),
            [weak = weak_from_this()](const error_code& ec, std::size_t size) {
                const auto self = weak.lock();
                if (ec || !self)
                    return;
                self->tell(size);
                if (self->stream_.is_open())
                    self->read();
            }
        );
    }

    void tell(std::size_t size)
    {
        // First reads all events, so that each is over when it is acted on.
        std::set<std::pair<std::string, std::string>> changes;
        const auto tell_all = [&](const std::set<std::string>& paths, const std::string& name) {
            for (const std::string& path : paths)
                changes.emplace(path, name);
        };
        for (std::size_t at = 0; at + sizeof(::inotify_event) <= size;)
        {
            ::inotify_event event;
            std::memcpy(&event, events_.data() + at, sizeof event);
            const char* const name = events_.data() + at + sizeof event;
            at += sizeof event + event.len;
            if ((event.mask & IN_Q_OVERFLOW) != 0)
            {
                for (const auto& [watch, paths] : directories_)
                    tell_all(paths, std::string());
            }
            const auto found = directories_.find(event.wd);
            if (found == directories_.end())
                continue;
            const bool is_name = event.len != 0;
            if (is_name || (event.mask & (IN_DELETE_SELF | IN_MOVE_SELF)) != 0)
                tell_all(found->second, is_name ? name : "");
            if ((event.mask & IN_IGNORED) != 0)
                directories_.erase(found);
        }
        for (const auto& [directory, name] : changes)
        {
            // Closed if a callback has destroyed the owner.
            if (stream_.is_open())
                on_change_(directory, name);
        }
    }

    asio::posix::stream_descriptor stream_;
    const handler on_change_;
    /// By their watches. A directory that was renamed, and is used by its new name, has two paths.
    std::map<int, std::set<std::string>> directories_;
    bool is_reading_ = false;
    alignas(::inotify_event) std::array<char, 8192> events_;
};

SOCKETLOCK_DECL directory_watch::directory_watch(asio::io_context& context, handler on_change)
    : implementation_(std::make_shared<implementation>(context, std::move(on_change)))
{
}

SOCKETLOCK_DECL directory_watch::~directory_watch()
{
    implementation_->close();
}

SOCKETLOCK_DECL bool directory_watch::add(const std::string& directory)
{
    return implementation_->add(directory);
}

}  // namespace socketlock::detail

#endif
