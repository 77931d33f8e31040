// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#ifndef SOCKETLOCK_DETAIL_RECORD_RECORD_IPP
#define SOCKETLOCK_DETAIL_RECORD_RECORD_IPP

#include <socketlock/detail/record/record.hpp>
#include <socketlock/error.hpp>

#include <boost/json/monotonic_resource.hpp>
#include <boost/json/parser.hpp>
#include <boost/json/serializer.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstring>
#include <initializer_list>
#include <memory>
#include <utility>

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

// A kept tree is changed in place: that is cheaper than to build one, by more than it costs to
// write it as text.
class record_writer::tree
{
public:
    tree()
    {
        // No references into an object that may still grow.
        top_.reserve(5);
        port_ = &top_["port"];
        pid_ = &top_["pid"];
        timestamp_ = &top_["timestamp"];
        name_ = &top_["name"];
        name_->emplace_string();
        json::object& ours = top_["socketlock"].emplace_object();
        ours.reserve(7);
        ours["version"] = record_version;
        fencing_token_ = &ours["fencing_token"];
        next_ticket_ = &ours["next_ticket"];
        holder_.make(ours["holder"], {});
        next_.make(ours["next"], {"pid", "ticket", "since"});
        parked_.make(ours["parked"], {"pid", "ticket"});
        tail_.make(ours["tail"], {"pid"});
    }
    tree(tree&&) = delete;

    void set(const record& r)
    {
        *port_ = r.port;
        // The pid is at the top, where version 1 looks for it.
        *pid_ = r.holder ? r.holder->pid : r.next ? r.next->who.pid : 0;
        *timestamp_ = r.timestamp;
        name_->get_string().assign(r.name);
        *fencing_token_ = r.fencing_token;
        *next_ticket_ = r.next_ticket;
        if (holder_.set(r.holder.has_value()))
            holder_.assign(*r.holder);
        if (next_.set(r.next.has_value()))
        {
            next_.assign(r.next->who);
            *next_.numbers[1] = r.next->ticket;
            *next_.numbers[2] = r.next->since;
        }
        if (parked_.set(r.parked.has_value()))
        {
            parked_.assign(r.parked->who);
            *parked_.numbers[1] = r.parked->ticket;
        }
        if (tail_.set(r.tail.has_value()))
            tail_.assign(*r.tail);
    }

    const json::object& top() const noexcept { return top_; }
    json::serializer& serializer() noexcept { return serializer_; }

private:
    // Often the same as before.
    struct id_member
    {
        void assign(const id128& id)
        {
            if (id == value && !text->empty())
                return;
            const auto digits = id.hex_digits();
            text->assign(json::string_view(digits.data(), digits.size()));
            value = id;
        }

        json::string* text = nullptr;
        id128 value;
    };

    // A claim, or null and the claim's object laid aside.
    struct claim_member
    {
        // The first number is the pid.
        void make(json::value& at, std::initializer_list<json::string_view> names)
        {
            place = &at;
            json::object& object = place->emplace_object();
            object.reserve(2 + names.size());
            claim.text = &object["claim"].emplace_string();
            presence.text = &object["presence"].emplace_string();
            std::transform(names.begin(), names.end(), numbers.begin(), [&](const auto key) {
                return &object[key];
            });
        }

        // True if it is one now.
        bool set(bool is_one)
        {
            if (is_one != place->is_object())
                place->swap(aside);
            return is_one;
        }

        void assign(const claim_ref& p)
        {
            claim.assign(p.claim);
            presence.assign(p.presence);
            if (numbers[0] != nullptr)
                *numbers[0] = p.pid;
        }

        json::value* place = nullptr;
        json::value aside;
        id_member claim;
        id_member presence;
        std::array<json::value*, 3> numbers{};
    };

    json::object top_;
    json::value* port_ = nullptr;
    json::value* pid_ = nullptr;
    json::value* timestamp_ = nullptr;
    json::value* name_ = nullptr;
    json::value* fencing_token_ = nullptr;
    json::value* next_ticket_ = nullptr;
    claim_member holder_;
    claim_member next_;
    claim_member parked_;
    claim_member tail_;
    json::serializer serializer_;
};

SOCKETLOCK_DECL record_writer::record_writer() : tree_(std::make_unique<tree>()) {}

SOCKETLOCK_DECL record_writer::~record_writer() = default;

SOCKETLOCK_DECL std::size_t record_writer::write(const record& r, char* buffer, error_code& ec)
{
    ec.clear();
    tree_->set(r);
    const json::object* top = &tree_->top();
    json::object with_others;
    if (!r.others.empty() || !r.our_others.empty())
    {
        with_others = *top;
        with_others.insert(r.others.begin(), r.others.end());
        with_others["socketlock"].as_object().insert(r.our_others.begin(), r.our_others.end());
        top = &with_others;
    }

    json::serializer& serializer = tree_->serializer();
    serializer.reset(top);
    const auto text = serializer.read(buffer, record_size);
    if (!serializer.done() || text.size() == record_size)
        ec = errc::corrupt_record;
    return text.size();
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
