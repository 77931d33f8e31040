// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// What a lock under test protects: memory that processes share by way of a file.

#ifndef SOCKETLOCK_TEST_PROCESS_OCCUPANCY_HPP
#define SOCKETLOCK_TEST_PROCESS_OCCUPANCY_HPP

#include <atomic>
#include <cstdint>
#include <fcntl.h>
#include <stdexcept>
#include <string>
#include <sys/mman.h>
#include <thread>
#include <unistd.h>

namespace test {

class occupancy
{
public:
    /// Creates the file where it is missing.
    explicit occupancy(const std::string& path)
    {
        const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
        if (descriptor < 0 || ::ftruncate(descriptor, sizeof(room)) != 0)
            throw std::runtime_error("cannot open " + path);
        void* const memory = ::mmap(
            nullptr,
            sizeof(room),
            PROT_READ | PROT_WRITE,
            MAP_SHARED,
            descriptor,
            0
        );
        ::close(descriptor);
        if (memory == MAP_FAILED)
            throw std::runtime_error("cannot map " + path);
        room_ = static_cast<room*>(memory);
    }
    occupancy(occupancy&&) = delete;
    ~occupancy() { ::munmap(room_, sizeof(room)); }

    void start(bool on = true) { room_->started = on; }

    void wait_for_start() const
    {
        while (!room_->started)
            std::this_thread::yield();
    }

    /// Enters the room and leaves it; 1 if somebody else was there meanwhile.
    int visit(std::int64_t who)
    {
        const bool was_empty = room_->occupant.exchange(who) == 0;
        // Two steps, which two visitors at a time would get wrong.
        const std::int64_t visits = room_->visits;
        std::this_thread::yield();
        room_->visits = visits + 1;
        return was_empty && room_->occupant.exchange(0) == who ? 0 : 1;
    }

    std::int64_t visits() const { return room_->visits; }

private:
    struct room
    {
        std::atomic<bool> started;
        std::atomic<std::int64_t> occupant;
        std::atomic<std::int64_t> visits;
    };

    room* room_;
};

}  // namespace test

#endif
