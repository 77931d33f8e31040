// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#ifndef SOCKETLOCK_DETAIL_RECORD_RECORD_TEXT_IPP
#define SOCKETLOCK_DETAIL_RECORD_RECORD_TEXT_IPP

#include <socketlock/detail/record/record_scanner.hpp>
#include <socketlock/detail/record/record_text.hpp>

#include <cstring>
#include <utility>

namespace socketlock::detail {

SOCKETLOCK_DECL record& record_text::read(
    std::string_view text,
    std::string_view name,
    error_code& ec
)
{
    const bool is_whole = text.size() == record_size;
    is_read_ = is_known_ && is_whole && value_.name == name &&
               std::memcmp(text_.data(), text.data(), record_size) == 0;
    is_known_ = false;
    if (is_read_)
    {
        ec.clear();
        return value_;
    }
    if (scan_record(text, name, value_))
        ec.clear();
    else
        value_ = decode_record(text, name, ec);
    if (!ec && is_whole)
    {
        std::memcpy(text_.data(), text.data(), record_size);
        length_ = record_size;
        is_read_ = true;
    }
    return value_;
}

SOCKETLOCK_DECL const char* record_text::write(error_code& ec)
{
    is_read_ = false;
    is_known_ = false;
    const std::size_t padded = std::exchange(length_, record_size);
    const std::size_t length = writer_.write(value_, text_.data(), ec);
    if (!ec)
    {
        // Most of it is there already.
        pad_record(text_.data(), length, padded);
        length_ = length;
        is_known_ = true;
    }
    return text_.data();
}

}  // namespace socketlock::detail

#endif
