// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// The one place that knows which system this is.

#ifndef SOCKETLOCK_IMPL_PLATFORM_IPP
#define SOCKETLOCK_IMPL_PLATFORM_IPP

#include <socketlock/config.hpp>

// SOCKETLOCK_PLAIN_POSIX: what is for POSIX only, on Linux, too. For tests.
#if defined(__linux__) && !defined(SOCKETLOCK_PLAIN_POSIX)

#include <socketlock/impl/directory_posix.ipp>
#include <socketlock/impl/directory_watch_linux.ipp>
#include <socketlock/impl/file_posix.ipp>
#include <socketlock/impl/fork_posix.ipp>
#include <socketlock/impl/guard_linux.ipp>
#include <socketlock/impl/positioned_io_linux.ipp>
#include <socketlock/impl/process_identity_linux.ipp>
#include <socketlock/impl/signal_mask_posix.ipp>
#include <socketlock/impl/socket_posix.ipp>
#include <socketlock/impl/stream_socket_linux.ipp>

#elif defined(__unix__) || defined(__APPLE__)

#include <socketlock/impl/directory_posix.ipp>
#include <socketlock/impl/directory_watch_posix.ipp>
#include <socketlock/impl/file_posix.ipp>
#include <socketlock/impl/fork_posix.ipp>
#include <socketlock/impl/guard_interprocess.ipp>
#include <socketlock/impl/positioned_io_posix.ipp>
#include <socketlock/impl/process_identity_posix.ipp>
#include <socketlock/impl/signal_mask_posix.ipp>
#include <socketlock/impl/socket_posix.ipp>
#include <socketlock/impl/stream_socket_posix.ipp>

#else
#error "socketlock does not know this system yet: it runs on Linux and POSIX"
#endif

#endif
