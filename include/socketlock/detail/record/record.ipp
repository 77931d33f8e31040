// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#ifndef SOCKETLOCK_DETAIL_RECORD_RECORD_IPP
#define SOCKETLOCK_DETAIL_RECORD_RECORD_IPP

#include <socketlock/detail/record/record.hpp>
#include <socketlock/error.hpp>

#include <boost/json/monotonic_resource.hpp>
#include <boost/json/parser.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <initializer_list>

namespace socketlock::detail {

namespace json = boost::json;

/// False if there is a number in it that is too large for a double: it is read as infinity, which
/// cannot be written as JSON.
inline bool is_writable(const json::value& value)
{
    if (const json::array* const array = value.if_array())
        return std::all_of(array->begin(), array->end(), is_writable);
    if (const json::object* const object = value.if_object())
    {
        return std::all_of(object->begin(), object->end(), [](const auto& member) {
            return is_writable(member.value());
        });
    }
    return !value.is_double() || std::isfinite(value.get_double());
}

/// Reads members of the types that the record's format asks for, and remembers if one was wrong.
class record_reader
{
public:
    explicit record_reader(const json::object& object) : object_(object) {}

    bool failed() const noexcept { return failed_; }

    std::uint64_t unsigned_integer(json::string_view key, std::uint64_t largest = UINT64_MAX)
    {
        const json::value* const value = find(key);
        if (value == nullptr)
            return 0;
        error_code ec;
        const auto result = value->is_number() ? value->to_number<std::uint64_t>(ec) : 0;
        if (!value->is_number() || ec || result > largest)
            failed_ = true;
        return result;
    }

    double number(json::string_view key)
    {
        const json::value* const value = find(key);
        if (value == nullptr)
            return 0;
        error_code ec;
        const auto result = value->is_number() ? value->to_number<double>(ec) : 0;
        if (!value->is_number() || ec || !std::isfinite(result))
            failed_ = true;
        return result;
    }

    std::string text(json::string_view key)
    {
        const json::value* const value = find(key);
        if (value == nullptr)
            return {};
        if (const json::string* const string = value->if_string())
            return {string->data(), string->size()};
        failed_ = true;
        return {};
    }

    id128 id(json::string_view key)
    {
        const auto result = id128::from_hex(text(key));
        if (!result)
            failed_ = true;
        return result.value_or(id128());
    }

    // Members that may be missing or null.
    std::optional<claim_ref> optional_claim_ref(json::string_view key)
    {
        return optional_member<claim_ref>(key, [](record_reader& inner, claim_ref& result) {
            inner.read(result);
            if (inner.object_.contains("pid"))
                result.pid = inner.pid();
        });
    }

    std::optional<reservation> optional_reservation(json::string_view key)
    {
        return optional_member<reservation>(key, [](record_reader& inner, reservation& result) {
            inner.read(result.who);
            result.who.pid = inner.pid();
            result.ticket = inner.unsigned_integer("ticket");
            result.since = inner.unsigned_integer("since");
        });
    }

    std::optional<parked_waiter> optional_parked_waiter(json::string_view key)
    {
        return optional_member<parked_waiter>(key, [](record_reader& inner, parked_waiter& result) {
            inner.read(result.who);
            result.who.pid = inner.pid();
            result.ticket = inner.unsigned_integer("ticket");
        });
    }

    std::int64_t pid() { return static_cast<std::int64_t>(unsigned_integer("pid", INT64_MAX)); }

    // What is in the object besides these keys.
    json::object others(std::initializer_list<json::string_view> keys)
    {
        json::object result;
        const auto number_of_ours = std::count_if(keys.begin(), keys.end(), [&](const auto key) {
            return object_.contains(key);
        });
        if (object_.size() == static_cast<std::size_t>(number_of_ours))
            return result;
        for (const auto& member : object_)
        {
            bool known = false;
            for (const auto key : keys)
                known = known || member.key() == key;
            if (known)
                continue;
            failed_ = failed_ || !is_writable(member.value());
            result.emplace(member.key(), member.value());
        }
        return result;
    }

private:
    // A member that must be there.
    const json::value* find(json::string_view key)
    {
        const json::value* const value = object_.if_contains(key);
        if (value == nullptr)
            failed_ = true;
        return value;
    }

    template <class Value, class Read>
    std::optional<Value> optional_member(json::string_view key, Read read_members)
    {
        const json::value* const value = object_.if_contains(key);
        if (value == nullptr || value->is_null())
            return std::nullopt;
        if (!value->is_object())
        {
            failed_ = true;
            return std::nullopt;
        }
        record_reader inner(value->get_object());
        Value result;
        read_members(inner, result);
        failed_ = failed_ || inner.failed();
        return result;
    }

    void read(claim_ref& result)
    {
        result.claim = id("claim");
        result.presence = id("presence");
    }

    const json::object& object_;
    bool failed_ = false;
};

inline void decode_our_part(record_reader& top, const json::object& ours, record& r, error_code& ec)
{
    record_reader reader(ours);
    const std::uint64_t version = reader.unsigned_integer("version");
    if (!reader.failed() && version > static_cast<std::uint64_t>(record_version))
    {
        ec = errc::newer_record;
        return;
    }
    r.fencing_token = reader.unsigned_integer("fencing_token");
    r.next_ticket = reader.unsigned_integer("next_ticket");
    r.holder = reader.optional_claim_ref("holder");
    r.next = reader.optional_reservation("next");
    r.parked = reader.optional_parked_waiter("parked");
    r.tail = reader.optional_claim_ref("tail");
    r.our_others = reader.others(
        {"version", "fencing_token", "next_ticket", "holder", "next", "parked", "tail"}
    );
    if (r.holder)
        r.holder->pid = top.pid();
    const bool can_grow = r.fencing_token != UINT64_MAX && r.next_ticket != UINT64_MAX;
    if (reader.failed() || !can_grow || version != static_cast<std::uint64_t>(record_version))
        ec = errc::corrupt_record;
}

SOCKETLOCK_DECL record decode_record(std::string_view text, std::string_view name, error_code& ec)
{
    ec.clear();
    record r;
    // The end of a file that was allocated, but never written, is zeros. (No search from the end
    // for what is not padding: that would be nearly all of a good record.)
    if (!text.empty() && text.back() == '\0')
        text = text.substr(0, text.find_last_not_of('\0') + 1);
    if (text.find_first_not_of(" \t\r\n") == text.npos)
    {
        r.name = name;
        return r;
    }

    unsigned char tree[record_size];
    json::monotonic_resource resource(tree, sizeof tree);
    unsigned char stack[1024];
    json::parser parser(json::storage_ptr(), json::parse_options(), stack, sizeof stack);
    parser.reset(&resource);
    parser.write(text.data(), text.size(), ec);
    if (ec)
    {
        ec = errc::corrupt_record;
        return r;
    }
    const json::value document = parser.release();
    if (!document.is_object())
    {
        ec = errc::corrupt_record;
        return r;
    }

    const json::object& object = document.get_object();
    record_reader top(object);
    r.port = static_cast<std::uint16_t>(top.unsigned_integer("port", 65535));
    r.timestamp = top.number("timestamp");
    r.name = top.text("name");
    r.others = top.others({"port", "pid", "timestamp", "name", "socketlock"});
    const json::value* const ours = object.if_contains("socketlock");
    if (ours == nullptr)
        r.v1_pid = top.pid();
    else if (!ours->is_object())
        ec = errc::corrupt_record;
    else
        decode_our_part(top, ours->get_object(), r, ec);

    if (ec == errc::newer_record)
        return r;
    if (ec || top.failed())
        ec = errc::corrupt_record;
    else if (r.name != name)
        ec = errc::name_mismatch;
    return r;
}

}  // namespace socketlock::detail

#endif
