// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>
#include <utility>

#include "record_fixture.hpp"

using namespace record_fixture;

// Records that no version of this library has written.
BOOST_AUTO_TEST_SUITE(record_damage)

BOOST_AUTO_TEST_CASE(every_truncation_is_corrupt_with_and_without_zeros_behind_it)
{
    const std::string text = json::serialize(parsed(encoded(reserved_record())));
    for (std::size_t size = 1; size < text.size(); ++size)
    {
        const std::string part = text.substr(0, size);
        BOOST_TEST_CONTEXT(part)
        {
            BOOST_TEST(decoding_error(part) == errc::corrupt_record);
            std::string padded = part;
            padded.resize(record_size);
            BOOST_TEST(decoding_error(padded) == errc::corrupt_record);
        }
    }
}

BOOST_AUTO_TEST_CASE(what_is_not_a_json_object_is_corrupt)
{
    for (const std::string text :
         {"[]",
          "null",
          "1",
          "\"myapp\"",
          "{}",
          "{",
          "}",
          "not json",
          "{} {}",
          "\xff\xfe{}",
          "{\"a\"}",
          "{'a':1}",
          "{\"port\":1,}"})
    {
        BOOST_TEST_CONTEXT(text)
        {
            BOOST_TEST(decoding_error(text) == errc::corrupt_record);
            BOOST_TEST(decoding_error(free_record + text) == errc::corrupt_record);
        }
    }
}

// It is read as infinity, which cannot be written.
BOOST_AUTO_TEST_CASE(number_that_is_too_large_for_a_double_is_corrupt_wherever_it_is)
{
    const std::string text = free_record;
    const std::string start = R"({"port":0,"pid":0,)";
    BOOST_TEST_REQUIRE(text.find(start) == 0u);
    const std::string rest = text.substr(start.size());
    for (const std::string number : {"1e309", "-1e309"})
    {
        std::string timestamp = text;
        timestamp.replace(timestamp.find(":0,\"name"), 2, ':' + number);
        BOOST_TEST(decoding_error(timestamp) == errc::corrupt_record);
        const std::string theirs = R"("note":)" + number + ',';
        BOOST_TEST(decoding_error(start + theirs + rest) == errc::corrupt_record);
        const std::string inner = R"("note":[1,{"a":)" + number + "}],";
        BOOST_TEST(decoding_error(start + inner + rest) == errc::corrupt_record);
        std::string ours = text;
        ours.insert(ours.find(R"("version")"), theirs);
        BOOST_TEST(decoding_error(ours) == errc::corrupt_record);
    }
    BOOST_TEST(!decoding_error(start + R"("note":1e308,)" + rest));
}

BOOST_AUTO_TEST_CASE(wrong_value_at_the_top_is_corrupt)
{
    const std::pair<const char*, const char*> wrong[] = {
        {"port",       "99999999"                      },
        {"port",       "65536"                         },
        {"port",       "-1"                            },
        {"port",       "1.5"                           },
        {"port",       "1e300"                         },
        {"port",       "null"                          },
        {"port",       "\"40123\""                     },
        {"pid",        "-1"                            },
        {"pid",        "9223372036854775808"           },
        {"pid",        "18446744073709551616"          },
        {"pid",        "null"                          },
        {"pid",        "[4711]"                        },
        {"timestamp",  "\"2026-11-23T10:00:00Z\""      },
        {"timestamp",  "null"                          },
        {"timestamp",  "{}"                            },
        {"name",       "null"                          },
        {"name",       "4711"                          },
        {"socketlock", "null"                          },
        {"socketlock", "[]"                            },
        {"socketlock", "2"                             },
        {"socketlock", "{}"                            },
        {"socketlock", R"({"version":2})"              },
        {"socketlock", R"({"version":2,"holder":null})"},
    };
    for (const auto& [key, value] : wrong)
    {
        BOOST_TEST_CONTEXT(key << ": " << value)
        {
            BOOST_TEST(decoding_error(with_top(key, value)) == errc::corrupt_record);
        }
    }
    for (const char* const key : {"port", "pid", "timestamp", "name"})
    {
        json::object object = parsed(free_record);
        object.erase(key);
        // A pid is of use only with a holder.
        const bool is_needed = std::string_view(key) != "pid";
        BOOST_TEST(
            decoding_error(json::serialize(object)) ==
            (is_needed ? make_error_code(errc::corrupt_record) : error_code())
        );
    }
}

BOOST_AUTO_TEST_CASE(wrong_value_in_our_part_is_corrupt)
{
    const std::string good_ids = R"("claim":")" + hex_a + R"(","presence":")" + hex_b + '"';
    const std::pair<const char*, std::string> wrong[] = {
        {"version",       "0"                                                           },
        {"version",       "1"                                                           },
        {"version",       "-2"                                                          },
        {"version",       "2.5"                                                         },
        {"version",       "\"2\""                                                       },
        {"fencing_token", "-1"                                                          },
        {"fencing_token", "1.5"                                                         },
        {"fencing_token", "18446744073709551616"                                        },
        {"fencing_token", "\"7\""                                                       },
        {"fencing_token", "null"                                                        },
        {"next_ticket",   "-1"                                                          },
        {"next_ticket",   "null"                                                        },
        {"holder",        "[]"                                                          },
        {"holder",        "\"" + hex_a + "\""                                           },
        {"holder",        "{}"                                                          },
        {"holder",        R"({"claim":")" + hex_a + R"("})"                             },
        {"tail",          "true"                                                        },
        {"tail",          R"({"presence":")" + hex_a + R"("})"                          },
        {"tail",          '{' + good_ids + R"(,"pid":-1})"                              },
        {"tail",          '{' + good_ids + R"(,"pid":"4711"})"                          },
        {"tail",          '{' + good_ids + R"(,"pid":1e40})"                            },
        {"next",          "7"                                                           },
        {"next",          "{}"                                                          },
        {"next",          '{' + good_ids + '}'                                          },
        {"next",          '{' + good_ids + R"(,"pid":1,"ticket":2})"                    },
        {"next",          '{' + good_ids + R"(,"pid":1,"since":2})"                     },
        {"next",          '{' + good_ids + R"(,"ticket":1,"since":2})"                  },
        {"next",          '{' + good_ids + R"(,"pid":1,"ticket":-1,"since":2})"         },
        {"next",          '{' + good_ids + R"(,"pid":1,"ticket":1,"since":2.5})"        },
        {"next",          '{' + good_ids + R"(,"pid":1,"ticket":1,"since":null})"       },
        {"next",          R"({"claim":")" + hex_a + R"(","pid":1,"ticket":1,"since":2})"},
        {"parked",        "\"" + hex_a + "\""                                           },
        {"parked",        '{' + good_ids + '}'                                          },
        {"parked",        '{' + good_ids + R"(,"pid":1})"                               },
        {"parked",        '{' + good_ids + R"(,"pid":-1,"ticket":1})"                   },
        {"parked",        '{' + good_ids + R"(,"pid":1,"ticket":18446744073709551616})" },
    };
    for (const auto& [key, value] : wrong)
    {
        BOOST_TEST_CONTEXT(key << ": " << value)
        {
            BOOST_TEST(decoding_error(with_ours(key, value)) == errc::corrupt_record);
        }
    }
    BOOST_TEST(!decoding_error(with_ours("tail", '{' + good_ids + '}')));
    for (const char* const key : {"holder", "next", "parked", "tail"})
        BOOST_TEST(!decoding_error(with_ours(key, "null")));
}

// Ids become parts of paths.
BOOST_AUTO_TEST_CASE(ids_that_are_not_32_hex_digits_are_corrupt)
{
    for (const std::string& id :
         {std::string(),
          std::string("../../etc"),
          std::string("../../../../../../../../etc/passwd").substr(0, 32),
          std::string(31, 'a'),
          std::string(33, 'a'),
          std::string(32, 'A'),
          std::string(32, 'g'),
          std::string(31, 'a') + '/',
          std::string(31, 'a') + '\n'})
    {
        for (const char* const member : {"holder", "next", "parked", "tail"})
        {
            for (const char* const key : {"claim", "presence"})
            {
                record r = reserved_record();
                r.holder = held_record().holder;
                json::object object = parsed(encoded(r));
                object["socketlock"].at(member).as_object()[key] = id;
                BOOST_TEST_CONTEXT(member << '.' << key << ": " << id)
                {
                    BOOST_TEST(decoding_error(json::serialize(object)) == errc::corrupt_record);
                }
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(text_that_is_not_utf8_is_corrupt)
{
    for (const std::string bad : {"\xff", "\xc3", "\xed\xa0\x80", "\xf8\x88\x80\x80\x80"})
    {
        std::string text = free_record;
        text.insert(text.find("myapp"), bad);
        BOOST_TEST(decoding_error(text) == errc::corrupt_record);
    }
}

BOOST_AUTO_TEST_CASE(deep_nesting_and_many_members_are_survived)
{
    for (const char* const open : {"[", "{\"a\":"})
    {
        std::string deep;
        while (deep.size() + 6 < record_size)
            deep += open;
        BOOST_TEST(decoding_error(deep) == errc::corrupt_record);
        // Within a record that is good otherwise.
        std::string text = free_record;
        text.insert(1, "\"a\":" + deep.substr(0, 3600));
        BOOST_TEST(decoding_error(text) == errc::corrupt_record);
    }
    const std::string closed = std::string(1000, '[') + std::string(1000, ']');
    BOOST_TEST(decoding_error(with_top("pid", "[[[[[[[[]]]]]]]]")) == errc::corrupt_record);
    BOOST_TEST(decoding_error(closed) == errc::corrupt_record);

    std::string many = "{";
    for (int i = 0; many.size() < 3600; ++i)
        many += '"' + std::to_string(i) + "\":{},";
    many += std::string(free_record).substr(1);
    BOOST_TEST(decoded(many).fencing_token == 7u);
}

BOOST_AUTO_TEST_SUITE_END()
