// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// Chooses the files of this system.

#include "child_posix.ipp"
#include "signals_posix.ipp"
#include "standard_streams_posix.ipp"

#if defined(__linux__)
#include "change_watch_linux.ipp"
#include "parent_death_linux.ipp"
#else
#include "change_watch_posix.ipp"
#include "parent_death_posix.ipp"
#endif
