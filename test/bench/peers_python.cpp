// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// Locks of Python packages, in a Python process that speaks the workers' protocol.

#include <filesystem>

#include "peers.hpp"

namespace bench {

namespace {

constexpr const char* worker_program = R"(
import asyncio, inspect, os, struct, sys, time

kind, directory, name = sys.argv[1:4]
now = time.monotonic_ns

if kind == 'filelock':
    from filelock import FileLock, Timeout
    lock = FileLock(os.path.join(directory, name + '.filelock'))
    def try_lock():
        try:
            lock.acquire(timeout=0)
            return True
        except Timeout:
            return False
    wait, unlock = lock.acquire, lock.release
else:
    import logging, socketlock
    logging.disable()  # it tells of every holder that it finds dead
    cls = getattr(socketlock, 'SocketLock', None) or socketlock.AsyncSocketLock
    lock = cls(name, lock_dir=directory)
    loop = asyncio.new_event_loop()
    def plain(function):
        if not inspect.iscoroutinefunction(function):
            return function
        return lambda: loop.run_until_complete(function())
    try_lock, unlock = plain(lock.try_acquire), plain(lock.release)
    def wait():  # it cannot, so its users do this
        while not try_lock():
            time.sleep(0.01)

def read_all(size):
    data = b''
    while len(data) < size:
        more = os.read(0, size - len(data))
        if not more:
            os._exit(0)
        data += more
    return data

def reply(begin, end, ok, samples):
    data = struct.pack('=qqII%dq' % len(samples), begin, end, ok, len(samples), *samples)
    while data:
        data = data[os.write(1, data):]

reply(0, 0, 1, [])
while True:
    what, count = struct.unpack('=II', read_all(8))
    what, samples, ok = chr(what), [], 1
    begin = now()
    if what in 'cr':
        for _ in range(count):
            start = now()
            acquired = bool(try_lock())
            if acquired and what == 'c':
                unlock()
            samples.append(now() - start)
            ok &= acquired == (what == 'c')
    elif what == 'l':
        wait()
    elif what == 'u':
        unlock()
    reply(begin, now(), ok, samples)
)";

peer make(
    const std::string& name,
    const std::string& kind,
    const std::vector<std::string>& interpreter
)
{
    peer p;
    p.name = name;
    p.prepare = [=](const place& where, const std::string& lock) {
        std::vector<std::string> command = interpreter;
        for (const std::string& argument :
             {std::string("-c"), std::string(worker_program), kind, where.directory, lock})
            command.push_back(argument);
        return plan{{}, command};
    };
    p.polls = true;
    return p;
}

void add_filelock(std::vector<peer>& peers)
{
    const std::string python = find_program(
        {"python3", "/usr/bin/python3"},
        {"-c", "import filelock"}
    );
    peer p = make("Python filelock", "filelock", {python});
    if (python.empty())
        p.remark = "not measured: no Python with filelock";
    else
        p.groups = {
            group::uncontended,
            group::refused,
            group::handoff,
            group::crash,
            group::waiting,
        };
    peers.push_back(p);
}

void add_version_1(std::vector<peer>& peers, const std::string& path)
{
    namespace fs = std::filesystem;
    fs::path directory = fs::absolute(path.empty() ? "." : path);
    // The package itself, or what it lies in.
    if (fs::exists(directory / "__init__.py"))
        directory = directory.parent_path();
    const std::vector<std::string> python{"env", "PYTHONPATH=" + directory.string(), "python3"};
    peer p = make(version_1, "version_1", python);
    if (path.empty())
        p.remark = "not measured: no --v1";
    else if (find_program({"env"}, {python[1], python[2], "-c", "import socketlock"}).empty())
        p.remark = "not measured: python3 cannot import it from " + directory.string();
    else
    {
        p.groups = {
            group::uncontended,
            group::refused,
            group::handoff,
            group::crash,
            group::waiting,
        };
        p.remark = "it cannot wait: tries again every 10 ms";
    }
    peers.push_back(p);
}

}  // namespace

void add_python_peers(std::vector<peer>& peers, const std::string& v1)
{
    add_filelock(peers);
    add_version_1(peers, v1);
}

}  // namespace bench
