// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

#include <string>
#include <utility>

#include "presence_fixture.hpp"

namespace json = boost::json;
using namespace presence_fixture;

namespace {

bool same(const presence_info& a, const presence_info& b)
{
    return a.id == b.id && a.pid == b.pid && a.port == b.port && a.address == b.address &&
           a.key == b.key && a.boot_id == b.boot_id && a.pid_namespace == b.pid_namespace &&
           a.net_namespace == b.net_namespace && a.host == b.host && a.executable == b.executable &&
           a.start_time == b.start_time && a.time_namespace == b.time_namespace;
}

error_code decoding_error(const std::string& text)
{
    error_code ec;
    decode_presence(text, ec);
    return ec;
}

/// The text of a good presence in which a member has another value, given as JSON.
std::string with_member(const char* key, const std::string& value)
{
    json::object object = json::parse(encode_presence(numbered_info(1))).as_object();
    object[key] = json::parse(value);
    return json::serialize(object);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(presence_text)

BOOST_AUTO_TEST_CASE(reads_what_it_has_written)
{
    presence_info info = numbered_info(1);
    info.pid = INT64_MAX;
    info.port = 65535;
    for (std::size_t i = 0; i < info.key.size(); ++i)
        info.key[i] = static_cast<unsigned char>(8 * i + 7);
    info.address = "::1";
    // A path may contain all bytes but NUL.
    info.executable = "/opt/\xff\xfe \"quoted\"\n\x01";
    error_code ec;
    const presence_info read = decode_presence(encode_presence(info), ec);
    BOOST_TEST_REQUIRE(!ec, ec.message());
    BOOST_TEST(same(read, info));
}

BOOST_AUTO_TEST_CASE(members_are_what_the_documentation_says)
{
    std::string key;
    while (key.size() < 64)
        key += "5a";
    const json::value expected{
        {"id",             numbered_id(1).to_hex()},
        {"pid",            4711                   },
        {"start_time",     123456                 },
        {"port",           40123                  },
        {"address",        "127.0.0.1"            },
        {"key",            key                    },
        {"boot_id",        "boot"                 },
        {"pid_namespace",  "pid:[1]"              },
        {"time_namespace", "time:[3]"             },
        {"net_namespace",  "net:[2]"              },
        {"host",           "host"                 },
        {"executable",     "/usr/bin/program"     },
    };
    const std::string written = encode_presence(numbered_info(1));
    BOOST_TEST(json::parse(written) == expected);
    BOOST_TEST(written.back() == '\n');
}

BOOST_AUTO_TEST_CASE(unknown_members_and_missing_texts_do_no_harm)
{
    BOOST_TEST(!decoding_error(with_member("lease", "30")));
    BOOST_TEST(!decoding_error(with_member("host", "null")));
    BOOST_TEST(!decoding_error(with_member("executable", "17")));
    BOOST_TEST(!decoding_error(with_member("start_time", "\"today\"")));
}

BOOST_AUTO_TEST_CASE(what_is_no_presence_is_corrupt)
{
    const std::string good = encode_presence(numbered_info(1));
    for (const std::string& text :
         {std::string(),
          std::string("[]"),
          std::string("{}"),
          good.substr(0, good.size() / 2),
          good + '{',
          std::string(10000, '[')})
        BOOST_TEST(decoding_error(text) == errc::corrupt_record);

    const std::pair<const char*, std::string> wrong[] = {
        {"id",                  "null"                                  },
        {"id",                  "\"../../../../../../../../etc/passwd\""},
        {"pid",                 "-1"                                    },
        {"pid",                 "\"4711\""                              },
        {"pid",                 "1e40"                                  },
        {"start_time",          "-1"                                    },
        {"start_time",          "1e40"                                  },
        {"port",                "65536"                                 },
        {"port",                "-1"                                    },
        {"port",                "null"                                  },
        {"port",                "1.5"                                   },
        {"key",                 "\"\""                                  },
        {"key",                 '"' + std::string(63,                     'a') + '"'},
        {"key",                     '"' + std::string(65,                                                         'a') + '"'},
        {"key",           '"' + std::string(64,'g') + '"'},
        {"key","null"                          },
    };
    for (const auto& [key, value] : wrong)
    {
        BOOST_TEST_CONTEXT(key << ": " << value)
        {
            BOOST_TEST(decoding_error(with_member(key, value)) == errc::corrupt_record);
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
