// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#include "lock_directory.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <sys/stat.h>
#include <system_error>

namespace test {

namespace {

struct ::stat status_of(const std::string& path)
{
    struct ::stat status = {};
    if (::lstat(path.c_str(), &status) != 0)
        throw std::system_error(errno, std::generic_category(), path);
    return status;
}

}  // namespace

std::vector<std::string> lock_directory::names(const std::string& suffix) const
{
    std::vector<std::string> result;
    for (const std::string& name : temporary_directory::names())
    {
        if (name.size() >= suffix.size() &&
            name.compare(name.size() - suffix.size(), suffix.size(), suffix) == 0)
            result.push_back(name);
    }
    return result;
}

void write_record(const std::string& path, const boost::json::object& record)
{
    std::string text = boost::json::serialize(record);
    text.resize(std::max<std::size_t>(text.size(), 4096), ' ');
    // Neither truncated nor replaced, since processes have it open and locked.
    std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
    if (!(file << text << std::flush))
        throw std::runtime_error("cannot write " + path);
}

boost::json::object read_record(const std::string& path)
{
    std::string text = contents_of(path);
    text.erase(text.find_last_not_of(std::string(" \n\0", 3)) + 1);
    boost::system::error_code wrong;
    const auto value = boost::json::parse(text, wrong);
    return !wrong && value.is_object() ? value.get_object() : boost::json::object();
}

boost::json::object our_part(const std::string& path)
{
    const auto record = read_record(path);
    const auto* const ours = record.if_contains("socketlock");
    return ours != nullptr ? ours->as_object() : boost::json::object();
}

std::uint64_t inode(const std::string& path)
{
    return status_of(path).st_ino;
}

unsigned permissions(const std::string& path)
{
    return status_of(path).st_mode & 07777;
}

}  // namespace test
