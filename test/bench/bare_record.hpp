// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#ifndef SOCKETLOCK_BENCH_BARE_RECORD_HPP
#define SOCKETLOCK_BENCH_BARE_RECORD_HPP

#include <array>
#include <fcntl.h>
#include <string>
#include <sys/stat.h>

#include "descriptor.hpp"

namespace bench {

/// Lock, unlock or test the whole file.
inline int set_lock(int fd, int command, short type)
{
    struct ::flock how
    {
    };
    how.l_type = type;
    how.l_whence = SEEK_SET;
    return ::fcntl(fd, command, &how);
}

/// A record of 4 KiB in a file whose descriptor is kept, rewritten under an open file description
/// lock: the system calls of this library's transactions.
class bare_record
{
public:
    static constexpr std::size_t size = 4096;

    explicit bare_record(std::string path)
        : path_(std::move(path)),
          file_(checked(
              ::open(path_.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600),
              "open"
          ))
    {
    }

    void create()
    {
        write(false);
        checked(::fallocate(file_.get(), 0, 0, size), "fallocate");
    }

    /// Returns whether the record says that the lock is held.
    bool begin()
    {
        checked(set_lock(file_.get(), F_OFD_SETLK, F_WRLCK), "lock");
        struct ::stat s
        {
        };
        checked(::lstat(path_.c_str(), &s), "lstat");
        checked(::pread(file_.get(), text_.data(), text_.size(), 0), "read");
        return text_[0] != '0';
    }

    void write(bool held)
    {
        text_[0] = held ? '1' : '0';
        checked(::pwrite(file_.get(), text_.data(), size, 0), "write");
    }

    void end() { checked(set_lock(file_.get(), F_OFD_SETLK, F_UNLCK), "unlock"); }

private:
    const std::string path_;
    descriptor file_;
    std::array<char, size + 1> text_{};
};

/// A process that is alive holds a POSIX lock on a file of its own.
class bare_presence
{
public:
    bare_presence(const std::string& path, int role)
        : other_path_(path + std::to_string(1 - role)),
          mine_(checked(
              ::open((path + std::to_string(role)).c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600),
              "open"
          ))
    {
        checked(set_lock(mine_.get(), F_SETLK, F_WRLCK), "lock");
    }

    bool is_other_alive() const
    {
        const descriptor fd(checked(
            ::open(other_path_.c_str(), O_RDONLY | O_NOCTTY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC),
            "open"
        ));
        struct ::stat s
        {
        };
        checked(::fstat(fd.get(), &s), "fstat");
        return set_lock(fd.get(), F_SETLK, F_RDLCK) == -1;
    }

private:
    const std::string other_path_;
    descriptor mine_;
};

}  // namespace bench

#endif
