// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// Scenarios of processes that wait for each other.

#ifndef SOCKETLOCK_TEST_PROCESS_CRASH_QUEUE_SCENARIO_HPP
#define SOCKETLOCK_TEST_PROCESS_CRASH_QUEUE_SCENARIO_HPP

#include "scenario.hpp"
#include "traced_process.hpp"

namespace crash {

// What is killed is

/// the holder that reserves the lock for a waiter that is attached, or parked.
kill_point hand_over(const scene& s);
kill_point hand_over_to_parked(const scene& s);
/// a waiter that is attached, or parked, and takes the lock that is reserved for it, while another
/// one waits behind it.
kill_point wait_attached(const scene& s);
kill_point wait_parked(const scene& s);
/// a waiter that is attached, or parked, and gives up, while another one waits behind it.
kill_point give_up_attached(const scene& s);
kill_point give_up_parked(const scene& s);
/// a waiter that gives up when the lock is reserved for it, while another one waits.
kill_point decline(const scene& s);
/// whoever comes when the lock is reserved for a dead process; and the record may be damaged.
kill_point reserved_for_dead(const scene& s);
kill_point reserved_in_damaged_record(const scene& s);

}  // namespace crash

#endif
