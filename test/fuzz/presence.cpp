// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// The text of a presence. What is accepted is read again as it is written.

#include <socketlock/detail/record/presence_info.hpp>
#include <socketlock/error.hpp>

#include <boost/json/parse.hpp>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "require.hpp"

namespace json = boost::json;
using namespace socketlock::detail;
using fuzz::require;
using socketlock::errc;
using socketlock::error_code;

namespace {

json::value parsed(std::string_view text)
{
    json::parse_options options;
    options.allow_invalid_utf8 = true;
    return json::parse(json::string_view(text.data(), text.size()), {}, options);
}

// A text ends at its first NUL; what is of another type, or too large, counts as missing.
bool is_kept(const json::value& before, const json::value& after)
{
    if (before.is_string() && after.is_string())
        return before.get_string().c_str() == std::string(after.get_string());
    if (!before.is_number() || !after.is_number())
        return true;
    const bool is_too_large = before.is_double() && !std::isfinite(before.get_double());
    return fuzz::is_same_number(is_too_large ? json::value(0) : before, after);
}

// A path may have all bytes but NUL.
void check_path(std::string_view path)
{
    presence_info info;
    info.executable = path.substr(0, path.find('\0'));
    error_code ec;
    const presence_info again = decode_presence(encode_presence(info), ec);
    require(!ec, "every path can be written and read");
    require(again.executable == info.executable, "a path is read as it was written");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size)
{
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    check_path(text);
    error_code ec;
    const presence_info info = decode_presence(text, ec);
    if (ec)
    {
        require(ec == errc::corrupt_record, "the error is one of ours");
        return 0;
    }
    const std::string written = encode_presence(info);
    const json::value before = parsed(text);
    const json::value after = parsed(written);
    for (const auto& [key, value] : after.as_object())
    {
        if (const json::value* const given = before.as_object().if_contains(key))
            require(is_kept(*given, value), "a member keeps its value");
    }

    const presence_info again = decode_presence(written, ec);
    require(!ec, "what was written can be read");
    require(
        fuzz::is_same(after, parsed(encode_presence(again))),
        "a presence is read as it was written"
    );
    return 0;
}
