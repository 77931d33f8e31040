// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#include <socketlock/detail/record/lock_name.hpp>

#include <boost/test/unit_test.hpp>

#include <cctype>
#include <cstdio>
#include <iterator>
#include <set>
#include <string>
#include <string_view>

#include "printing.hpp"

using namespace socketlock::detail;
using socketlock::error_code;

namespace {

std::string file_name(std::string_view name)
{
    error_code ec;
    const std::string result = lock_file_name(name, ec);
    BOOST_TEST_REQUIRE(!ec, ec.message());
    return result;
}

/// What a lock's name is encoded as.
std::string encoded(std::string_view name)
{
    const std::string file = file_name(name);
    BOOST_TEST_REQUIRE(file.size() > 6u);
    BOOST_TEST(file.front() == '.');
    BOOST_TEST(file.substr(file.size() - 5) == ".lock");
    return file.substr(1, file.size() - 6);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(lock_name)

BOOST_AUTO_TEST_CASE(letters_digits_underscore_and_hyphen_stand_for_themselves)
{
    const std::string plain = "ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz-0123456789";
    BOOST_TEST(file_name(plain) == '.' + plain + ".lock");
    BOOST_TEST(file_name("myapp") == ".myapp.lock");
}

BOOST_AUTO_TEST_CASE(every_other_byte_is_percent_encoded)
{
    for (int value = 1; value < 256; ++value)
    {
        const char c = static_cast<char>(value);
        const bool plain = (value < 128 && std::isalnum(value) != 0) || c == '_' || c == '-';
        char expected[8];
        std::snprintf(expected, sizeof expected, "%%%02x", static_cast<unsigned>(value));
        BOOST_TEST(encoded(std::string(1, c)) == (plain ? std::string(1, c) : expected));
    }
    BOOST_TEST(encoded("a b/c%20") == "a%20b%2fc%2520");
    BOOST_TEST(encoded("\xc3\xa9t\xc3\xa9") == "%c3%a9t%c3%a9");
}

BOOST_AUTO_TEST_CASE(only_inner_dots_stand_for_themselves)
{
    BOOST_TEST(encoded("com.example.app") == "com.example.app");
    BOOST_TEST(encoded("a..b") == "a..b");
    BOOST_TEST(encoded(".") == "%2e");
    BOOST_TEST(encoded("..") == "%2e%2e");
    BOOST_TEST(encoded("...") == "%2e.%2e");
    BOOST_TEST(encoded(".hidden") == "%2ehidden");
    BOOST_TEST(encoded("ends.") == "ends%2e");
}

BOOST_AUTO_TEST_CASE(no_name_leaves_the_directory)
{
    for (const char* const name :
         {"/",
          "./x",
          "/../x",
          "../../etc/passwd",
          "..",
          "a/../../b",
          "/etc/passwd",
          "a\\..\\b",
          "C:x"})
    {
        const std::string file = file_name(name);
        BOOST_TEST(file.find_first_of("/\\:") == file.npos);
        BOOST_TEST(file != ".");
        BOOST_TEST(file != "..");
    }
}

BOOST_AUTO_TEST_CASE(distinct_names_have_distinct_files)
{
    const std::string long_name(200, '/');
    const char* const names[] = {
        "a",
        "A",
        "a.",
        ".a",
        "a%2e",
        "%2ea",
        "a/b",
        "a%2fb",
        "a%2Fb",
        "a b",
        "a_b",
        "~",
        "%7e",
    };
    std::set<std::string> files;
    for (const char* const name : names)
        files.insert(file_name(name));
    BOOST_TEST(files.size() == std::size(names));
    // A short name cannot be spelled so that it gets the file of a long one.
    BOOST_TEST(encoded(long_name).find('~') != std::string::npos);
    BOOST_TEST(encoded(encoded(long_name)) != encoded(long_name));
}

BOOST_AUTO_TEST_CASE(encoded_name_of_180_bytes_is_kept_and_a_longer_one_is_cut)
{
    const std::string longest(180, 'x');
    BOOST_TEST(encoded(longest) == longest);
    BOOST_TEST(encoded(std::string(60, '/')).size() == 180u);

    const std::string cut = encoded(longest + 'x');
    BOOST_TEST(cut.size() == 180u);
    BOOST_TEST(cut.substr(0, 147) == std::string(147, 'x'));
    // printf 'x%.0s' $(seq 181) | sha256sum | cut -c 1-32
    BOOST_TEST(cut.substr(147) == "~dc31ed5afb940294fdd687c69bbba2ae");
    BOOST_TEST(encoded(std::string(61, '/')).size() == 180u);
    BOOST_TEST(encoded(std::string(200, '/')).size() == 180u);
}

BOOST_AUTO_TEST_CASE(long_names_that_differ_anywhere_have_distinct_files)
{
    std::set<std::string> files;
    std::string name(200, 'x');
    files.insert(file_name(name));
    for (char& c : name)
    {
        c = 'y';
        files.insert(file_name(name));
        c = 'x';
    }
    for (std::size_t size = 181; size < 200; ++size)
        files.insert(file_name(std::string(size, 'x')));
    BOOST_TEST(files.size() == 1u + 200u + 19u);
    for (const std::string& file : files)
        BOOST_TEST(file.size() == 186u);
}

BOOST_AUTO_TEST_CASE(valid_names_have_1_to_200_bytes)
{
    BOOST_TEST(!is_valid_lock_name(""));
    BOOST_TEST(is_valid_lock_name("x"));
    BOOST_TEST(is_valid_lock_name(std::string(200, 'x')));
    BOOST_TEST(!is_valid_lock_name(std::string(201, 'x')));
    // Bytes count, not characters.
    std::string umlauts;
    for (int i = 0; i < 100; ++i)
        umlauts += "\xc3\xbc";
    BOOST_TEST(is_valid_lock_name(umlauts));
    BOOST_TEST(!is_valid_lock_name(umlauts + 'x'));
}

BOOST_AUTO_TEST_CASE(valid_names_contain_no_nul)
{
    using namespace std::string_view_literals;
    BOOST_TEST(!is_valid_lock_name("\0"sv));
    BOOST_TEST(!is_valid_lock_name("my\0app"sv));
    BOOST_TEST(!is_valid_lock_name("myapp\0"sv));
}

BOOST_AUTO_TEST_CASE(valid_names_may_contain_all_else_that_is_ascii)
{
    std::string name;
    for (char c = 1; c < 127; ++c)
        name += c;
    BOOST_TEST(is_valid_lock_name(name));
    BOOST_TEST(is_valid_lock_name("\x7f"));
}

BOOST_AUTO_TEST_CASE(utf8_sequences_are_valid_up_to_their_limits)
{
    for (const char* const name :
         {"\xc2\x80",
          "\xdf\xbf",
          "\xe0\xa0\x80",
          "\xed\x9f\xbf",
          "\xee\x80\x80",
          "\xef\xbf\xbf",
          "\xf0\x90\x80\x80",
          "\xf4\x8f\xbf\xbf",
          "a\xc3\xa9z",
          "\xe6\x97\xa5\xe6\x9c\xac"})
    {
        BOOST_TEST(is_valid_lock_name(name), name);
    }
}

BOOST_AUTO_TEST_CASE(everything_beyond_those_limits_is_invalid)
{
    for (const char* const name :
         {"\x80",  // a continuation alone
          "\xbf",
          "\xc3",  // cut
          "\xc3z",
          "\xe2\x82",
          "\xe2\x82z",
          "\xf0\x9f\x94",
          "\xf0\x9f\x94z",
          "\xc3\xc3\xa9",
          "\xc0\x80",  // overlong
          "\xc1\xbf",
          "\xe0\x80\x80",
          "\xe0\x9f\xbf",
          "\xf0\x80\x80\x80",
          "\xf0\x8f\xbf\xbf",
          "\xed\xa0\x80",  // surrogates
          "\xed\xbf\xbf",
          "\xf4\x90\x80\x80",  // above U+10FFFF
          "\xf5\x80\x80\x80",
          "\xf8\x88\x80\x80\x80",
          "\xfe",
          "\xff",
          "fine until\xff"})
    {
        BOOST_TEST(!is_valid_lock_name(name), name);
    }
}

BOOST_AUTO_TEST_SUITE_END()
