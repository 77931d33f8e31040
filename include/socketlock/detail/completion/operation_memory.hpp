// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// The memory of an asynchronous operation, all of which is allocated when it is started.

#ifndef SOCKETLOCK_DETAIL_COMPLETION_OPERATION_MEMORY_HPP
#define SOCKETLOCK_DETAIL_COMPLETION_OPERATION_MEMORY_HPP

#include <array>
#include <atomic>
#include <cstddef>
#include <memory>

namespace socketlock::detail {

/**
 * One block: the operation, and room for what an executor allocates when the operation is posted to
 * it; a strand allocates twice. Executors free that before they call what was posted; should one do
 * so later, the block is there as long.
 */
template <class Operation>
class operation_memory
{
    using allocator_type = typename Operation::allocator_type;
    using own_allocator = typename std::allocator_traits<allocator_type>::template rebind_alloc<
        operation_memory>;
    using own_traits = std::allocator_traits<own_allocator>;

public:
    static operation_memory* create(const allocator_type& from)
    {
        own_allocator alloc(from);
        return new (own_traits::allocate(alloc, 1)) operation_memory;
    }

    static operation_memory& of(void* object) noexcept
    {
        // The first member.
        return *static_cast<operation_memory*>(object);
    }

    void* object() noexcept { return object_; }

    /// Null if it is too small, or in use.
    void* take_room(std::size_t size) noexcept
    {
        for (room& r : rooms_)
        {
            if (size > sizeof r.bytes || r.is_taken.exchange(true))
                continue;
            users_.fetch_add(1);
            return r.bytes;
        }
        return nullptr;
    }
    /// False if it is none of this memory's.
    bool return_room(void* p, const allocator_type& to) noexcept
    {
        for (room& r : rooms_)
        {
            if (p != r.bytes)
                continue;
            r.is_taken = false;
            let_go(to);
            return true;
        }
        return false;
    }

    /// Called when the object is destroyed.
    void let_go(const allocator_type& to) noexcept
    {
        if (users_.fetch_sub(1) != 1)
            return;
        own_allocator alloc(to);
        this->~operation_memory();
        own_traits::deallocate(alloc, this, 1);
    }

private:
    struct room
    {
        alignas(std::max_align_t) unsigned char bytes[Operation::room_size];
        std::atomic<bool> is_taken{false};
    };

    operation_memory() = default;
    ~operation_memory() = default;

    alignas(Operation) unsigned char object_[sizeof(Operation)];
    std::array<room, 2> rooms_;
    std::atomic<unsigned> users_{1};
};

/// Allocates from the room of an operation's memory, and where that does not do from the handler's
/// allocator.
template <class T, class Memory, class Allocator>
class room_allocator
{
    using traits = typename std::allocator_traits<Allocator>;

public:
    using value_type = T;
    template <class U>
    struct rebind
    {
        using other = room_allocator<U, Memory, Allocator>;
    };

    room_allocator(Memory& memory, const Allocator& other) noexcept
        : memory_(&memory), other_(other)
    {
    }
    template <class U>
    room_allocator(const room_allocator<U, Memory, Allocator>& other) noexcept
        : memory_(other.memory_), other_(other.other_)
    {
    }

    T* allocate(std::size_t n)
    {
        static_assert(alignof(T) <= alignof(std::max_align_t));
        if (void* const room = memory_->take_room(n * sizeof(T)))
            return static_cast<T*>(room);
        typename traits::template rebind_alloc<T> other(other_);
        return other.allocate(n);
    }
    void deallocate(T* p, std::size_t n) noexcept
    {
        // That may be the end of the memory, and of nothing here.
        if (memory_->return_room(p, other_))
            return;
        typename traits::template rebind_alloc<T> other(other_);
        other.deallocate(p, n);
    }

    friend bool operator==(const room_allocator& a, const room_allocator& b) noexcept
    {
        return a.memory_ == b.memory_;
    }
    friend bool operator!=(const room_allocator& a, const room_allocator& b) noexcept
    {
        return a.memory_ != b.memory_;
    }

private:
    template <class U, class M, class A>
    friend class room_allocator;

    Memory* memory_;
    Allocator other_;
};

}  // namespace socketlock::detail

#endif
