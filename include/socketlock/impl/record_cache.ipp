// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#ifndef SOCKETLOCK_IMPL_RECORD_CACHE_IPP
#define SOCKETLOCK_IMPL_RECORD_CACHE_IPP

#include <socketlock/detail/record_cache.hpp>

#include <cstring>
#include <functional>
#include <new>

namespace socketlock::detail {

SOCKETLOCK_DECL std::size_t record_cache::slot_of(std::string_view name) noexcept
{
    return std::hash<std::string_view>()(name) % slot_count;
}

// Most records have no fields of others, and to copy none of them costs as much as all the rest.
inline void assign(boost::json::object& to, const boost::json::object& from)
{
    if (!to.empty() || !from.empty())
        to = from;
}

inline void assign(record& to, const record& from)
{
    to.name = from.name;
    to.port = from.port;
    to.timestamp = from.timestamp;
    to.fencing_token = from.fencing_token;
    to.next_ticket = from.next_ticket;
    to.served = from.served;
    to.holder = from.holder;
    to.tail = from.tail;
    to.v1_pid = from.v1_pid;
    assign(to.others, from.others);
    assign(to.our_others, from.our_others);
}

SOCKETLOCK_DECL bool record_cache::find(std::string_view text, std::string_view name, record& r)
    const
{
    if (text.size() != record_size)
        return false;
    const std::lock_guard<std::mutex> lock(mutex_);
    const slot* const s = slots_[slot_of(name)].get();
    if (s == nullptr || std::memcmp(s->text.data(), text.data(), record_size) != 0 ||
        s->value.name != name)
        return false;
    assign(r, s->value);
    return true;
}

SOCKETLOCK_DECL void record_cache::write(const record& r, char* buffer, error_code& ec)
{
    const std::lock_guard<std::mutex> lock(mutex_);
    writer_.write(r, buffer, ec);
    if (!ec)
        keep(buffer, r);
}

SOCKETLOCK_DECL void record_cache::remember(std::string_view text, const record& r) noexcept
{
    if (text.size() != record_size)
        return;
    const std::lock_guard<std::mutex> lock(mutex_);
    keep(text.data(), r);
}

SOCKETLOCK_DECL void record_cache::keep(const char* text, const record& r) noexcept
{
    std::unique_ptr<slot>& s = slots_[slot_of(r.name)];
    try
    {
        if (!s)
            s = std::make_unique<slot>();
        assign(s->value, r);
        std::memcpy(s->text.data(), text, record_size);
    }
    catch (const std::bad_alloc&)
    {
        s.reset();
    }
}

}  // namespace socketlock::detail

#endif
