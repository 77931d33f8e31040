// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// The locks that are measured. Each is a `lockable` in a worker process.

#ifndef SOCKETLOCK_BENCH_PEERS_HPP
#define SOCKETLOCK_BENCH_PEERS_HPP

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "statistics.hpp"

namespace bench {

/// One lock as one process sees it. Failures throw and end the worker.
class lockable
{
public:
    lockable() = default;
    lockable(lockable&&) = delete;
    virtual ~lockable() = default;

    /// Takes the lock, waiting for it; returns when it was acquired.
    virtual nanoseconds lock() = 0;
    virtual bool try_lock() = 0;
    virtual void unlock() = 0;
};

/// A directory on a file system.
struct place
{
    /// "disk" or "tmpfs".
    std::string name;
    std::string directory;
};

/// How a worker gets its lock. The workers of one plan share one lock.
struct plan
{
    /// Called in the worker, which is a fork: 0 is the first of the plan's workers, 1 the second.
    std::function<std::unique_ptr<lockable>(int role)> make;
    /// If not empty, the worker is this program, which speaks the workers' protocol on its standard
    /// input and output.
    std::vector<std::string> program;
};

enum class group
{
    uncontended,
    refused,
    handoff,
    crash,
    waiting,
    growth_waiters,
    growth_locks,
    contention,
};

const char* to_string(group g);

struct peer
{
    std::string name;
    /// Where it takes part.
    std::vector<group> groups;
    /// Makes a new lock, known by `name`, in the benchmark's own process.
    std::function<plan(const place& where, const std::string& name)> prepare;
    /// Said where it does not take part.
    std::string remark;
    /// It lives in shared memory, whatever the directory.
    bool tmpfs_only = false;
    /// Its waiters look again and again.
    bool polls = false;

    bool takes_part(group g, const place& where) const;
};

/// The names by which other parts of the benchmark refer to peers.
inline const std::string bare = "bare C";
inline const std::string own = "socketlock";
inline const std::string own_async = "socketlock async";
inline const std::string flock_opened = "flock(2), open and close";
inline const std::string bare_design = "bare C, what the design asks for";
inline const std::string version_1 = "v1 (Python socketlock 0.1.0)";

void add_bare_peers(std::vector<peer>& peers);
/// A message between processes, which is the least that a handoff takes.
void add_message_peers(std::vector<peer>& peers);
void add_own_peers(std::vector<peer>& peers);
void add_file_peers(std::vector<peer>& peers);
void add_interprocess_peers(std::vector<peer>& peers);
void add_qt_peers(std::vector<peer>& peers);
/// Programs that are started anew for each lock.
void add_program_peers(std::vector<peer>& peers);
/// Python packages. `v1` is the directory of version 1's package, or empty.
void add_python_peers(std::vector<peer>& peers, const std::string& v1);

/// The first of these programs that runs `arguments` with success, else an empty string.
std::string find_program(
    const std::vector<std::string>& candidates,
    const std::vector<std::string>& arguments
);

}  // namespace bench

#endif
