// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#ifndef SOCKETLOCK_CONFIG_HPP
#define SOCKETLOCK_CONFIG_HPP

/// @file
/// The library's version, and how it is compiled.

#include <boost/config.hpp>
#include <boost/system/error_code.hpp>

/// The library's version: major * 10000 + minor * 100 + patch.
#define SOCKETLOCK_VERSION 200
/// The library's version as text.
#define SOCKETLOCK_VERSION_STRING "0.2.0"

// SOCKETLOCK_SEPARATE_COMPILATION: the function bodies are in a library that was built from
// <socketlock/src.hpp>. Without it the library is header-only.
// SOCKETLOCK_DYN_LINK: that library is a shared one. SOCKETLOCK_SOURCE: it is being built.
/// @cond
#if defined(SOCKETLOCK_SEPARATE_COMPILATION)
#if defined(SOCKETLOCK_DYN_LINK)
#if defined(SOCKETLOCK_SOURCE)
#define SOCKETLOCK_DECL BOOST_SYMBOL_EXPORT
#else
#define SOCKETLOCK_DECL BOOST_SYMBOL_IMPORT
#endif
#else
#define SOCKETLOCK_DECL
#endif
#else
#define SOCKETLOCK_HEADER_ONLY 1
#define SOCKETLOCK_DECL inline
#endif
/// @endcond

namespace boost::asio {
}

/// A lock between processes: at most one process (and one lock object in it) holds a name.
namespace socketlock {

namespace asio = boost::asio;
using boost::system::error_code;

}  // namespace socketlock

#endif
