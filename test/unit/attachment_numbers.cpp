// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#include <socketlock/detail/wire/attachment_numbers.hpp>

#include <boost/test/unit_test.hpp>

#include <cstdint>

using socketlock::detail::attachment_numbers;

BOOST_AUTO_TEST_SUITE(attachment_numbers_of_the_side_that_listens)

BOOST_AUTO_TEST_CASE(one_attachment_follows_the_other_with_rising_numbers)
{
    attachment_numbers numbers;
    for (const std::uint64_t number : {1u, 2u, 5u, 1000u})
    {
        BOOST_TEST(numbers.begin(number));
        BOOST_TEST(numbers.is_current(number));
        BOOST_TEST(numbers.end(number));
        BOOST_TEST(!numbers.is_current(number));
    }
}

BOOST_AUTO_TEST_CASE(zero_is_no_number)
{
    attachment_numbers numbers;
    BOOST_TEST(!numbers.begin(0));
    BOOST_TEST(!numbers.is_current(0));
    BOOST_TEST(!numbers.end(0));
}

BOOST_AUTO_TEST_CASE(a_number_that_has_been_or_a_lower_one_is_refused)
{
    attachment_numbers numbers;
    BOOST_TEST(numbers.begin(7));
    BOOST_TEST(numbers.end(7));
    BOOST_TEST(!numbers.begin(7));
    BOOST_TEST(!numbers.begin(6));
    // A refusal is no attachment.
    BOOST_TEST(!numbers.is_current(7));
    BOOST_TEST(numbers.begin(8));
}

BOOST_AUTO_TEST_CASE(a_second_one_is_refused_while_the_first_is_under_way)
{
    attachment_numbers numbers;
    BOOST_TEST(numbers.begin(1));
    BOOST_TEST(!numbers.begin(2));
    BOOST_TEST(numbers.is_current(1));
    BOOST_TEST(!numbers.is_current(2));
    BOOST_TEST(numbers.end(1));
    BOOST_TEST(numbers.begin(2));
}

BOOST_AUTO_TEST_CASE(only_the_one_under_way_ends_and_only_once)
{
    attachment_numbers numbers;
    BOOST_TEST(!numbers.end(1));
    BOOST_TEST(numbers.begin(3));
    BOOST_TEST(!numbers.end(2));
    BOOST_TEST(!numbers.end(4));
    BOOST_TEST(numbers.is_current(3));
    BOOST_TEST(numbers.end(3));
    BOOST_TEST(!numbers.end(3));
}

BOOST_AUTO_TEST_CASE(it_was_idle_if_nothing_was_under_way_since_it_was_asked_last)
{
    attachment_numbers numbers;
    BOOST_TEST(numbers.was_idle());
    numbers.begin(1);
    BOOST_TEST(!numbers.was_idle());
    numbers.end(1);
    // It may have ended just now.
    BOOST_TEST(!numbers.was_idle());
    BOOST_TEST(numbers.was_idle());
    // One that has come and gone counts as well.
    numbers.begin(2);
    numbers.end(2);
    BOOST_TEST(!numbers.was_idle());
    BOOST_TEST(numbers.was_idle());
}

BOOST_AUTO_TEST_SUITE_END()
