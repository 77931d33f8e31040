// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#ifndef SOCKETLOCK_DETAIL_RECORD_LOCK_FILE_IPP
#define SOCKETLOCK_DETAIL_RECORD_LOCK_FILE_IPP

#include <socketlock/detail/platform/guard.hpp>
#include <socketlock/detail/record/lock_file.hpp>
#include <socketlock/error.hpp>

#include <array>
#include <thread>

namespace socketlock::detail {

SOCKETLOCK_DECL lock_file::~lock_file()
{
    close();
}

SOCKETLOCK_DECL bool lock_file::is_in_place() const noexcept
{
    return file_ && compare_path(path_, file_.id()) == path_state::same;
}

// Other code of the process has closed the descriptor, and the number may be another file's now.
inline void lock_file::let_go() noexcept
{
    file_.close_if_open();
    file_ = file();
}

SOCKETLOCK_DECL void lock_file::close() noexcept
{
    if (!file_)
        return;
    if (file_.is_open())
        close_guarded(file_);
    else
        let_go();
}

// While somebody makes a file it is for its owner alone: a moment later it may be for us, too.
inline file open_lock_file(const std::string& path, file_access access, error_code& ec)
{
    static constexpr int most_attempts = 8;
    file result = open_file(path, access, ec);
    bool is_made = false;
    for (int i = 1; i < most_attempts && ec == errc::permission_denied && !is_made; ++i)
    {
        // Once there is something in it it has the permissions that it is to have.
        is_made = !is_empty_file(path);
        if (!is_made)
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        result = open_file(path, access, ec);
    }
    return result;
}

SOCKETLOCK_DECL void lock_file::open(missing_file missing, error_code& ec)
{
    close();
    const file_id known = file_.id();
    // Somebody may create the file between our looking for it and creating it, or remove it between
    // our failing to create it and opening it.
    for (int attempt = 0; attempt < 8; ++attempt)
    {
        file_ = open_lock_file(path_, file_access::read_write, ec);
        if (ec == boost::system::errc::no_such_file_or_directory && missing == missing_file::create)
            file_ = create_file(path_, permissions_, ec);
        if (ec != boost::system::errc::file_exists)
            break;
    }
    if (file_)
    {
        is_new_ = true;
        // What is written here would be written to whatever has the other name. But a holder need
        // not lose its lock because somebody links the file later.
        if (file_.id() != known && has_other_names(file_))
        {
            close_guarded(file_);
            file_ = file();
            ec = errc::hard_linked;
        }
        else
            linked_since_ = {};
    }
    else if (ec == boost::system::errc::no_such_file_or_directory)
        ec = errc::directory_missing;
    else if (ec == boost::system::errc::file_exists)
        ec = errc::io_error;
}

SOCKETLOCK_DECL transaction::~transaction()
{
    if (guarded_)
        release_guard(file_.file_);
}

// True while it may be that of version 1, which makes a lock file by giving a second name to a
// temporary file and then removes the first.
SOCKETLOCK_DECL bool lock_file::is_link_young() noexcept
{
    static constexpr std::chrono::seconds patience{1};
    const auto now = std::chrono::steady_clock::now();
    if (linked_since_ == std::chrono::steady_clock::time_point())
        linked_since_ = now;
    return now - linked_since_ < patience;
}

SOCKETLOCK_DECL bool transaction::begin(error_code& ec, missing_file missing)
{
    static constexpr int most_attempts = 32;
    static constexpr int tries_of_guard = 3;
    ec.clear();
    for (int attempt = 0; attempt < most_attempts; ++attempt)
    {
        if (!file_.is_open())
        {
            file_.open(missing, ec);
            if (ec == errc::hard_linked && file_.is_link_young())
                ec.clear();
            if (ec || !file_.is_open())
                return false;
        }
        // A guard is held for microseconds: often a moment is enough.
        bool is_taken = try_guard(file_.file_, guard_mode::exclusive, ec);
        for (int i = 1; i < tries_of_guard && !is_taken && !ec; ++i)
        {
            std::this_thread::yield();
            is_taken = try_guard(file_.file_, guard_mode::exclusive, ec);
        }
        if (ec && !file_.file_.is_open())
        {
            file_.let_go();
            continue;
        }
        // Only now: before, the file could have been removed or replaced behind our back. A guard
        // that somebody else has may be that of a file that was removed, too.
        if (ec || file_.is_in_place())
        {
            guarded_ = is_taken;
            return is_taken;
        }
        if (is_taken)
            release_guard(file_.file_);
        file_.close();
    }
    ec = errc::unstable_path;
    return false;
}

SOCKETLOCK_DECL void transaction::write(error_code& ec)
{
    const char* const text = text_->write(ec);
    if (!ec && !is_allocated_)
        file_.file_.allocate(record_size, ec);
    if (!ec)
        file_.file_.write(text, record_size, ec);
}

// One byte more than a record has shows a file that is too long.
using text_buffer = std::array<char, record_size + 1>;

inline std::string_view read_text(const file& f, text_buffer& buffer, error_code& ec)
{
    const std::size_t size = f.read(buffer.data(), buffer.size(), ec);
    if (!ec && size > record_size)
        ec = errc::corrupt_record;
    return {buffer.data(), size};
}

inline record read_as_query(const file& f, std::string_view name, error_code& ec)
{
    if (!try_guard(f, guard_mode::sharable, ec))
    {
        if (!ec)
            ec = make_error_code(boost::system::errc::resource_unavailable_try_again);
        return {};
    }
    text_buffer buffer;
    const std::string_view text = read_text(f, buffer, ec);
    release_guard(f);
    return ec ? record() : decode_record(text, name, ec);
}

SOCKETLOCK_DECL record query_record(const std::string& path, std::string_view name, error_code& ec)
{
    file f = open_lock_file(path, file_access::read, ec);
    if (ec)
        return {};
    record r = read_as_query(f, name, ec);
    close_guarded(f);
    return r;
}

SOCKETLOCK_DECL record lock_file::query(std::string_view name, error_code& ec) const
{
    return is_in_place() ? read_as_query(file_, name, ec) : query_record(path_, name, ec);
}

SOCKETLOCK_DECL record& transaction::read(std::string_view name, error_code& ec)
{
    if (!text_)
        text_ = cache_ != nullptr ? cache_->lend(name) : record_cache::loan(new record_text);
    text_buffer buffer;
    const std::string_view text = read_text(file_.file_, buffer, ec);
    is_allocated_ = text.size() == record_size;
    // What does not look like a record might be somebody else's file, which must not be healed.
    const bool looks_like_one = !ec && is_allocated_ && text.front() == '{';
    if (!looks_like_one && !file_.file_.is_open())
    {
        release_guard(file_.file_);
        guarded_ = false;
        file_.let_go();
        ec = errc::io_error;
    }
    error_code unreadable;
    record& r = text_->read(ec ? std::string_view() : text, name, unreadable);
    if (!ec)
        ec = unreadable;
    return r;
}

}  // namespace socketlock::detail

#endif
