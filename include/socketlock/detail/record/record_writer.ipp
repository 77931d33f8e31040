// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#ifndef SOCKETLOCK_DETAIL_RECORD_RECORD_WRITER_IPP
#define SOCKETLOCK_DETAIL_RECORD_RECORD_WRITER_IPP

#include <socketlock/detail/record/record_writer.hpp>
#include <socketlock/error.hpp>

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <utility>

namespace socketlock::detail {

namespace json = boost::json;

/// Puts text into a buffer as long as there is room.
class record_text_sink
{
public:
    record_text_sink(char* begin, std::size_t size) noexcept
        : begin_(begin), at_(begin), end_(begin + size)
    {
    }

    bool is_full() const noexcept { return is_full_; }
    std::size_t size() const noexcept { return static_cast<std::size_t>(at_ - begin_); }

    void put(std::string_view text) noexcept
    {
        if (char* const place = take(text.size()))
            std::memcpy(place, text.data(), text.size());
    }

    // The compiler knows the size.
    template <std::size_t Size>
    void put(const char (&text)[Size]) noexcept
    {
        if (char* const place = take(Size - 1))
            std::memcpy(place, text, Size - 1);
    }

    template <class Integer>
    void put_number(Integer value) noexcept
    {
        const auto [last, ec] = std::to_chars(at_, end_, value);
        if (ec == std::errc())
            at_ = last;
        else
            is_full_ = true;
    }

    void put_id(const id128& id) noexcept
    {
        const auto digits = id.hex_digits();
        if (char* const place = take(digits.size()))
            std::memcpy(place, digits.data(), digits.size());
    }

    void put_time(double seconds)
    {
        // These are at least 2^-22 apart, so that seven digits after the point tell each of them.
        constexpr double first = 1 << 30;
        constexpr double last = first * 8;
        if (seconds >= first && seconds < last)
        {
            const auto whole = static_cast<std::uint64_t>(seconds);
            const double rest = (seconds - static_cast<double>(whole)) * 1e7;
            put_number(whole);
            // The 1 in front stands for the zeros, and the point takes its place.
            char* const point = at_;
            put_number(10000000 + static_cast<std::uint64_t>(std::lround(rest)));
            if (!is_full_)
                *point = '.';
        }
        else if (seconds == 0)
            put("0");
        else
            put(json::serialize(json::value(seconds)));
    }

    // The members of an object, after others.
    void put_members(const json::object& object)
    {
        if (object.empty())
            return;
        const std::string text = json::serialize(object);
        put(",");
        put(std::string_view(text).substr(1, text.size() - 2));
    }

    // `"claim":...,"presence":...` of an object that stays open.
    void open(const claim_ref& c) noexcept
    {
        put(R"({"claim":")");
        put_id(c.claim);
        put(R"(","presence":")");
        put_id(c.presence);
        put(R"(")");
    }

    void open_with_pid(const claim_ref& c) noexcept
    {
        open(c);
        put(R"(,"pid":)");
        put_number(c.pid);
    }

private:
    // Null if there is no room.
    char* take(std::size_t size) noexcept
    {
        if (static_cast<std::size_t>(end_ - at_) < size)
        {
            is_full_ = true;
            return nullptr;
        }
        return std::exchange(at_, at_ + size);
    }

    char* const begin_;
    char* at_;
    char* const end_;
    bool is_full_ = false;
};

// Those who are in the queue, or have the lock reserved.
inline void put_queue(record_text_sink& sink, const record& r)
{
    sink.put(R"(,"next":)");
    if (r.next)
    {
        sink.open_with_pid(r.next->who);
        sink.put(R"(,"ticket":)");
        sink.put_number(r.next->ticket);
        sink.put(R"(,"since":)");
        sink.put_number(r.next->since);
        sink.put("}");
    }
    else
        sink.put("null");
    sink.put(R"(,"parked":)");
    if (r.parked)
    {
        sink.open_with_pid(r.parked->who);
        sink.put(R"(,"ticket":)");
        sink.put_number(r.parked->ticket);
        sink.put("}");
    }
    else
        sink.put("null");
    sink.put(R"(,"tail":)");
    if (r.tail)
    {
        sink.open_with_pid(*r.tail);
        sink.put("}");
    }
    else
        sink.put("null");
}

SOCKETLOCK_DECL std::size_t record_writer::write(const record& r, char* buffer, error_code& ec)
{
    ec.clear();
    if (name_as_json_.empty() || name_ != r.name)
    {
        // Empty in case that one of these throws.
        name_as_json_.clear();
        name_ = r.name;
        name_as_json_ = json::serialize(json::string_view(name_));
    }

    // One byte is the line's end.
    record_text_sink sink(buffer, record_size - 1);
    sink.put(R"({"port":)");
    sink.put_number(r.port);
    sink.put(R"(,"pid":)");
    sink.put_number(r.holder ? r.holder->pid : r.next ? r.next->who.pid : 0);
    sink.put(R"(,"timestamp":)");
    sink.put_time(r.timestamp);
    sink.put(R"(,"name":)");
    sink.put(name_as_json_);
    sink.put(R"(,"socketlock":{"version":)");
    sink.put_number(record_version);
    sink.put(R"(,"fencing_token":)");
    sink.put_number(r.fencing_token);
    sink.put(R"(,"next_ticket":)");
    sink.put_number(r.next_ticket);
    sink.put(R"(,"holder":)");
    if (r.holder)
    {
        // Its pid is at the top, where version 1 looks for it.
        sink.open(*r.holder);
        sink.put("}");
    }
    else
        sink.put("null");
    if (r.next || r.parked || r.tail)
        put_queue(sink, r);
    else
        sink.put(R"(,"next":null,"parked":null,"tail":null)");
    sink.put_members(r.our_others);
    sink.put("}");
    sink.put_members(r.others);
    sink.put("}");
    if (sink.is_full())
        ec = errc::corrupt_record;
    return sink.size();
}

SOCKETLOCK_DECL void pad_record(char* buffer, std::size_t length, std::size_t padded) noexcept
{
    if (length < padded)
        std::memset(buffer + length, ' ', padded - length);
    buffer[record_size - 1] = '\n';
}

SOCKETLOCK_DECL void encode_record(const record& r, char* buffer, error_code& ec)
{
    const std::size_t length = record_writer().write(r, buffer, ec);
    if (!ec)
        pad_record(buffer, length);
}

}  // namespace socketlock::detail

#endif
