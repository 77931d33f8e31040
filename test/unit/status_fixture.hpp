// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#ifndef SOCKETLOCK_TEST_UNIT_STATUS_FIXTURE_HPP
#define SOCKETLOCK_TEST_UNIT_STATUS_FIXTURE_HPP

#include <socketlock/detail/record/lock_file.hpp>
#include <socketlock/status.hpp>

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <filesystem>
#include <ostream>
#include <set>
#include <string>
#include <sys/stat.h>
#include <vector>

#include "lock_fixture.hpp"
#include "presence_fixture.hpp"

namespace socketlock {

inline std::ostream& operator<<(std::ostream& stream, lock_state state)
{
    return stream << static_cast<int>(state);
}

}  // namespace socketlock

namespace status_fixture {

namespace fs = std::filesystem;
using namespace lock_fixture;
using presence_fixture::living_process;
using socketlock::lock_options;
using socketlock::lock_state;
using socketlock::lock_status;

struct with_queries : with_locks
{
    const std::string path = directory / ".myapp.lock";

    lock_status ask(const std::string& name = "myapp") const
    {
        error_code ec;
        lock_status found = socketlock::status(name, options(), ec);
        BOOST_TEST(found.error == ec);
        return found;
    }

    std::vector<lock_status> list() const { return socketlock::list_locks(options()); }

    /// The one lock of the directory.
    lock_status listed() const
    {
        const auto locks = list();
        BOOST_TEST_REQUIRE(locks.size() == 1u);
        return locks.front();
    }

    /// What a process finds that has no part in any lock.
    lock_state found_elsewhere() const
    {
        other_process p([&](line&) { return static_cast<int>(ask().state); });
        return static_cast<lock_state>(p.wait());
    }

    /// Writes a record of "myapp" that somebody may have written, by way of `change(record)`.
    template <class Change>
    void change_record(Change change) const
    {
        using namespace socketlock::detail;
        lock_file file(path, 0600);
        transaction t(file);
        error_code ec;
        BOOST_TEST_REQUIRE(soon([&] { return t.begin(ec) || ec; }));
        record& r = t.read("myapp", ec);
        BOOST_TEST_REQUIRE(!ec, ec.message());
        change(r);
        t.write(ec);
        BOOST_TEST_REQUIRE(!ec, ec.message());
    }

    void write_record_of(std::uint32_t presence_number) const
    {
        change_record([&](socketlock::detail::record& r) {
            r.port = 40123;
            r.timestamp = 1795428000;
            r.fencing_token = 7;
            r.holder = presence_fixture::numbered_claim(presence_number);
        });
    }

    /// Everything about the directory and its files but when they were read.
    std::set<std::string> snapshot() const
    {
        std::set<std::string> result;
        std::set<std::string> names = directory.names();
        names.insert(".");
        for (const std::string& name : names)
        {
            struct ::stat s = {};
            BOOST_TEST_REQUIRE(::lstat((directory / name).c_str(), &s) == 0);
            std::string line = name;
            for (const auto value :
                 {static_cast<long long>(s.st_ino),
                  static_cast<long long>(s.st_size),
                  static_cast<long long>(s.st_mode),
                  static_cast<long long>(s.st_mtim.tv_sec),
                  static_cast<long long>(s.st_mtim.tv_nsec),
                  static_cast<long long>(s.st_ctim.tv_sec),
                  static_cast<long long>(s.st_ctim.tv_nsec)})
                line += ' ' + std::to_string(value);
            if (fs::is_regular_file(directory / name))
                line += contents_of(directory / name);
            result.insert(line);
        }
        return result;
    }
};

}  // namespace status_fixture

#endif
