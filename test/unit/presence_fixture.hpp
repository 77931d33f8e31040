// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#ifndef SOCKETLOCK_TEST_UNIT_PRESENCE_FIXTURE_HPP
#define SOCKETLOCK_TEST_UNIT_PRESENCE_FIXTURE_HPP

#include <socketlock/detail/record/presence.hpp>
#include <socketlock/error.hpp>

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <string>
#include <temporary_directory.hpp>

#include "other_process.hpp"
#include "printing.hpp"

namespace presence_fixture {

using namespace socketlock::detail;
using socketlock::errc;
using socketlock::error_code;

inline presence_info numbered_info(std::uint32_t number)
{
    presence_info info;
    for (unsigned char& byte : info.id.value)
        byte = 0xee;
    for (std::size_t i = 0; i < 4; ++i)
        info.id.value[i] = static_cast<unsigned char>(number >> (8 * i));
    info.pid = 4711;
    info.port = 40123;
    info.address = "127.0.0.1";
    info.key.fill(0x5a);
    info.boot_id = "boot";
    info.start_time = 123456;
    info.pid_namespace = "pid:[1]";
    info.time_namespace = "time:[3]";
    info.net_namespace = "net:[2]";
    info.host = "host";
    info.executable = "/usr/bin/program";
    return info;
}

inline id128 numbered_id(std::uint32_t number)
{
    return numbered_info(number).id;
}

/// A process of which only its presence is known, as a record would name it.
inline claim_ref numbered_claim(std::uint32_t number, std::int64_t pid = 4711)
{
    return {id128(), numbered_id(number), pid};
}

inline std::string presence_name(std::uint32_t number)
{
    return '.' + numbered_id(number).to_hex() + ".presence";
}

inline std::string temporary_name(std::uint32_t number)
{
    return presence_name(number) + ".tmp";
}

inline void create(presence& p, const std::string& directory, std::uint32_t number)
{
    error_code ec;
    p.create(directory, numbered_info(number), 0600, ec);
    BOOST_TEST_REQUIRE(!ec, ec.message());
}

/// Another process with a presence, which lives until it is killed.
class living_process
{
public:
    living_process(const std::string& directory, std::uint32_t number)
        : process_([&](line& parent) {
              presence p;
              error_code ec;
              p.create(directory, numbered_info(number), 0600, ec);
              parent.say(ec ? 'E' : 'C');
              parent.hear();
              return 0;
          })
    {
        BOOST_TEST_REQUIRE(process_.hear() == 'C');
    }

    other_process& process() noexcept { return process_; }

private:
    other_process process_;
};

/// Leaves the presence of a dead process.
inline void leave_dead(const std::string& directory, std::uint32_t number)
{
    write_file(directory + '/' + presence_name(number), encode_presence(numbered_info(number)));
}

inline liveness proof(const std::string& directory, std::uint32_t number)
{
    error_code why;
    const liveness result = test_presence(directory, numbered_claim(number), why);
    if (result == liveness::unknown)
        BOOST_TEST(static_cast<bool>(why));
    return result;
}

/// What another process finds of a presence that may be this one's.
inline liveness proof_elsewhere(const std::string& directory, std::uint32_t number)
{
    other_process p([&](line&) {
        error_code why;
        return static_cast<int>(test_presence(directory, numbered_claim(number), why));
    });
    return static_cast<liveness>(p.wait());
}

}  // namespace presence_fixture

#endif
