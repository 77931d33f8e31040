// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// The only place that knows which system this is.

#ifndef SOCKETLOCK_DETAIL_PLATFORM_PLATFORM_IPP
#define SOCKETLOCK_DETAIL_PLATFORM_PLATFORM_IPP

#include <socketlock/config.hpp>

// SOCKETLOCK_PLAIN_POSIX: uses the plain POSIX parts on Linux, too. For tests.
#if defined(__linux__) && !defined(SOCKETLOCK_PLAIN_POSIX)

#include <socketlock/detail/platform/linux/directory_watch.ipp>
#include <socketlock/detail/platform/linux/environment.ipp>
#include <socketlock/detail/platform/linux/guard.ipp>
#include <socketlock/detail/platform/linux/liveness_lock.ipp>
#include <socketlock/detail/platform/linux/process_identity.ipp>
#include <socketlock/detail/platform/linux/stream_socket.ipp>
#include <socketlock/detail/platform/posix/access.ipp>
#include <socketlock/detail/platform/posix/crypto_openssl.ipp>
#include <socketlock/detail/platform/posix/directory.ipp>
#include <socketlock/detail/platform/posix/file.ipp>
#include <socketlock/detail/platform/posix/fork.ipp>
#include <socketlock/detail/platform/posix/interprocess_file_lock.ipp>
#include <socketlock/detail/platform/posix/owned_descriptor.ipp>
#include <socketlock/detail/platform/posix/random.ipp>
#include <socketlock/detail/platform/posix/signal_mask.ipp>
#include <socketlock/detail/platform/posix/socket.ipp>

#elif defined(__unix__) || defined(__APPLE__)

#include <socketlock/detail/platform/posix/access.ipp>
#include <socketlock/detail/platform/posix/crypto_openssl.ipp>
#include <socketlock/detail/platform/posix/directory.ipp>
#include <socketlock/detail/platform/posix/directory_watch.ipp>
#include <socketlock/detail/platform/posix/environment.ipp>
#include <socketlock/detail/platform/posix/file.ipp>
#include <socketlock/detail/platform/posix/fork.ipp>
#include <socketlock/detail/platform/posix/guard.ipp>
#include <socketlock/detail/platform/posix/interprocess_file_lock.ipp>
#include <socketlock/detail/platform/posix/liveness_lock.ipp>
#include <socketlock/detail/platform/posix/owned_descriptor.ipp>
#include <socketlock/detail/platform/posix/process_identity.ipp>
#include <socketlock/detail/platform/posix/random.ipp>
#include <socketlock/detail/platform/posix/signal_mask.ipp>
#include <socketlock/detail/platform/posix/socket.ipp>
#include <socketlock/detail/platform/posix/stream_socket.ipp>

#else
#error "socketlock does not know this system yet: it runs on Linux and POSIX"
#endif

#endif
