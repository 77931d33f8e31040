// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#ifndef SOCKETLOCK_TEST_UNIT_LOCK_FILE_FIXTURE_HPP
#define SOCKETLOCK_TEST_UNIT_LOCK_FILE_FIXTURE_HPP

#include <socketlock/detail/record/lock_file.hpp>
#include <socketlock/error.hpp>

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <string>
#include <temporary_directory.hpp>
#include <utility>

#include "printing.hpp"

namespace lock_file_fixture {

using namespace socketlock::detail;
using socketlock::errc;
using socketlock::error_code;

struct path_of_its_own
{
    std::string path;
};

struct other_lock_file : path_of_its_own, lock_file
{
    explicit other_lock_file(std::string path, unsigned permissions = 0600)
        : path_of_its_own{std::move(path)}, lock_file(path_of_its_own::path, permissions)
    {
    }

    using lock_file::path;
};

struct with_lock_file
{
    temporary_directory directory;
    std::string path = directory / ".myapp.lock";
    lock_file file{path, 0600};
};

inline record numbered_record(std::uint64_t fencing_token)
{
    record r;
    r.name = "myapp";
    r.fencing_token = fencing_token;
    return r;
}

/// Begins a transaction that nobody is in the way of.
inline void begin(transaction& t)
{
    error_code ec;
    BOOST_TEST_REQUIRE(t.begin(ec));
    BOOST_TEST_REQUIRE(!ec, ec.message());
}

/// True if the file was opened anew since this was asked last.
inline bool reopened(lock_file& f)
{
    const bool result = f.is_new();
    f.accept();
    return result;
}

inline std::uint64_t token_in(transaction& t)
{
    error_code ec;
    const record& r = t.read("myapp", ec);
    BOOST_TEST_REQUIRE(!ec, ec.message());
    return r.fencing_token;
}

/// Whatever is there.
inline void put(transaction& t, const record& r)
{
    error_code ec;
    t.read("myapp", ec) = r;
    t.write(ec);
    BOOST_TEST_REQUIRE(!ec, ec.message());
}

inline void put(transaction& t, std::uint64_t fencing_token)
{
    put(t, numbered_record(fencing_token));
}

inline void put(lock_file& f, std::uint64_t fencing_token)
{
    transaction t(f);
    begin(t);
    f.accept();
    put(t, fencing_token);
}

inline std::uint64_t token_at(const std::string& path)
{
    error_code ec;
    const record r = query_record(path, "myapp", ec);
    BOOST_TEST_REQUIRE(!ec, ec.message());
    return r.fencing_token;
}

inline error_code error_of_begin(lock_file& f)
{
    error_code ec;
    transaction t(f);
    BOOST_TEST(!t.begin(ec));
    return ec;
}

}  // namespace lock_file_fixture

#endif
