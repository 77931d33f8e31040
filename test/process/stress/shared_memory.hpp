// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#ifndef SOCKETLOCK_TEST_PROCESS_STRESS_SHARED_MEMORY_HPP
#define SOCKETLOCK_TEST_PROCESS_STRESS_SHARED_MEMORY_HPP

#include <new>
#include <stdexcept>
#include <sys/mman.h>

namespace stress {

/// An object in memory that is shared with the children of this process.
template <class T>
class shared
{
public:
    shared()
    {
        const int flags = MAP_SHARED | MAP_ANONYMOUS;
        void* const memory = ::mmap(nullptr, sizeof(T), PROT_READ | PROT_WRITE, flags, -1, 0);
        if (memory == MAP_FAILED)
            throw std::runtime_error("mmap failed");
        object_ = new (memory) T;
    }
    shared(shared&&) = delete;
    ~shared() { ::munmap(object_, sizeof(T)); }

    T& operator*() const noexcept { return *object_; }
    T* operator->() const noexcept { return object_; }

private:
    T* object_;
};

}  // namespace stress

#endif
