// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// The function bodies. Include it in exactly one source file of a program that defines
// SOCKETLOCK_SEPARATE_COMPILATION and is not linked with the library.

#ifndef SOCKETLOCK_SRC_HPP
#define SOCKETLOCK_SRC_HPP

#include <socketlock/config.hpp>
#include <socketlock/detail/common/id.ipp>
#include <socketlock/detail/completion/deadlines.ipp>
#include <socketlock/detail/completion/io_thread.ipp>
#include <socketlock/detail/completion/lock_backend.ipp>
#include <socketlock/detail/completion/lock_core.ipp>
#include <socketlock/detail/completion/lock_service.ipp>
#include <socketlock/detail/completion/operation_count.ipp>
#include <socketlock/detail/platform/platform.ipp>
#include <socketlock/detail/process/directories.ipp>
#include <socketlock/detail/process/file_maintenance.ipp>
#include <socketlock/detail/process/local_backend.ipp>
#include <socketlock/detail/process/query.ipp>
#include <socketlock/detail/process/registry.ipp>
#include <socketlock/detail/process/runtime.ipp>
#include <socketlock/detail/queue/claim.ipp>
#include <socketlock/detail/queue/claim_links.ipp>
#include <socketlock/detail/queue/claim_machine.ipp>
#include <socketlock/detail/queue/claim_machine_ending.ipp>
#include <socketlock/detail/queue/claim_machine_successors.ipp>
#include <socketlock/detail/queue/claim_request.ipp>
#include <socketlock/detail/queue/claim_timers.ipp>
#include <socketlock/detail/queue/lock_directory.ipp>
#include <socketlock/detail/queue/lock_entry.ipp>
#include <socketlock/detail/queue/predecessor_link.ipp>
#include <socketlock/detail/queue/successor_session.ipp>
#include <socketlock/detail/record/explanation.ipp>
#include <socketlock/detail/record/holder_lookup.ipp>
#include <socketlock/detail/record/lock_address.ipp>
#include <socketlock/detail/record/lock_file.ipp>
#include <socketlock/detail/record/lock_name.ipp>
#include <socketlock/detail/record/presence.ipp>
#include <socketlock/detail/record/presence_info.ipp>
#include <socketlock/detail/record/presence_tester.ipp>
#include <socketlock/detail/record/record.ipp>
#include <socketlock/detail/record/record_cache.ipp>
#include <socketlock/detail/record/record_scanner.ipp>
#include <socketlock/detail/record/record_text.ipp>
#include <socketlock/detail/record/record_writer.ipp>
#include <socketlock/detail/wire/accepted_link.ipp>
#include <socketlock/detail/wire/authenticated_link.ipp>
#include <socketlock/detail/wire/frame.ipp>
#include <socketlock/detail/wire/framed_socket.ipp>
#include <socketlock/detail/wire/handshake.ipp>
#include <socketlock/detail/wire/kept_connection.ipp>
#include <socketlock/detail/wire/listener.ipp>
#include <socketlock/detail/wire/message.ipp>
#include <socketlock/impl/error.ipp>
#include <socketlock/impl/holder_info.ipp>
#include <socketlock/impl/scoped_lock.ipp>
#include <socketlock/impl/status.ipp>

#endif
