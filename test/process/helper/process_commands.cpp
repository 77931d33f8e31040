// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#include <boost/asio/execution_context.hpp>
#include <boost/asio/post.hpp>

#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <future>
#include <grp.h>
#include <malloc.h>
#include <memory>
#include <sstream>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include "../forbidden_sockets.hpp"
#include "program.hpp"

namespace test {

namespace {

// What is open, such as "0=socket:[1234]". Needs no descriptor.
std::string list_descriptors()
{
    std::string result;
    for (int descriptor = 0; descriptor < 4096; ++descriptor)
    {
        const std::string number = std::to_string(descriptor);
        char target[4096] = {};
        if (::readlink(("/proc/self/fd/" + number).c_str(), target, sizeof target - 1) >= 0)
            result += (result.empty() ? "" : " ") + number + '=' + target;
    }
    return result;
}

// Bytes that are allocated; 0 if that is not known.
std::size_t heap_size()
{
#if defined(__GLIBC__) && __GLIBC_PREREQ(2, 33)
    const auto now = ::mallinfo2();
    return now.uordblks + now.hblkhd;
#else
    return 0;
#endif
}

// Runs a shell command and answers its output, on one line.
std::string run_command(const std::string& command)
{
    std::FILE* const pipe = ::popen(command.c_str(), "re");
    std::string output;
    for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe))
        output += c == '\n' ? ' ' : static_cast<char>(c);
    ::pclose(pipe);
    return output;
}

// Opens, reads and closes all files of a directory, as a backup would.
std::string read_files(const std::string& directory)
{
    for (const auto& entry : std::filesystem::directory_iterator(directory))
    {
        std::ifstream file(entry.path(), std::ios::binary);
        std::stringstream() << file.rdbuf();
    }
    return "ok";
}

// Makes a copy of the process as a fork does, but without its handlers, and answers its pid. The
// copy does nothing.
std::string copy_process()
{
    const long copy = ::syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
    if (copy != 0)
        return std::to_string(copy);
    // The other side shall see the end of the process itself.
    ::close(STDIN_FILENO);
    ::close(STDOUT_FILENO);
    // If nobody kills it.
    ::alarm(120);
    while (true)
        ::pause();
}

// Locks a file like a process in the middle of a transaction.
bool keep_guard(const std::string& path)
{
    const int file = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
    struct ::flock whole = {};
    whole.l_type = F_WRLCK;
    whole.l_whence = SEEK_SET;
    return ::fcntl(file, F_SETLK, &whole) == 0;
}

// Becomes a user with a group of its own, and a member of `group` if that is not 0.
bool become(::uid_t id, ::gid_t group)
{
    return ::setgroups(group != 0 ? 1 : 0, &group) == 0 && ::setgid(id) == 0 && ::setuid(id) == 0;
}

// Makes a connection to a socket both standard input and output.
bool talk_to(const std::string& path)
{
    const int connection = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ::sockaddr_un address = {};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    auto* const generic = reinterpret_cast<::sockaddr*>(&address);
    const bool done = ::connect(connection, generic, sizeof address) == 0 &&
                      ::dup2(connection, STDIN_FILENO) >= 0 &&
                      ::dup2(connection, STDOUT_FILENO) >= 0;
    ::close(connection);
    return done;
}

}  // namespace

std::optional<std::string> program::on_process_command(const std::string& command, words& w)
{
    const auto ok_if = [](bool done) { return done ? "ok" : "failed"; };
    if (command == "pid")
        return std::to_string(::getpid());
    if (command == "block")
        return block();
    if (command == "loop")
    {
        // Whether the io_context still runs what is posted to it.
        const auto done = std::make_shared<std::promise<void>>();
        asio::post(io_.context, [done] { done->set_value(); });
        // Less than the five seconds for which a guard is tried.
        const auto limit = std::chrono::seconds(4);
        return done->get_future().wait_for(limit) == std::future_status::ready ? "ok" : "stuck";
    }
    if (command == "exit")
        std::_Exit(0);
    if (command == "fork")
        return fork(w.rest());
    if (command == "copy")
        return copy_process();
    if (command == "read_files")
        return read_files(w.rest());
    if (command == "run")
        return run_command(w.rest());
    if (command == "setenv")
    {
        const auto name = w.next<std::string>();
        return ok_if(::setenv(name.c_str(), w.rest().c_str(), 1) == 0);
    }
    if (command == "keep_guard")
        return ok_if(keep_guard(w.rest()));
    if (command == "umask")
    {
        ::umask(static_cast<::mode_t>(std::stoul(w.rest(), nullptr, 8)));
        return "ok";
    }
    if (command == "setuid")
    {
        const auto id = w.next<::uid_t>();
        return ok_if(become(id, w.next<::gid_t>()));
    }
    if (command == "forbid_ip_sockets")
        return ok_if(forbid_ip_sockets(w.next()));
    if (command == "descriptors")
        return list_descriptors();
    if (command == "heap")
        return std::to_string(heap_size());
    if (command == "exhaust")
        return exhaust(w.next());
    if (command == "relax")
    {
        for (const int descriptor : hoard_)
            ::close(descriptor);
        hoard_.clear();
        return "ok";
    }
    return std::nullopt;
}

// Keeps the io_context's thread busy forever.
std::string program::block()
{
    std::promise<void> begun;
    asio::post(io_.context, [&] {
        begun.set_value();
        while (true)
            ::pause();
    });
    begun.get_future().wait();
    return "blocked";
}

// Leaves room for this many more descriptors.
std::string program::exhaust(int room)
{
    ::rlimit limit{256, 256};
    if (::setrlimit(RLIMIT_NOFILE, &limit) != 0)
        return "failed";
    for (int copy = ::dup(STDERR_FILENO); copy >= 0; copy = ::dup(STDERR_FILENO))
        hoard_.push_back(copy);
    for (; room > 0; --room)
    {
        ::close(hoard_.back());
        hoard_.pop_back();
    }
    return "ok";
}

bool is_child_of_fork = false;

}  // namespace test

// LeakSanitizer asks this at exit. In a child of a fork it reports what only threads of the parent
// had pointers to: it does not know the copies of their stacks and of their thread-local storage.
extern "C" int __lsan_is_turned_off()
{
    return test::is_child_of_fork;
}

namespace test {

// The child obeys commands from a connection to the socket at `path`.
std::string program::fork(const std::string& path)
{
    // As Asio requires of a fork: no thread runs the context meanwhile.
    io_.stop();
    io_.context.notify_fork(asio::execution_context::fork_prepare);
    const ::pid_t child = ::fork();
    is_child_of_fork = is_child_of_fork || child == 0;
    if (child == 0 && !talk_to(path))
        std::_Exit(3);
    io_.context.notify_fork(
        child == 0 ? asio::execution_context::fork_child : asio::execution_context::fork_parent
    );
    io_.start();
    return child == 0 ? "child " + std::to_string(::getpid()) : std::to_string(child);
}

}  // namespace test
