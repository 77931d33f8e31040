// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#include <boost/test/unit_test.hpp>

#include <cmath>
#include <cstdlib>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "record_fixture.hpp"

using namespace record_fixture;

BOOST_AUTO_TEST_SUITE(record_codec)

BOOST_AUTO_TEST_CASE(reads_what_it_has_written)
{
    const record r = decoded(encoded(held_record()));
    BOOST_TEST(r.name == "myapp");
    BOOST_TEST(r.port == 40123);
    BOOST_TEST(r.timestamp == 1764000000.25);
    BOOST_TEST(r.fencing_token == 1764000000250000u);
    BOOST_TEST(r.next_ticket == 8u);
    BOOST_REQUIRE(r.holder.has_value());
    BOOST_TEST((*r.holder == *held_record().holder));
    BOOST_TEST(r.holder->pid == 4711);
    BOOST_REQUIRE(r.tail.has_value());
    BOOST_TEST((*r.tail == *held_record().tail));
    BOOST_TEST(r.tail->pid == 4712);
    BOOST_TEST(!r.v1_pid.has_value());
    BOOST_TEST(encoded(r) == encoded(held_record()));
}

BOOST_AUTO_TEST_CASE(reads_a_reservation_and_a_parked_waiter_that_it_has_written)
{
    const record r = decoded(encoded(reserved_record()));
    BOOST_REQUIRE(r.next.has_value());
    BOOST_TEST((r.next->who == reserved_record().next->who));
    BOOST_TEST(r.next->who.pid == 4713);
    BOOST_TEST(r.next->ticket == 9u);
    BOOST_TEST(r.next->since == 1764000000250001u);
    BOOST_REQUIRE(r.parked.has_value());
    BOOST_TEST((r.parked->who == reserved_record().parked->who));
    BOOST_TEST(r.parked->who.pid == 4714);
    BOOST_TEST(r.parked->ticket == 10u);
    BOOST_TEST(!r.holder.has_value());
    BOOST_TEST(encoded(r) == encoded(reserved_record()));
}

BOOST_AUTO_TEST_CASE(one_writer_writes_one_record_after_the_other)
{
    record free;
    free.name = "myapp";
    record_writer writer;
    for (const record& r :
         {free, reserved_record(), held_record(), reserved_record(), free, held_record()})
    {
        std::string text(record_size, '?');
        error_code ec;
        pad_record(text.data(), writer.write(r, text.data(), ec));
        BOOST_TEST(!ec);
        BOOST_TEST(text == encoded(r));
    }
}

BOOST_AUTO_TEST_CASE(one_writer_writes_records_of_different_names)
{
    record r;
    record_writer writer;
    for (const char* const name : {"myapp", "", "\"\\\n\x01/", "\xc3\xa9", "myapp", "my"})
    {
        r.name = name;
        std::string text(record_size, '?');
        error_code ec;
        pad_record(text.data(), writer.write(r, text.data(), ec));
        BOOST_TEST(!ec);
        BOOST_TEST(std::string_view(parsed(text).at("name").as_string()) == name);
    }
}

BOOST_AUTO_TEST_CASE(every_time_is_written_exactly)
{
    std::vector<double> times{
        0,
        0.5,
        1e-300,
        1,
        1764000000,
        1764000000.1,
        1764000000.25,
        1764000000.000001,
        1e9,
        4e9,
        1e12,
        1e300,
        -1764000000.5,
        -0.0};
    // The neighbours of every power of two of these years, and of what begins a second.
    for (const double edge : {1073741824.0, 2147483648.0, 4294967296.0, 8589934592.0, 1764000001.0})
    {
        times.push_back(edge);
        times.push_back(std::nextafter(edge, 0));
        times.push_back(std::nextafter(edge, 1e300));
    }
    std::mt19937_64 random(1);
    std::uniform_real_distribution<double> of_these_years(1e9, 1e10);
    for (int i = 0; i < 10000; ++i)
        times.push_back(of_these_years(random));
    record r;
    r.name = "myapp";
    for (const double time : times)
    {
        r.timestamp = time;
        const std::string text = encoded(r);
        const std::string_view key = "\"timestamp\":";
        // Not by Boost.JSON, which reads a few of them as their neighbours.
        BOOST_TEST(std::strtod(text.data() + text.find(key) + key.size(), nullptr) == time);
        BOOST_TEST(std::abs(decoded(text).timestamp - time) <= std::abs(time) * 3e-16);
    }
}

BOOST_AUTO_TEST_CASE(reads_what_it_has_written_without_holder_and_tail)
{
    record free;
    free.name = "myapp";
    free.fencing_token = 5;
    const record r = decoded(encoded(free));
    BOOST_TEST(!r.holder.has_value());
    BOOST_TEST(!r.tail.has_value());
    BOOST_TEST(r.fencing_token == 5u);
    BOOST_TEST(r.port == 0);
}

BOOST_AUTO_TEST_CASE(extreme_numbers_and_every_byte_of_a_name_survive)
{
    record r = reserved_record();
    r.fencing_token = UINT64_MAX - 1;
    r.next_ticket = UINT64_MAX - 1;
    r.port = 65535;
    r.holder = claim_ref{filled_id(0xaa), filled_id(0xbb), INT64_MAX};
    r.tail->pid = INT64_MAX;
    r.next = reservation{
        {filled_id(0xee), filled_id(0xff), INT64_MAX},
        UINT64_MAX,
        UINT64_MAX
    };
    r.parked->ticket = UINT64_MAX;
    r.name.clear();
    for (char c = 1; c > 0 && c < 127; ++c)
        r.name += c;
    r.name += "\xf0\x9f\x94\x92";
    error_code ec;
    const record same = decode_record(encoded(r), r.name, ec);
    BOOST_TEST_REQUIRE(!ec, ec.message());
    BOOST_TEST(same.name == r.name);
    BOOST_TEST(same.fencing_token == UINT64_MAX - 1);
    BOOST_TEST(same.next_ticket == UINT64_MAX - 1);
    BOOST_TEST(same.next->who.pid == INT64_MAX);
    BOOST_TEST(same.next->ticket == UINT64_MAX);
    BOOST_TEST(same.next->since == UINT64_MAX);
    BOOST_TEST(same.parked->ticket == UINT64_MAX);
    BOOST_TEST(same.port == 65535);
    BOOST_TEST(same.holder->pid == INT64_MAX);
    BOOST_TEST(same.tail->pid == INT64_MAX);
}

// The longest name of the bytes that JSON writes longest, and everything else as long as it can be.
BOOST_AUTO_TEST_CASE(the_longest_record_of_our_own_fits)
{
    record r = reserved_record();
    r.name = std::string(200, '\x01');
    r.fencing_token = UINT64_MAX - 1;
    r.next_ticket = UINT64_MAX - 1;
    r.holder = claim_ref{filled_id(0xaa), filled_id(0xbb), INT64_MAX};
    r.tail->pid = INT64_MAX;
    r.next = reservation{
        {filled_id(0xee), filled_id(0xff), INT64_MAX},
        UINT64_MAX,
        UINT64_MAX
    };
    r.parked = parked_waiter{r.next->who, UINT64_MAX};
    BOOST_TEST(encoded(r).size() == record_size);
}

// Nothing after it could be larger.
BOOST_AUTO_TEST_CASE(number_that_cannot_grow_any_more_is_corrupt)
{
    for (const char* const key : {"fencing_token", "next_ticket"})
    {
        BOOST_TEST(decoding_error(with_ours(key, "18446744073709551615")) == errc::corrupt_record);
        BOOST_TEST(!decoding_error(with_ours(key, "18446744073709551614")));
    }
}

BOOST_AUTO_TEST_CASE(top_level_of_a_held_record_is_what_version_1_reads)
{
    const json::object object = parsed(encoded(held_record()));
    BOOST_TEST(object.size() == 5u);
    BOOST_TEST(object.at("port") == json::value(40123));
    BOOST_TEST(object.at("pid") == json::value(4711));
    BOOST_TEST(object.at("timestamp") == json::value(1764000000.25));
    BOOST_TEST(object.at("name") == json::value("myapp"));
    BOOST_TEST(object.at("socketlock").is_object());
}

// Else it would take the lock in between.
BOOST_AUTO_TEST_CASE(top_level_of_a_reserved_record_names_the_reserved_claim_for_version_1)
{
    const json::object object = parsed(encoded(reserved_record()));
    BOOST_TEST(object.at("port") == json::value(40123));
    BOOST_TEST(object.at("pid") == json::value(4713));
    BOOST_TEST(object.at("timestamp") == json::value(1764000000.25));
}

BOOST_AUTO_TEST_CASE(our_part_is_what_the_documentation_says)
{
    const json::object object = parsed(encoded(held_record()));
    const json::object& ours = object.at("socketlock").as_object();
    BOOST_TEST(ours.at("version") == json::value(2));
    BOOST_TEST(ours.at("fencing_token") == json::value(1764000000250000));
    BOOST_TEST(ours.at("next_ticket") == json::value(8));
    const json::value holder{
        {"claim",    hex_a},
        {"presence", hex_b}
    };
    BOOST_TEST(ours.at("holder") == holder);
    BOOST_TEST(ours.at("tail").at("claim") == json::value(hex_c));
    BOOST_TEST(ours.at("tail").at("presence") == json::value(hex_d));
    BOOST_TEST(ours.at("next").is_null());
    BOOST_TEST(ours.at("parked").is_null());
    BOOST_TEST(ours.size() == 7u);

    const json::object reserved = parsed(encoded(reserved_record()));
    const json::value next{
        {"claim", std::string(32, 'e')},
        {"presence",       std::string(32,            'f')},
        {"pid",   4713     },
        {"ticket", 9         },
        {"since",      1764000000250001          }
    };
    BOOST_TEST(reserved.at("socketlock").at("next") == next);
    const json::value parked{
        {"claim", std::string(32, '1')},
        {"presence",       std::string(32,            '2')},
        {"pid",   4714     },
        {"ticket", 10         }
    };
    BOOST_TEST(reserved.at("socketlock").at("parked") == parked);
}

// Version 1 judges such a file stale; a null in it would wedge it.
BOOST_AUTO_TEST_CASE(free_record_has_zeros_for_version_1)
{
    record free;
    free.name = "myapp";
    const json::object object = parsed(encoded(free));
    BOOST_TEST(object.at("port") == json::value(0));
    BOOST_TEST(object.at("pid") == json::value(0));
    BOOST_TEST(object.at("timestamp").to_number<double>() == 0.0);
    BOOST_TEST(object.at("socketlock").at("holder").is_null());
    BOOST_TEST(object.at("socketlock").at("tail").is_null());
}

BOOST_AUTO_TEST_CASE(written_text_always_has_the_same_size_and_ends_a_line)
{
    record free;
    free.name = "x";
    for (const record& r : {free, held_record()})
    {
        std::string text(record_size + 1, '?');
        error_code ec;
        encode_record(r, text.data(), ec);
        BOOST_TEST(!ec);
        BOOST_TEST(text[record_size] == '?');
        BOOST_TEST(text[record_size - 1] == '\n');
        BOOST_TEST(text.find('?') == record_size);
    }
}

BOOST_AUTO_TEST_CASE(unknown_fields_are_kept)
{
    json::object object = parsed(encoded(held_record()));
    object["colour"] = {"red", 1, nullptr};
    object["socketlock"].as_object()["lease"] = {
        {"seconds", 3.5}
    };
    const json::object same = parsed(encoded(decoded(json::serialize(object))));
    BOOST_TEST(same == object);
}

// Fewer of our own members must not hide how many are somebody else's.
BOOST_AUTO_TEST_CASE(unknown_fields_are_kept_where_optional_ones_are_missing)
{
    for (const int number_of_unknown : {1, 2, 3})
    {
        json::object object = parsed(free_record);
        for (int i = 0; i < number_of_unknown; ++i)
        {
            object["top" + std::to_string(i)] = i;
            object["socketlock"].as_object()["ours" + std::to_string(i)] = i;
        }
        const record r = decoded(json::serialize(object));
        BOOST_TEST(r.others.size() == static_cast<std::size_t>(number_of_unknown));
        BOOST_TEST(r.our_others.size() == static_cast<std::size_t>(number_of_unknown));

        json::object v1 = object;
        v1.erase("socketlock");
        const record old = decoded(json::serialize(v1));
        BOOST_TEST(old.others.size() == static_cast<std::size_t>(number_of_unknown));
    }
}

BOOST_AUTO_TEST_CASE(unknown_fields_that_leave_no_room_are_an_error)
{
    record r = held_record();
    const std::size_t used = encoded(r).rfind('}') + 1;
    // ,"x":"..." and, at the end of all, one byte for the newline.
    const std::size_t room = record_size - used - 1 - std::string_view(R"(,"x":"")").size();
    std::string text(record_size, '?');
    error_code ec;
    r.others["x"] = std::string(room, 'x');
    encode_record(r, text.data(), ec);
    BOOST_TEST(!ec);
    BOOST_TEST(parsed(text).at("x").as_string().size() == room);
    r.others["x"] = std::string(room + 1, 'x');
    encode_record(r, text.data(), ec);
    BOOST_TEST(ec == errc::corrupt_record);
    r.others["x"] = std::string(100 * record_size, 'x');
    encode_record(r, text.data(), ec);
    BOOST_TEST(ec == errc::corrupt_record);
}

BOOST_AUTO_TEST_CASE(empty_blank_and_zeroed_files_are_fresh)
{
    const std::string zeros(record_size, '\0');
    for (const std::string& text :
         {std::string(), std::string(" \t\r\n"), std::string(1, '\0'), zeros})
    {
        const record r = decoded(text);
        BOOST_TEST(r.name == "myapp");
        BOOST_TEST(!r.holder.has_value());
        BOOST_TEST(!r.tail.has_value());
        BOOST_TEST(!r.next.has_value());
        BOOST_TEST(!r.parked.has_value());
        BOOST_TEST(!r.v1_pid.has_value());
        BOOST_TEST(r.fencing_token == 0u);
        BOOST_TEST(r.next_ticket == 0u);
    }
}

BOOST_AUTO_TEST_CASE(good_record_may_be_followed_by_blanks_or_zeros)
{
    const std::string text = free_record;
    BOOST_TEST(decoded(text).fencing_token == 7u);
    BOOST_TEST(decoded(text + "\n   \n").fencing_token == 7u);
    BOOST_TEST(decoded(text + std::string(100, '\0')).fencing_token == 7u);
}

BOOST_AUTO_TEST_CASE(newer_version_is_refused_whatever_else_it_says)
{
    BOOST_TEST(decoding_error(with_ours("version", "3")) == errc::newer_record);
    BOOST_TEST(decoding_error(with_ours("version", "18446744073709551615")) == errc::newer_record);
    const char text[] = R"({"port":"new","name":{},"socketlock":{"version":3,"holder":[1,2]}})";
    BOOST_TEST(decoding_error(text) == errc::newer_record);
}

BOOST_AUTO_TEST_CASE(record_of_another_name_is_a_mismatch)
{
    error_code ec;
    const std::string text = encoded(held_record());
    for (const char* const other : {"Myapp", "myap", "myapp2", ""})
    {
        decode_record(text, other, ec);
        BOOST_TEST(ec == errc::name_mismatch);
    }
    decode_record(R"({"port":1,"pid":2,"timestamp":3,"name":"MyApp"})", "myapp", ec);
    BOOST_TEST(ec == errc::name_mismatch);
}

BOOST_AUTO_TEST_CASE(record_without_our_part_is_one_of_version_1)
{
    const char
        text[] = R"({"port": 40123, "pid": 4711, "timestamp": 1764000000.25, "name": "myapp"})";
    const record r = decoded(text);
    BOOST_REQUIRE(r.v1_pid.has_value());
    BOOST_TEST(*r.v1_pid == 4711);
    BOOST_TEST(r.port == 40123);
    BOOST_TEST(r.timestamp == 1764000000.25);
    BOOST_TEST(!r.holder.has_value());
    BOOST_TEST(
        decoding_error(R"({"port":1,"timestamp":3,"name":"myapp"})") == errc::corrupt_record
    );
}

BOOST_AUTO_TEST_SUITE_END()
