// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// The separately compiled library.

#include <socketlock/src.hpp>
