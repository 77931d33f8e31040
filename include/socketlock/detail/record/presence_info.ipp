// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#ifndef SOCKETLOCK_DETAIL_RECORD_PRESENCE_INFO_IPP
#define SOCKETLOCK_DETAIL_RECORD_PRESENCE_INFO_IPP

#include <socketlock/detail/record/presence_info.hpp>
#include <socketlock/error.hpp>

#include <boost/algorithm/hex.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value_to.hpp>

#include <iterator>

namespace socketlock::detail {

SOCKETLOCK_DECL std::string encode_presence(const presence_info& info)
{
    std::string key;
    boost::algorithm::hex_lower(info.key.begin(), info.key.end(), std::back_inserter(key));
    const boost::json::object object{
        {"id",             info.id.to_hex()   },
        {"pid",            info.pid           },
        {"start_time",     info.start_time    },
        {"port",           info.port          },
        {"address",        info.address       },
        {"key",            key                },
        {"boot_id",        info.boot_id       },
        {"pid_namespace",  info.pid_namespace },
        {"time_namespace", info.time_namespace},
        {"net_namespace",  info.net_namespace },
        {"host",           info.host          },
        {"executable",     info.executable    },
    };
    return boost::json::serialize(object) + '\n';
}

// A text that another process wrote about itself; anything else reads as empty.
inline std::string text_member(const boost::json::object& object, boost::json::string_view key)
{
    const auto* const value = object.if_contains(key);
    return value != nullptr && value->is_string() ? std::string(value->get_string().c_str())
                                                  : std::string();
}

SOCKETLOCK_DECL presence_info decode_presence(std::string_view text, error_code& ec)
{
    presence_info info;
    boost::json::parse_options options;
    // A path need not be UTF-8.
    options.allow_invalid_utf8 = true;
    const boost::json::value
        document = boost::json::parse({text.data(), text.size()}, ec, {}, options);
    if (ec || !document.is_object())
    {
        ec = errc::corrupt_record;
        return info;
    }
    const boost::json::object& object = document.get_object();
    const auto number = [&](const char* key) {
        const auto* const value = object.if_contains(key);
        error_code not_a_number;
        const auto n = value != nullptr && value->is_number()
                           ? value->to_number<std::int64_t>(not_a_number)
                           : -1;
        return not_a_number ? -1 : n;
    };
    const auto id = id128::from_hex(text_member(object, "id"));
    const std::string key = text_member(object, "key");
    const std::int64_t port = number("port");
    info.pid = number("pid");
    const auto* const start = object.if_contains("start_time");
    const std::int64_t start_time = start != nullptr && start->is_number() ? number("start_time")
                                                                           : 0;
    if (!id || info.pid < 0 || start_time < 0 || port < 0 || port > 65535 ||
        key.size() != 2 * info.key.size() || key.find_first_not_of("0123456789abcdef") != key.npos)
    {
        ec = errc::corrupt_record;
        return info;
    }
    info.id = *id;
    info.port = static_cast<std::uint16_t>(port);
    boost::algorithm::unhex(key.begin(), key.end(), info.key.begin());
    info.address = text_member(object, "address");
    info.boot_id = text_member(object, "boot_id");
    info.start_time = static_cast<std::uint64_t>(start_time);
    info.time_namespace = text_member(object, "time_namespace");
    info.pid_namespace = text_member(object, "pid_namespace");
    info.net_namespace = text_member(object, "net_namespace");
    info.host = text_member(object, "host");
    info.executable = text_member(object, "executable");
    return info;
}

}  // namespace socketlock::detail

#endif
