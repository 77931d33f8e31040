// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// The text of a lock file, which everybody who may use the lock may have written. What is accepted
// can be written again, unless there is no room for what others have put into it, and nothing of it
// is lost.

#include <socketlock/detail/record/lock_name.hpp>
#include <socketlock/detail/record/record.hpp>
#include <socketlock/detail/record/record_scanner.hpp>
#include <socketlock/detail/record/record_writer.hpp>
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
    return json::parse(json::string_view(text.data(), text.size()));
}

// Of a claim only what it has to have is kept.
bool is_same_claim(const json::object& a, const json::object& b)
{
    const auto same = [&](const char* key) {
        const json::value* const x = a.if_contains(key);
        const json::value* const y = b.if_contains(key);
        return x == y || (x != nullptr && y != nullptr && *x == *y);
    };
    return same("claim") && same("presence");
}

// Everything in `before` is in `after`, claims apart.
void check_kept(const json::object& before, const json::object& after, json::string_view except)
{
    for (const auto& [key, value] : before)
    {
        if (key == except)
            continue;
        const json::value* const kept = after.if_contains(key);
        require(kept != nullptr, "a member is kept");
        require(fuzz::is_same(value, *kept), "a member keeps its value");
    }
}

void check_kept(json::object before, const json::object& after)
{
    json::object ours = before.at("socketlock").as_object();
    before.erase("socketlock");
    const json::object& ours_after = after.at("socketlock").as_object();
    // The pid is the holder's, and there may be none.
    const json::value* const holder = ours.if_contains("holder");
    const bool is_held = holder != nullptr && holder->is_object();
    check_kept(before, after, is_held ? "" : "pid");

    for (const char* const key : {"holder", "tail", "next", "parked"})
    {
        const json::value* const claim = ours.if_contains(key);
        const json::value* const kept = ours_after.if_contains(key);
        if (claim == nullptr || !claim->is_object())
            continue;
        require(kept != nullptr && kept->is_object(), "a claim is kept");
        require(is_same_claim(claim->get_object(), kept->get_object()), "a claim keeps its ids");
        ours.erase(key);
    }
    check_kept(ours, ours_after, "");
}

std::string encoded(const record& r, error_code& ec)
{
    std::string result(record_size, '\0');
    encode_record(r, result.data(), ec);
    return result;
}

void check_name(std::string_view name)
{
    if (!is_valid_lock_name(name))
        return;
    record r;
    r.name = name;
    error_code ec;
    const std::string written = encoded(r, ec);
    require(!ec, "every name has room");
    require(decode_record(written, name, ec).name == name && !ec, "a name is read as written");
}

// What is scanned is what would have been parsed.
void check_scanned(std::string_view text, record parsed, error_code ec)
{
    record scanned;
    if (!scan_record(text, "x", scanned))
        return;
    require(!ec, "what is scanned can be parsed");
    // Boost.JSON reads some numbers as their neighbours.
    require(
        std::abs(scanned.timestamp - parsed.timestamp) <= parsed.timestamp * 3e-16,
        "same time"
    );
    parsed.timestamp = scanned.timestamp;
    require(encoded(scanned, ec) == encoded(parsed, ec) && !ec, "the same record");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size)
{
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    check_name(text);
    error_code ec;
    record r = decode_record(text, "x", ec);
    check_scanned(text, r, ec);
    if (ec == errc::name_mismatch)
    {
        const std::string name = r.name;
        r = decode_record(text, name, ec);
        require(!ec, "the name is all that was wrong");
    }
    if (ec)
    {
        require(ec == errc::corrupt_record || ec == errc::newer_record, "the error is one of ours");
        return 0;
    }
    // Nobody writes a record of version 1.
    const bool is_v1 = r.v1_pid.has_value();
    r.v1_pid.reset();

    const std::string written = encoded(r, ec);
    if (ec)
    {
        require(ec == errc::corrupt_record, "what cannot be written is too long");
        require(
            !r.others.empty() || !r.our_others.empty() || r.name.size() > 200,
            "others did that"
        );
        return 0;
    }
    require(written.back() == '\n', "a record ends its line");
    const bool is_blank = text.find_first_not_of(std::string_view(" \t\r\n\0", 5)) == text.npos;
    const json::value after = parsed(written);
    if (!is_blank && !is_v1)
        check_kept(
            parsed(text.substr(0, text.find_last_not_of('\0') + 1)).as_object(),
            after.as_object()
        );

    const record again = decode_record(written, r.name, ec);
    require(!ec, "what was written can be read");
    const std::string rewritten = encoded(again, ec);
    // Boost.JSON reads some numbers as their neighbours, whose texts may be longer.
    const bool has_numbers_of_others = !again.others.empty() || !again.our_others.empty();
    require(!ec || has_numbers_of_others, "what was read can be written");
    if (ec)
        return 0;
    require(fuzz::is_same(after, parsed(rewritten)), "a record is read as it was written");
    return 0;
}
