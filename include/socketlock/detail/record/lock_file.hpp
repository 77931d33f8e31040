// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// The lock file and its transactions: open, guard, read, decide, write, close.

#ifndef SOCKETLOCK_DETAIL_RECORD_LOCK_FILE_HPP
#define SOCKETLOCK_DETAIL_RECORD_LOCK_FILE_HPP

#include <socketlock/config.hpp>
#include <socketlock/detail/platform/file.hpp>
#include <socketlock/detail/record/record.hpp>
#include <socketlock/detail/record/record_cache.hpp>

#include <chrono>
#include <string>
#include <string_view>

namespace socketlock::detail {

/// What a transaction does without a lock file. Left missing, that is errc::directory_missing.
enum class missing_file
{
    create,
    leave,
};

/**
 * The lock file of one lock. All of a process's work on it goes through one object and one
 * descriptor, and is serialised by its owner: a process loses its POSIX locks on a file when it
 * closes any descriptor of it. The descriptor is kept between transactions (see `close`).
 */
class lock_file
{
public:
    /// `path` must outlive this object.
    lock_file(const std::string& path, const file_permissions& permissions) noexcept
        : path_(path), permissions_(permissions)
    {
    }
    lock_file(std::string&& path, const file_permissions& permissions) = delete;
    lock_file(lock_file&&) = delete;
    SOCKETLOCK_DECL ~lock_file();

    const std::string& path() const noexcept { return path_; }
    bool is_open() const noexcept { return static_cast<bool>(file_); }

    /// True if the file was opened anew since `accept` was called: what was known of its directory
    /// may be stale. Stays so when a transaction could not begin for somebody else's guard.
    bool is_new() const noexcept { return is_new_; }
    void accept() noexcept { is_new_ = false; }

    /// True if the file is open and the path still names it.
    SOCKETLOCK_DECL bool is_in_place() const noexcept;

    /// Closes the descriptor until the next transaction. Precondition: none is under way.
    SOCKETLOCK_DECL void close() noexcept;

    /// Reads the record as a query does (see `query_record`), by the open descriptor if there is
    /// one. Precondition: no transaction is under way.
    SOCKETLOCK_DECL record query(std::string_view name, error_code& ec) const;

private:
    friend class transaction;

    SOCKETLOCK_DECL void open(missing_file missing, error_code& ec);
    void let_go() noexcept;
    SOCKETLOCK_DECL bool is_link_young() noexcept;

    const std::string& path_;
    file_permissions permissions_;
    file file_;
    bool is_new_ = false;
    /// When the file was first found to have a second name, if that was so when it was opened last.
    std::chrono::steady_clock::time_point linked_since_;
};

/// One transaction; the guard is released by its destructor.
class transaction
{
public:
    /// With a cache, records that are in it need no parsing.
    explicit transaction(lock_file& f, record_cache* cache = nullptr) noexcept
        : file_(f), cache_(cache)
    {
    }
    transaction(transaction&&) = delete;
    SOCKETLOCK_DECL ~transaction();

    /// Opens the file, or creates it, takes the guard and sees to it that the path still names this
    /// file; unstable_path if it never does. False without an error: somebody else has the guard,
    /// try again later.
    SOCKETLOCK_DECL bool begin(error_code& ec, missing_file missing = missing_file::create);

    /// The record, to be changed and written, or kept. It lives as long as this transaction.
    SOCKETLOCK_DECL record& read(std::string_view name, error_code& ec);
    /// Writes what has become of it. Precondition: `read` was called.
    SOCKETLOCK_DECL void write(error_code& ec);
    /// It has not been changed. Spares the next transaction the parsing. The same precondition.
    void keep() noexcept { text_->keep(); }

private:
    lock_file& file_;
    record_cache* const cache_;
    record_cache::loan text_;
    bool guarded_ = false;
    bool is_allocated_ = false;
};

/**
 * Reads the record of a lock as a query: creates and changes nothing, works for whoever may read.
 * no_such_file_or_directory if there is no lock file; resource_unavailable_try_again while a
 * transaction is under way.
 */
SOCKETLOCK_DECL record query_record(const std::string& path, std::string_view name, error_code& ec);

}  // namespace socketlock::detail

#endif
