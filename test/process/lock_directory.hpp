// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// Lock directories of tests, and what tests do with the files in them.

#ifndef SOCKETLOCK_TEST_PROCESS_LOCK_DIRECTORY_HPP
#define SOCKETLOCK_TEST_PROCESS_LOCK_DIRECTORY_HPP

#include <boost/json/object.hpp>

#include <cstdint>
#include <string>
#include <temporary_directory.hpp>
#include <vector>

namespace test {

class lock_directory : public temporary_directory
{
public:
    // clang++ wants it for constant members.
    lock_directory() {}

    /// The path of the lock file of a lock with a plain name.
    std::string lock_file(const std::string& name) const { return *this / ('.' + name + ".lock"); }

    /// The sorted names of its files that end with `suffix`.
    std::vector<std::string> names(const std::string& suffix = {}) const;

    /// True if there are lock files and nothing else, as it is when every process has ended.
    bool has_only_lock_files() const { return names() == names(".lock"); }
};

/// Writes over an existing file as a record is written: in place, padded.
void write_record(const std::string& path, const boost::json::object& record);

/// What a lock file's record says; an empty object if it cannot be read.
boost::json::object read_record(const std::string& path);

/// The part of the record that is socketlock's own.
boost::json::object our_part(const std::string& path);

std::uint64_t inode(const std::string& path);

/// The permissions of a file, as in chmod.
unsigned permissions(const std::string& path);

}  // namespace test

#endif
