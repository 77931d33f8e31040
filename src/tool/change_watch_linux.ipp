// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#include <algorithm>
#include <array>
#include <poll.h>
#include <sys/inotify.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <utility>

#include "change_watch.hpp"

namespace socketlock::tool {

// By inotify(7) and pidfd_open(2).
class change_watch::implementation
{
public:
    explicit implementation(std::string lock_file) : lock_file_(std::move(lock_file)) {}
    implementation(implementation&&) = delete;
    ~implementation()
    {
        ::close(file_events_);
        close_end();
    }

    bool begin(std::int64_t holder)
    {
        // A new file of that name is a new watch.
        const int watch = ::inotify_add_watch(
            file_events_,
            lock_file_.c_str(),
            IN_MODIFY | IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF | IN_DONT_FOLLOW
        );
        if (std::exchange(watch_, watch) != watch)
            drain();
        if (holder != holder_)
        {
            close_end();
            holder_ = holder;
            if (holder != 0)
                end_ = static_cast<int>(::syscall(SYS_pidfd_open, holder, 0));
        }
        return watch_ != -1 && (end_ != -1 || holder == 0);
    }

    void sleep(std::chrono::steady_clock::duration longest)
    {
        const auto pause = std::chrono::ceil<std::chrono::milliseconds>(longest).count();
        // poll() ignores negative descriptors.
        std::array<::pollfd, 2> awaited{
            {{file_events_, POLLIN, 0}, {end_, POLLIN, 0}}
        };
        ::poll(awaited.data(), awaited.size(), static_cast<int>(std::clamp<long>(pause, 0, 60000)));
        if (awaited[0].revents != 0)
            drain();
        // Not again: if the lock stays held, this is not the process that the record means.
        if (awaited[1].revents != 0)
            close_end();
    }

private:
    void drain() const
    {
        std::array<char, 4096> events;
        while (::read(file_events_, events.data(), events.size()) > 0)
        {
        }
    }

    void close_end() noexcept
    {
        if (end_ != -1)
            ::close(std::exchange(end_, -1));
    }

    const std::string lock_file_;
    const int file_events_ = ::inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    int watch_ = -1;
    std::int64_t holder_ = 0;
    /// A descriptor that becomes readable when the holder ends.
    int end_ = -1;
};

change_watch::change_watch(std::string lock_file)
    : implementation_(std::make_unique<implementation>(std::move(lock_file)))
{
}

change_watch::~change_watch() = default;

bool change_watch::begin(std::int64_t holder)
{
    return implementation_->begin(holder);
}

void change_watch::sleep(std::chrono::steady_clock::duration longest)
{
    implementation_->sleep(longest);
}

}  // namespace socketlock::tool
