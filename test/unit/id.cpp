// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#include <socketlock/detail/common/id.hpp>

#include <boost/test/unit_test.hpp>

#include <string>
#include <unordered_set>

using socketlock::detail::id128;
using socketlock::detail::id128_hash;

namespace {

id128 counting_id()
{
    id128 result;
    for (std::size_t i = 0; i < result.value.size(); ++i)
        result.value[i] = static_cast<unsigned char>(i * 17);
    return result;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(id)

BOOST_AUTO_TEST_CASE(a_new_id_is_nil)
{
    BOOST_TEST(id128{}.is_nil());
    id128 last_byte_set;
    last_byte_set.value[15] = 1;
    BOOST_TEST(!last_byte_set.is_nil());
}

BOOST_AUTO_TEST_CASE(hex_digits_are_lower_case_and_in_the_order_of_the_bytes)
{
    BOOST_TEST(counting_id().to_hex() == "00112233445566778899aabbccddeeff");
    BOOST_TEST(id128{}.to_hex() == std::string(32, '0'));
}

BOOST_AUTO_TEST_CASE(reads_what_it_has_written)
{
    const auto read = id128::from_hex("00112233445566778899aabbccddeeff");
    BOOST_REQUIRE(read.has_value());
    BOOST_TEST((*read == counting_id()));
    for (int byte = 0; byte < 256; ++byte)
    {
        id128 id;
        id.value.fill(static_cast<unsigned char>(byte));
        BOOST_TEST((id128::from_hex(id.to_hex()) == id));
    }
}

BOOST_AUTO_TEST_CASE(refuses_every_other_length)
{
    const std::string digits(100, 'a');
    for (std::size_t size = 0; size <= digits.size(); ++size)
        BOOST_TEST(id128::from_hex(digits.substr(0, size)).has_value() == (size == 32));
}

BOOST_AUTO_TEST_CASE(refuses_every_other_character_at_every_place)
{
    const std::string allowed = "0123456789abcdef";
    for (std::size_t place = 0; place < 32; ++place)
    {
        for (int c = 0; c < 256; ++c)
        {
            std::string text(32, '5');
            text[place] = static_cast<char>(c);
            const bool good = allowed.find(static_cast<char>(c)) != std::string::npos;
            BOOST_TEST(id128::from_hex(text).has_value() == good);
        }
    }
}

BOOST_AUTO_TEST_CASE(ids_are_ordered_like_their_hex_digits)
{
    id128 low;
    low.value[15] = 0x7f;
    id128 middle;
    middle.value[15] = 0x80;
    id128 high;
    high.value[0] = 1;

    BOOST_TEST((low < middle && middle < high && low < high));
    BOOST_TEST((!(middle < low) && !(high < middle) && !(low < low)));
    BOOST_TEST(low.to_hex() < middle.to_hex());
    BOOST_TEST(middle.to_hex() < high.to_hex());
}

BOOST_AUTO_TEST_CASE(ids_that_differ_in_one_bit_are_not_equal)
{
    const id128 original = counting_id();
    for (std::size_t bit = 0; bit < 128; ++bit)
    {
        id128 other = original;
        other.value[bit / 8] = static_cast<unsigned char>(other.value[bit / 8] ^ 1u << bit % 8);
        BOOST_TEST((other != original));
        BOOST_TEST(!(other == original));
    }
    BOOST_TEST((original == counting_id()));
    BOOST_TEST(!(original != counting_id()));
}

BOOST_AUTO_TEST_CASE(ids_serve_as_keys_of_unordered_containers)
{
    std::unordered_set<id128, id128_hash> set;
    set.insert(counting_id());
    set.insert(counting_id());
    set.insert(id128{});
    BOOST_TEST(set.size() == 2u);
    BOOST_TEST(set.count(counting_id()) == 1u);
}

BOOST_AUTO_TEST_SUITE_END()
