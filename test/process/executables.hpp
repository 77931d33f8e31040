// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// The other executables that the tests use. CMake knows where they are when it compiles the tests,
// b2 only when it runs them.

#ifndef SOCKETLOCK_TEST_PROCESS_EXECUTABLES_HPP
#define SOCKETLOCK_TEST_PROCESS_EXECUTABLES_HPP

#include <cstdlib>
#include <stdexcept>
#include <string>

inline std::string executable_from_environment(const char* variable)
{
    const char* const path = std::getenv(variable);
    if (!path)
        throw std::runtime_error(std::string(variable) + " is not set");
    return path;
}

#ifndef SOCKETLOCK_TEST_LOCK_PEER
#define SOCKETLOCK_TEST_LOCK_PEER executable_from_environment("SOCKETLOCK_PEER")
#endif
#ifndef SOCKETLOCK_TEST_LIBRARY_COPY
#define SOCKETLOCK_TEST_LIBRARY_COPY executable_from_environment("SOCKETLOCK_LIBRARY_COPY")
#endif
#ifndef SOCKETLOCK_TEST_TOOL
#define SOCKETLOCK_TEST_TOOL executable_from_environment("SOCKETLOCK_TOOL")
#endif

inline std::string lock_peer_path()
{
    return SOCKETLOCK_TEST_LOCK_PEER;
}

inline std::string library_copy_path()
{
    return SOCKETLOCK_TEST_LIBRARY_COPY;
}

inline std::string tool_path()
{
    return SOCKETLOCK_TEST_TOOL;
}

#endif
