// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// The part of the library that is free of I/O, for tests that want to be built in seconds: with the
// hashes that it needs, and without Boost.Asio.

#define SOCKETLOCK_SOURCE

#include <socketlock/detail/common/id.ipp>
#include <socketlock/detail/platform/posix/crypto_openssl.ipp>
#include <socketlock/detail/platform/posix/fork.ipp>
#include <socketlock/detail/queue/claim_machine.ipp>
#include <socketlock/detail/queue/claim_machine_ending.ipp>
#include <socketlock/detail/queue/claim_machine_successors.ipp>
#include <socketlock/detail/queue/claim_request.ipp>
#include <socketlock/detail/record/lock_name.ipp>
#include <socketlock/detail/record/presence_info.ipp>
#include <socketlock/detail/record/record.ipp>
#include <socketlock/detail/record/record_cache.ipp>
#include <socketlock/detail/record/record_scanner.ipp>
#include <socketlock/detail/record/record_text.ipp>
#include <socketlock/detail/record/record_writer.ipp>
#include <socketlock/detail/wire/frame.ipp>
#include <socketlock/detail/wire/handshake.ipp>
#include <socketlock/detail/wire/message.ipp>
#include <socketlock/impl/error.ipp>
#include <socketlock/impl/holder_info.ipp>

#ifdef BOOST_ASIO_VERSION
#error "what is free of I/O includes Boost.Asio"
#endif
