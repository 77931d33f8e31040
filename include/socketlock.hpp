// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// All of socketlock.

#ifndef SOCKETLOCK_HPP
#define SOCKETLOCK_HPP

#include <socketlock/config.hpp>
#include <socketlock/error.hpp>
#include <socketlock/holder_info.hpp>
#include <socketlock/options.hpp>
#include <socketlock/process_lock.hpp>
#include <socketlock/scoped_lock.hpp>
#include <socketlock/single_instance.hpp>
#include <socketlock/status.hpp>

#endif
