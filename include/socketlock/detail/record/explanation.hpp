// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// Errors in words, with what can be seen of their causes.

#ifndef SOCKETLOCK_DETAIL_RECORD_EXPLANATION_HPP
#define SOCKETLOCK_DETAIL_RECORD_EXPLANATION_HPP

#include <socketlock/config.hpp>
#include <socketlock/detail/platform/directory.hpp>
#include <socketlock/detail/record/lock_address.hpp>

#include <string>

namespace socketlock::detail {

/// The message of `ec`, and in parentheses whose directory, file or presence is in the way and what
/// has chosen the directory, where that matters.
SOCKETLOCK_DECL std::string explain_error(const error_code& ec, const lock_address& where);

/// The same of an error that concerns the directory as a whole.
SOCKETLOCK_DECL std::string explain_error(const error_code& ec, const directory_choice& directory);

}  // namespace socketlock::detail

#endif
