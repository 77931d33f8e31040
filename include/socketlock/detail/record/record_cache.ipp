// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#ifndef SOCKETLOCK_DETAIL_RECORD_RECORD_CACHE_IPP
#define SOCKETLOCK_DETAIL_RECORD_RECORD_CACHE_IPP

#include <socketlock/detail/record/record_cache.hpp>

#include <functional>

namespace socketlock::detail {

SOCKETLOCK_DECL void record_cache::giver::operator()(record_text* text) const noexcept
{
    delete (home_ != nullptr ? home_->exchange(text, std::memory_order_acq_rel) : text);
}

SOCKETLOCK_DECL record_cache::~record_cache()
{
    for (const slot& s : slots_)
        delete s.load(std::memory_order_acquire);
}

SOCKETLOCK_DECL record_cache::loan record_cache::lend(std::string_view name)
{
    slot& home = slots_[std::hash<std::string_view>()(name) % slot_count];
    record_text* text = home.exchange(nullptr, std::memory_order_acq_rel);
    if (text == nullptr)
        text = new record_text;
    return loan(text, giver(home));
}

}  // namespace socketlock::detail

#endif
