// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#ifndef SOCKETLOCK_TEST_UNIT_RECORD_FIXTURE_HPP
#define SOCKETLOCK_TEST_UNIT_RECORD_FIXTURE_HPP

#include <socketlock/detail/record/record.hpp>
#include <socketlock/detail/record/record_writer.hpp>
#include <socketlock/error.hpp>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>

#include "printing.hpp"

namespace record_fixture {

namespace json = boost::json;
using namespace socketlock::detail;
using socketlock::errc;
using socketlock::error_code;

inline constexpr char
    free_record[] = R"({"port":0,"pid":0,"timestamp":0,"name":"myapp","socketlock":)"
                    R"({"version":2,"fencing_token":7,"next_ticket":3}})";

inline const std::string hex_a(32, 'a');
inline const std::string hex_b(32, 'b');
inline const std::string hex_c(32, 'c');
inline const std::string hex_d(32, 'd');

inline id128 filled_id(unsigned char byte)
{
    id128 result;
    result.value.fill(byte);
    return result;
}

inline record held_record()
{
    record r;
    r.name = "myapp";
    r.port = 40123;
    r.timestamp = 1764000000.25;
    r.fencing_token = 1764000000250000;
    r.next_ticket = 8;
    r.holder = claim_ref{filled_id(0xaa), filled_id(0xbb), 4711};
    r.tail = claim_ref{filled_id(0xcc), filled_id(0xdd), 4712};
    return r;
}

/// Free, and reserved; somebody is parked.
inline record reserved_record()
{
    record r = held_record();
    r.holder.reset();
    r.next = reservation{
        {filled_id(0xee), filled_id(0xff), 4713},
        9,
        1764000000250001
    };
    r.parked = parked_waiter{
        {filled_id(0x11), filled_id(0x22), 4714},
        10
    };
    return r;
}

inline std::string encoded(const record& r)
{
    std::string text(record_size, '?');
    error_code ec;
    encode_record(r, text.data(), ec);
    BOOST_TEST_REQUIRE(!ec, ec.message());
    return text;
}

inline json::object parsed(const std::string& text)
{
    return json::parse(text).as_object();
}

inline record decoded(std::string_view text)
{
    error_code ec = errc::held;
    record r = decode_record(text, "myapp", ec);
    BOOST_TEST_REQUIRE(!ec, ec.message());
    return r;
}

inline error_code decoding_error(std::string_view text)
{
    error_code ec;
    decode_record(text, "myapp", ec);
    return ec;
}

/// The text of a good record in which a top-level member has another value, given as JSON.
inline std::string with_top(const std::string& key, const std::string& value)
{
    json::object object = parsed(encoded(held_record()));
    object[key] = json::parse(value);
    return json::serialize(object);
}

/// The same for a member of "socketlock".
inline std::string with_ours(const std::string& key, const std::string& value)
{
    json::object object = parsed(encoded(reserved_record()));
    object["socketlock"].as_object()[key] = json::parse(value);
    return json::serialize(object);
}

}  // namespace record_fixture

#endif
