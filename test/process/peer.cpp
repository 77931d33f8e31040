// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#include "peer.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <poll.h>
#include <set>
#include <spawn.h>
#include <sstream>
#include <stdexcept>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <system_error>
#include <temporary_directory.hpp>
#include <thread>
#include <unistd.h>
#include <utility>

#include "executables.hpp"

namespace test {

namespace {

[[noreturn]] void fail(const char* what)
{
    throw std::system_error(errno, std::generic_category(), what);
}

// The last of a chain of only children: the command that wrappers have started.
::pid_t innermost(::pid_t pid)
{
    while (true)
    {
        const std::string text = std::to_string(pid);
        std::ifstream children("/proc/" + text + "/task/" + text + "/children");
        ::pid_t child = 0;
        if (!(children >> child))
            return pid;
        pid = child;
    }
}

}  // namespace

peer::peer(std::vector<std::string> wrapper)
{
    int pair[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
        fail("socketpair");
    const bool is_wrapped = !wrapper.empty();
    wrapper.push_back(lock_peer_path());
    std::vector<char*> arguments;
    for (std::string& word : wrapper)
        arguments.push_back(word.data());
    arguments.push_back(nullptr);

    ::posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, pair[1], STDIN_FILENO);
    ::posix_spawn_file_actions_adddup2(&actions, pair[1], STDOUT_FILENO);
    const int
        error = ::posix_spawnp(&child_, arguments[0], &actions, nullptr, arguments.data(), environ);
    ::posix_spawn_file_actions_destroy(&actions);
    ::close(pair[1]);
    connection_ = pair[0];
    errno = error;
    if (error != 0)
        fail(arguments[0]);
    pid_ = child_;
    if (is_wrapped)
    {
        // When it has answered it is there, and all that wrap it.
        ask("pid");
        pid_ = innermost(child_);
    }
}

peer::peer(int connection, ::pid_t pid) : connection_(connection), pid_(pid) {}

peer::peer(peer&& other) noexcept
    : connection_(std::exchange(other.connection_, -1)),
      pid_(std::exchange(other.pid_, -1)),
      child_(std::exchange(other.child_, -1)),
      is_stopped_(other.is_stopped_),
      unfinished_(std::move(other.unfinished_)),
      answers_(std::move(other.answers_)),
      events_(std::move(other.events_))
{
}

peer& peer::operator=(peer&& other) noexcept
{
    peer taken(std::move(other));
    std::swap(connection_, taken.connection_);
    std::swap(pid_, taken.pid_);
    std::swap(child_, taken.child_);
    std::swap(is_stopped_, taken.is_stopped_);
    unfinished_.swap(taken.unfinished_);
    answers_.swap(taken.answers_);
    events_.swap(taken.events_);
    return *this;
}

peer::~peer()
{
    if (connection_ < 0)
        return;
    try
    {
        if (std::uncaught_exceptions() != 0)
            kill();
        else
            quit();
    }
    catch (const std::exception& e)
    {
        BOOST_ERROR("a peer did not end in good order: " << e.what());
    }
    close();
}

void peer::close() noexcept
{
    if (connection_ >= 0)
        ::close(std::exchange(connection_, -1));
}

void peer::send(const std::string& command)
{
    const std::string line = command + '\n';
    if (::send(connection_, line.data(), line.size(), MSG_NOSIGNAL) < 0)
        fail(command.c_str());
}

bool peer::receive(std::chrono::steady_clock::time_point limit)
{
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(
        limit - std::chrono::steady_clock::now()
    );
    ::pollfd readable = {connection_, POLLIN, 0};
    if (::poll(&readable, 1, std::max(0, static_cast<int>(left.count()))) <= 0)
        return false;
    char buffer[65536];
    const ::ssize_t size = ::read(connection_, buffer, sizeof buffer);
    if (size <= 0)
        throw std::runtime_error("the peer is gone");
    unfinished_.append(buffer, static_cast<std::size_t>(size));
    for (auto end = unfinished_.find('\n'); end != unfinished_.npos; end = unfinished_.find('\n'))
    {
        const std::string line = unfinished_.substr(0, end);
        unfinished_.erase(0, end + 1);
        if (line.compare(0, 2, "* ") == 0)
            events_.push_back(line.substr(2));
        else
            answers_.push_back(line);
    }
    return true;
}

std::string peer::take(std::deque<std::string>& from, std::chrono::milliseconds limit)
{
    const auto end = std::chrono::steady_clock::now() + limit;
    while (from.empty())
    {
        if (!receive(end))
            throw std::runtime_error("the peer does not answer");
    }
    std::string result = std::move(from.front());
    from.pop_front();
    return result;
}

std::string peer::answer(std::chrono::milliseconds limit)
{
    return take(answers_, limit);
}

std::string peer::event(std::chrono::milliseconds limit)
{
    return take(events_, limit);
}

bool peer::has_event(std::chrono::milliseconds limit)
{
    const auto end = std::chrono::steady_clock::now() + limit;
    while (events_.empty())
    {
        if (!receive(end))
            return false;
    }
    return true;
}

std::string peer::ask(const std::string& command)
{
    send(command);
    try
    {
        return answer();
    }
    catch (const std::runtime_error& e)
    {
        throw std::runtime_error(command + ": " + e.what());
    }
}

peer peer::fork()
{
    const temporary_directory directory;
    const std::string path = directory / "socket";
    const int listener = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ::sockaddr_un address = {};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    if (::bind(listener, reinterpret_cast<::sockaddr*>(&address), sizeof address) != 0 ||
        ::listen(listener, 1) != 0)
        fail("listen");
    const std::string child = ask("fork " + path);
    ::pollfd acceptable = {listener, POLLIN, 0};
    const auto limit = std::chrono::milliseconds(patience).count();
    if (::poll(&acceptable, 1, static_cast<int>(limit)) != 1)
        fail("the child of a fork");
    const int connection = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
    ::close(listener);
    peer result(connection, static_cast<::pid_t>(std::stol(child)));
    result.answer();
    return result;
}

// Of a process that is not our child the end of its stream tells that it is gone.
void peer::wait()
{
    const auto limit = std::chrono::steady_clock::now() + patience;
    while (true)
    {
        try
        {
            if (!receive(limit))
                throw std::logic_error("the peer does not end");
        }
        catch (const std::runtime_error&)
        {
            break;
        }
    }
    close();
    const ::pid_t child = std::exchange(child_, -1);
    int status = 0;
    if (child > 0 && ::waitpid(child, &status, 0) != child)
        fail("waitpid");
    const bool killed = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
    if (!killed && status != 0)
        throw std::logic_error("the peer ended with status " + std::to_string(status));
}

void peer::kill()
{
    // A wrapper that is still there takes the peer with it.
    if (::kill(child_ > 0 ? child_ : pid_, SIGKILL) != 0)
        fail("kill");
    wait();
}

void peer::stop()
{
    int status = 0;
    if (::kill(pid_, SIGSTOP) != 0 || ::waitpid(child_, &status, WUNTRACED) != child_ ||
        !WIFSTOPPED(status))
        fail("SIGSTOP");
    is_stopped_ = true;
}

void peer::resume()
{
    if (::kill(pid_, SIGCONT) != 0)
        fail("SIGCONT");
    is_stopped_ = false;
}

void peer::quit()
{
    if (is_stopped_)
        resume();
    ::shutdown(connection_, SHUT_WR);
    wait();
}

peer peer_with_lock(
    const std::string& directory,
    const std::string& name,
    std::vector<std::string> wrapper
)
{
    peer result(std::move(wrapper));
    BOOST_TEST(result.ask("open 1 " + name + ' ' + directory) == "ok");
    return result;
}

bool has_no_more_than(peer& p, const std::string& descriptors)
{
    const auto words_of = [](const std::string& text) {
        std::istringstream in(text);
        return std::multiset<std::string>(std::istream_iterator<std::string>(in), {});
    };
    const auto now = words_of(p.ask("descriptors"));
    const auto then = words_of(descriptors);
    return std::includes(then.begin(), then.end(), now.begin(), now.end());
}

std::size_t descriptors_of(const peer& p)
{
    const std::filesystem::directory_iterator all("/proc/" + std::to_string(p.pid()) + "/fd");
    // A few presences of others stay open on purpose.
    return static_cast<std::size_t>(std::count_if(begin(all), end(all), [](const auto& entry) {
        std::error_code gone;
        const std::string to = std::filesystem::read_symlink(entry.path(), gone);
        return to.find(".presence") == to.npos;
    }));
}

std::size_t usual_descriptors_of(peer& p)
{
    BOOST_TEST(p.ask("try 1") == "yes");
    BOOST_TEST(p.ask("unlock 1") == "ok");
    // The thread of the library has done before what is to be done at the first use.
    BOOST_TEST(p.ask("holder 1") == "none");
    return descriptors_of(p);
}

std::size_t descriptors_without_locks(const std::string& directory)
{
    peer p = peer_with_lock(directory, "another");
    const std::size_t result = descriptors_of(p);
    usual_descriptors_of(p);
    BOOST_TEST(closes_all(p, result));
    return result;
}

bool closes_all(peer& p, std::size_t descriptors)
{
    BOOST_TEST(p.ask("close_all") == "ok");
    return eventually([&] { return descriptors_of(p) <= descriptors; });
}

void pause_briefly()
{
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
}

}  // namespace test
