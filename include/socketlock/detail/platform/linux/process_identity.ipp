// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#ifndef SOCKETLOCK_DETAIL_PLATFORM_LINUX_PROCESS_IDENTITY_IPP
#define SOCKETLOCK_DETAIL_PLATFORM_LINUX_PROCESS_IDENTITY_IPP

#include <socketlock/detail/platform/process_identity.hpp>

#include <cerrno>
#include <climits>
#include <csignal>
#include <fcntl.h>
#include <optional>
#include <sstream>
#include <string_view>
#include <unistd.h>

namespace socketlock::detail {

inline std::string link_target(const char* path)
{
    char text[4096];
    const ::ssize_t n = ::readlink(path, text, sizeof text);
    return n > 0 ? std::string(text, static_cast<std::size_t>(n)) : std::string();
}

// The beginning of a file that the kernel makes up; empty if it cannot be read.
inline std::string read_proc(const std::string& path)
{
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0)
        return {};
    char text[4096];
    const ::ssize_t n = ::read(descriptor, text, sizeof text);
    ::close(descriptor);
    return n > 0 ? std::string(text, static_cast<std::size_t>(n)) : std::string();
}

// Random at every boot.
inline std::string boot_id()
{
    return read_proc("/proc/sys/kernel/random/boot_id").substr(0, 36);
}

// What /proc/PID/stat says.
struct process_stat
{
    char state = 0;
    long threads = 0;
    std::uint64_t start_time = 0;
};

inline std::optional<process_stat> read_stat(const std::string& directory)
{
    const std::string text = read_proc(directory + "/stat");
    // The name of the program, in parentheses, may contain anything.
    const auto name_end = text.rfind(')');
    if (name_end == text.npos)
        return std::nullopt;
    std::istringstream fields(text.substr(name_end + 1));
    process_stat result;
    fields >> result.state;
    std::string other;
    for (int field = 4; field < 20; ++field)
        fields >> other;
    fields >> result.threads >> other >> result.start_time;
    return fields ? std::optional(result) : std::nullopt;
}

// True if /proc shows the processes by the numbers that they have for this one. It may be that of
// an outer namespace, where this process has one number for each namespace that it is in.
inline bool proc_is_of_our_namespace()
{
    const std::string text = read_proc("/proc/self/status");
    static constexpr std::string_view key = "\nNSpid:";
    const auto begin = text.find(key);
    if (begin == text.npos)
        return false;
    const auto end = text.find('\n', begin + key.size());
    std::istringstream numbers(text.substr(begin + key.size(), end - begin - key.size()));
    std::int64_t number = 0;
    std::int64_t another = 0;
    return numbers >> number && number == this_process_id() && !(numbers >> another);
}

SOCKETLOCK_DECL bool is_other_pid_namespace(const std::string& pid_namespace)
{
    const std::string own = link_target("/proc/self/ns/pid");
    return !pid_namespace.empty() && !own.empty() && pid_namespace != own;
}

SOCKETLOCK_DECL bool is_over(const process_identity& process)
{
    // Elsewhere, or at another time, somebody else has this number.
    if (process.pid <= 0 || process.pid > INT_MAX || process.boot_id.empty() ||
        process.boot_id != boot_id() || process.pid_namespace.empty() ||
        process.pid_namespace != link_target("/proc/self/ns/pid") ||
        process.time_namespace != link_target("/proc/self/ns/time"))
        return false;
    if (::kill(static_cast<::pid_t>(process.pid), 0) != 0 && errno == ESRCH)
        return true;
    // Of others' processes nothing may be told, or the wrong thing.
    if (!proc_is_of_our_namespace())
        return false;
    const auto found = read_stat("/proc/" + std::to_string(process.pid));
    if (!found)
        return false;
    if (process.start_time != 0 && found->start_time != process.start_time)
        return true;
    // One whose first thread has ended looks like that while the others run.
    return (found->state == 'Z' || found->state == 'X') && found->threads == 1;
}

SOCKETLOCK_DECL process_identity this_process()
{
    process_identity result;
    result.pid = this_process_id();
    if (const auto stat = read_stat("/proc/self"))
        result.start_time = stat->start_time;
    result.boot_id = boot_id();
    result.pid_namespace = link_target("/proc/self/ns/pid");
    result.time_namespace = link_target("/proc/self/ns/time");
    result.net_namespace = link_target("/proc/self/ns/net");
    result.executable = link_target("/proc/self/exe");
    char host[256] = {};
    if (::gethostname(host, sizeof host - 1) == 0)
        result.host = host;
    return result;
}

}  // namespace socketlock::detail

#endif
