// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// Our own texts are read without a parser, as a parser would read them.

#include <socketlock/detail/record/record_scanner.hpp>

#include <boost/test/unit_test.hpp>

#include <cmath>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "record_fixture.hpp"

using namespace record_fixture;

namespace {

bool is_scanned(std::string_view text, std::string_view name = "myapp")
{
    record r;
    return scan_record(text, name, r);
}

// If it is scanned, then as it is parsed.
void check_same(const std::string& text)
{
    record scanned;
    if (!scan_record(text, "myapp", scanned))
        return;
    error_code ec;
    record parsed = decode_record(text, "myapp", ec);
    BOOST_TEST_REQUIRE(!ec, text);
    // Boost.JSON reads some numbers as their neighbours.
    BOOST_TEST(std::abs(parsed.timestamp - scanned.timestamp) <= parsed.timestamp * 3e-16);
    parsed.timestamp = scanned.timestamp;
    BOOST_TEST(encoded(scanned) == encoded(parsed), text);
}

std::vector<record> some_records()
{
    record free;
    free.name = "myapp";
    free.fencing_token = UINT64_MAX - 1;
    free.next_ticket = UINT64_MAX - 1;
    record all = reserved_record();
    all.holder = held_record().holder;
    all.port = 65535;
    all.holder->pid = INT64_MAX;
    record only_parked = reserved_record();
    only_parked.next.reset();
    only_parked.tail.reset();
    return {free, held_record(), reserved_record(), all, only_parked};
}

std::string padded(std::string text)
{
    text.resize(record_size - 1, ' ');
    return text + '\n';
}

}  // namespace

BOOST_AUTO_TEST_SUITE(record_scanner)

BOOST_AUTO_TEST_CASE(whatever_the_writer_writes_is_scanned_as_it_was)
{
    std::mt19937_64 random(1);
    std::uniform_real_distribution<double> of_these_years(1.1e9, 8.5e9);
    for (record r : some_records())
    {
        for (int i = 0; i < 1000; ++i)
        {
            r.timestamp = i == 0 ? 0 : of_these_years(random);
            const std::string text = encoded(r);
            record scanned;
            BOOST_TEST_REQUIRE(scan_record(text, "myapp", scanned), text);
            BOOST_TEST_REQUIRE(encoded(scanned) == text);
            BOOST_TEST_REQUIRE(scanned.timestamp == r.timestamp);
        }
        check_same(encoded(r));
    }
}

BOOST_AUTO_TEST_CASE(whatever_is_scanned_is_parsed_as_the_same)
{
    constexpr std::string_view others = "019 .-+eE\"\\{},:naf\n\t\x80";
    for (const record& r : some_records())
    {
        const std::string good = encoded(r);
        const std::size_t length = good.rfind('}') + 3;
        for (std::size_t at = 0; at <= length; ++at)
        {
            const std::size_t place = at == length ? record_size - 1 : at;
            for (const char c : others)
            {
                std::string text = good;
                text[place] = c;
                check_same(text);
                // One more, and one less.
                std::string longer = good;
                check_same(longer.erase(record_size - 2, 1).insert(at, 1, c));
            }
            std::string shorter = good;
            check_same(shorter.erase(place, 1).insert(record_size - 2, 1, ' '));
        }
    }
}

BOOST_AUTO_TEST_CASE(what_is_only_different_is_left_to_the_parser)
{
    const std::string good = encoded(held_record());
    BOOST_TEST(is_scanned(good));
    BOOST_TEST(!is_scanned(good, "myap"));
    BOOST_TEST(!is_scanned(good, "myapp2"));
    BOOST_TEST(!is_scanned(good.substr(0, record_size - 1)));
    BOOST_TEST(!is_scanned(good.substr(0, good.rfind('}') + 1)));
    BOOST_TEST(!is_scanned(padded(json::serialize(json::parse(good)))));
    BOOST_TEST(!is_scanned(padded(with_top("more", "1"))));
    BOOST_TEST(!is_scanned(padded(with_ours("more", "1"))));
    std::string newer = good;
    newer.replace(newer.find("\"version\":2"), 11, "\"version\":3");
    BOOST_TEST(!is_scanned(newer));
    record full = held_record();
    full.fencing_token = UINT64_MAX;
    BOOST_TEST(!is_scanned(encoded(full)));
}

BOOST_AUTO_TEST_CASE(names_that_json_writes_in_another_way_are_left_to_the_parser)
{
    for (const char* const name : {"a\"b", "a\\b", "a\nb", "\x01"})
    {
        record r = held_record();
        r.name = name;
        BOOST_TEST(!is_scanned(encoded(r), name));
    }
    record r = held_record();
    r.name = "\xc3\xa9\x7f/";
    BOOST_TEST(is_scanned(encoded(r), r.name));
}

BOOST_AUTO_TEST_SUITE_END()
