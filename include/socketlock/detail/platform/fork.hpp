// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// What a child process must know about its parent: that it is not the parent, and which descriptors
// to close. One mutex guards everything that both sides of a fork may touch, and fork itself waits
// for it; it is held for a few instructions, or for one system call that does not block.

#ifndef SOCKETLOCK_DETAIL_PLATFORM_FORK_HPP
#define SOCKETLOCK_DETAIL_PLATFORM_FORK_HPP

#include <socketlock/config.hpp>

#include <cstdint>
#include <memory>
#include <mutex>

namespace socketlock::detail {

/// Differs between a process and its children: what was created under another number is not ours.
SOCKETLOCK_DECL std::uint64_t fork_generation() noexcept;

/// A mutex that no other thread holds after a fork. While it is held, nothing but `library_mutex()`
/// may be locked, and no code of the user may run.
SOCKETLOCK_DECL std::mutex& fork_mutex();

/// Another one, held while we use a library with locks of its own: a lock that another thread holds
/// at the fork stays locked in the child. A leaf.
SOCKETLOCK_DECL std::mutex& library_mutex();

/// Makes a child close this descriptor. Call it, and open the descriptor, under `fork_mutex()`.
SOCKETLOCK_DECL void remember_descriptor(int descriptor);

/// Keeps what a child cannot destroy, since its parent's threads may have been using it.
SOCKETLOCK_DECL void leak_after_fork(std::shared_ptr<void> thing);

/// Call it, and close the descriptor, under `fork_mutex()`.
SOCKETLOCK_DECL void forget_descriptor(int descriptor) noexcept;

}  // namespace socketlock::detail

#endif
