// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// Processes that may have no sockets but those of AF_UNIX, as some services.

#ifndef SOCKETLOCK_TEST_PROCESS_FORBIDDEN_SOCKETS_HPP
#define SOCKETLOCK_TEST_PROCESS_FORBIDDEN_SOCKETS_HPP

#include <cstddef>
#include <cstdint>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace test {

/// From now on all others fail with `error`, for all threads. False if the system does not do that.
inline bool forbid_ip_sockets(int error)
{
    const auto when_denied = static_cast<std::uint32_t>(error);
    ::sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(::seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_socket, 0, 3),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(::seccomp_data, args[0])),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AF_UNIX, 1, 0),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | when_denied),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    const ::sock_fprog filter{sizeof code / sizeof *code, code};
    return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           ::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &filter) == 0;
}

}  // namespace test

#endif
