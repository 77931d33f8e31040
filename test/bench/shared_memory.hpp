// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#ifndef SOCKETLOCK_BENCH_SHARED_MEMORY_HPP
#define SOCKETLOCK_BENCH_SHARED_MEMORY_HPP

#include <new>
#include <sys/mman.h>

#include "descriptor.hpp"

namespace bench {

/// An object that forked children share. Never destroyed as such: `T` has nothing to destroy.
template <class T>
class shared_memory
{
public:
    shared_memory()
    {
        void* const at = ::mmap(
            nullptr,
            sizeof(T),
            PROT_READ | PROT_WRITE,
            MAP_SHARED | MAP_ANONYMOUS,
            -1,
            0
        );
        object_ = new (checked(at, "mmap")) T();
    }
    shared_memory(shared_memory&& other) noexcept : object_(std::exchange(other.object_, nullptr))
    {
    }
    shared_memory& operator=(shared_memory&&) = delete;
    ~shared_memory()
    {
        if (object_ != nullptr)
            ::munmap(static_cast<void*>(object_), sizeof(T));
    }

    T& operator*() const noexcept { return *object_; }
    T* operator->() const noexcept { return object_; }

private:
    T* object_;
};

}  // namespace bench

#endif
