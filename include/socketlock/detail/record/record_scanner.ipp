// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#ifndef SOCKETLOCK_DETAIL_RECORD_RECORD_SCANNER_IPP
#define SOCKETLOCK_DETAIL_RECORD_RECORD_SCANNER_IPP

#include <socketlock/detail/record/record_scanner.hpp>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <optional>
#include <utility>

namespace socketlock::detail {

/// Takes one piece after the other from a text. Once a piece was not there nothing is.
class piece_scanner
{
public:
    explicit piece_scanner(std::string_view text) noexcept
        : at_(text.data()), end_(text.data() + text.size())
    {
    }

    bool has_failed() const noexcept { return has_failed_; }

    template <std::size_t Size>
    bool found(const char (&piece)[Size]) noexcept
    {
        return found(std::string_view(piece, Size - 1));
    }

    bool found(std::string_view piece) noexcept
    {
        if (has_failed_ || left() < piece.size() ||
            std::memcmp(at_, piece.data(), piece.size()) != 0)
            return false;
        at_ += piece.size();
        return true;
    }

    template <std::size_t Size>
    void expect(const char (&piece)[Size]) noexcept
    {
        has_failed_ = !found(piece);
    }

    void expect(std::string_view piece) noexcept { has_failed_ = !found(piece); }

    template <class Unsigned>
    Unsigned number(Unsigned largest = std::numeric_limits<Unsigned>::max()) noexcept
    {
        Unsigned result = 0;
        const char* const begin = at_;
        const auto [last, ec] = std::from_chars(begin, end_, result);
        const bool has_leading_zero = last - begin > 1 && *begin == '0';
        if (ec != std::errc() || has_leading_zero || result > largest)
            has_failed_ = true;
        at_ = last;
        return result;
    }

    std::int64_t pid() noexcept
    {
        return static_cast<std::int64_t>(number<std::uint64_t>(INT64_MAX));
    }

    id128 id() noexcept
    {
        constexpr std::size_t size = 32;
        const auto result = left() < size ? std::nullopt : id128::from_hex({at_, size});
        if (!result)
        {
            has_failed_ = true;
            return {};
        }
        at_ += size;
        return *result;
    }

    // 0, or whole seconds and seven digits.
    double time() noexcept
    {
        const auto seconds = static_cast<double>(number<std::uint64_t>());
        constexpr std::ptrdiff_t size = 8;
        if (!found("."))
        {
            has_failed_ = has_failed_ || seconds != 0;
            return seconds;
        }
        std::uint32_t fraction = 0;
        const char* const begin = at_;
        const auto [last, ec] = std::from_chars(begin, end_, fraction);
        if (ec != std::errc() || last - begin != size - 1)
            has_failed_ = true;
        at_ = last;
        return seconds + fraction / 1e7;
    }

    // The members that each claim has, of an object that goes on.
    claim_ref claim() noexcept
    {
        claim_ref result;
        expect(R"({"claim":")");
        result.claim = id();
        expect(R"(","presence":")");
        result.presence = id();
        expect(R"(")");
        return result;
    }

    claim_ref claim_with_pid() noexcept
    {
        claim_ref result = claim();
        expect(R"(,"pid":)");
        result.pid = pid();
        return result;
    }

    // Spaces, and a newline at the end.
    bool is_padding() const noexcept
    {
        const std::size_t size = left();
        if (has_failed_ || size == 0 || end_[-1] != '\n')
            return false;
        return size == 1 || (*at_ == ' ' && std::memcmp(at_, at_ + 1, size - 2) == 0);
    }

private:
    std::size_t left() const noexcept { return static_cast<std::size_t>(end_ - at_); }

    const char* at_;
    const char* const end_;
    bool has_failed_ = false;
};

inline void scan_queue(piece_scanner& text, record& result)
{
    text.expect(R"(,"next":)");
    if (!text.found("null"))
    {
        reservation& next = result.next.emplace();
        next.who = text.claim_with_pid();
        text.expect(R"(,"ticket":)");
        next.ticket = text.number<std::uint64_t>();
        text.expect(R"(,"since":)");
        next.since = text.number<std::uint64_t>();
        text.expect("}");
    }
    text.expect(R"(,"parked":)");
    if (!text.found("null"))
    {
        parked_waiter& parked = result.parked.emplace();
        parked.who = text.claim_with_pid();
        text.expect(R"(,"ticket":)");
        parked.ticket = text.number<std::uint64_t>();
        text.expect("}");
    }
    text.expect(R"(,"tail":)");
    if (!text.found("null"))
    {
        result.tail = text.claim_with_pid();
        text.expect("}");
    }
}

SOCKETLOCK_DECL bool scan_record(std::string_view text, std::string_view name, record& result)
{
    // Boost.JSON writes such a character in another way.
    const auto is_plain = [](char c) {
        return static_cast<unsigned char>(c) >= ' ' && c != '"' && c != '\\';
    };
    if (text.size() != record_size || !std::all_of(name.begin(), name.end(), is_plain))
        return false;

    piece_scanner pieces(text);
    record r;
    pieces.expect(R"({"port":)");
    r.port = pieces.number<std::uint16_t>();
    pieces.expect(R"(,"pid":)");
    const std::int64_t pid = pieces.pid();
    pieces.expect(R"(,"timestamp":)");
    r.timestamp = pieces.time();
    pieces.expect(R"(,"name":")");
    pieces.expect(name);
    pieces.expect(R"(","socketlock":{"version":2,"fencing_token":)");
    static_assert(record_version == 2, "as the text says");
    r.fencing_token = pieces.number<std::uint64_t>(UINT64_MAX - 1);
    pieces.expect(R"(,"next_ticket":)");
    r.next_ticket = pieces.number<std::uint64_t>(UINT64_MAX - 1);
    pieces.expect(R"(,"holder":)");
    if (!pieces.found("null"))
    {
        r.holder = pieces.claim();
        r.holder->pid = pid;
        pieces.expect("}");
    }
    scan_queue(pieces, r);
    pieces.expect("}}");
    if (!pieces.is_padding())
        return false;
    r.name = name;
    result = std::move(r);
    return true;
}

}  // namespace socketlock::detail

#endif
