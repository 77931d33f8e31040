// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// The bodies. Include it in exactly one source file of a program that defines
// SOCKETLOCK_SEPARATE_COMPILATION and is not linked with the library.

#ifndef SOCKETLOCK_SRC_HPP
#define SOCKETLOCK_SRC_HPP

#include <socketlock/config.hpp>
#include <socketlock/impl/caretaker.ipp>
#include <socketlock/impl/claim.ipp>
#include <socketlock/impl/claim_links.ipp>
#include <socketlock/impl/claim_machine.ipp>
#include <socketlock/impl/claim_machine_successors.ipp>
#include <socketlock/impl/claim_timers.ipp>
#include <socketlock/impl/crypto_openssl.ipp>
#include <socketlock/impl/endpoint.ipp>
#include <socketlock/impl/error.ipp>
#include <socketlock/impl/frame.ipp>
#include <socketlock/impl/framed_socket.ipp>
#include <socketlock/impl/handshake.ipp>
#include <socketlock/impl/holder_info.ipp>
#include <socketlock/impl/id.ipp>
#include <socketlock/impl/interprocess_file_lock.ipp>
#include <socketlock/impl/lock_address.ipp>
#include <socketlock/impl/lock_core.ipp>
#include <socketlock/impl/lock_entry.ipp>
#include <socketlock/impl/lock_file.ipp>
#include <socketlock/impl/lock_name.ipp>
#include <socketlock/impl/message.ipp>
#include <socketlock/impl/peer_session.ipp>
#include <socketlock/impl/platform.ipp>
#include <socketlock/impl/predecessor_link.ipp>
#include <socketlock/impl/presence.ipp>
#include <socketlock/impl/presence_info.ipp>
#include <socketlock/impl/query.ipp>
#include <socketlock/impl/record.ipp>
#include <socketlock/impl/record_cache.ipp>
#include <socketlock/impl/record_text.ipp>
#include <socketlock/impl/runtime.ipp>
#include <socketlock/impl/runtime_directories.ipp>
#include <socketlock/impl/scoped_lock.ipp>

#endif
