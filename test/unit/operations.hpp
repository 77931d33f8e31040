// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#ifndef SOCKETLOCK_TEST_UNIT_OPERATIONS_HPP
#define SOCKETLOCK_TEST_UNIT_OPERATIONS_HPP

#include <socketlock/process_lock.hpp>

#include <chrono>
#include <type_traits>
#include <utility>

/**
 * Calls `use(start)` for every asynchronous operation, in an order in which each succeeds if the
 * one before is complete, on a lock that nobody else wants. `start(lock, token)` starts it.
 */
template <class Use>
void for_every_operation(Use use)
{
    using std::chrono::hours;
    using clock = std::chrono::steady_clock;
    const auto unlock = [](auto& lock, auto&& token) { lock.async_unlock(std::move(token)); };
    use([](auto& lock, auto&& token) { lock.async_lock(std::move(token)); });
    use([](auto& lock, auto&& token) { lock.async_holder(std::move(token)); });
    use(unlock);
    use([](auto& lock, auto&& token) { lock.async_try_lock(std::move(token)); });
    use(unlock);
    use([](auto& lock, auto&& token) { lock.async_try_lock_for(hours(1), std::move(token)); });
    use(unlock);
    use([](auto& lock, auto&& token) { lock.async_try_lock_until(clock::now(), std::move(token)); }
    );
    use(unlock);
    use([](auto& lock, auto&& token) { lock.async_scoped_lock(std::move(token)); });
}

/// The same for operations that fail at once, on a lock that holds if `owns` is passed as true.
template <class Use>
void for_every_immediate_failure(Use use)
{
    using std::chrono::hours;
    constexpr auto owner = std::true_type();
    constexpr auto not_owner = std::false_type();
    use(owner, [](auto& lock, auto&& token) { lock.async_lock(std::move(token)); });
    use(owner, [](auto& lock, auto&& token) { lock.async_try_lock(std::move(token)); });
    use(owner,
        [](auto& lock, auto&& token) { lock.async_try_lock_for(hours(1), std::move(token)); });
    use(owner, [](auto& lock, auto&& token) { lock.async_scoped_lock(std::move(token)); });
    use(not_owner, [](auto& lock, auto&& token) { lock.async_unlock(std::move(token)); });
    use(not_owner, [](auto& lock, auto&& token) { lock.async_wait_contended(std::move(token)); });
    use(not_owner, [](auto& lock, auto&& token) { lock.async_wait_lost(std::move(token)); });
}

#endif
