// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#include "record_edits.hpp"

#include <socketlock/detail/record/decide.hpp>
#include <socketlock/detail/record/lock_file.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <filesystem>
#include <stdexcept>

#include "peer.hpp"

namespace test {

namespace sl = socketlock::detail;

sl::record edit_record(const std::string& path, const std::function<void(sl::record&)>& change)
{
    sl::lock_file file(path, 0600);
    sl::transaction t(file);
    socketlock::error_code ec;
    if (!eventually([&] { return t.begin(ec) || ec; }))
        throw std::runtime_error("somebody keeps the guard");
    const std::string file_name = std::filesystem::path(path).filename();
    // The names that are used here stand for themselves.
    sl::record* const r = ec ? nullptr : &t.read(file_name.substr(1, file_name.size() - 6), ec);
    if (!ec && change)
    {
        change(*r);
        t.write(ec);
    }
    if (ec)
        throw boost::system::system_error(ec);
    return *r;
}

sl::record record_of(const std::string& path)
{
    return edit_record(path, nullptr);
}

namespace {

// A decision of the library's, for which all others are dead.
sl::decision decide_alone(const std::string& path, sl::request q)
{
    sl::decision result;
    edit_record(path, [&](sl::record& r) {
        q.now = std::chrono::system_clock::now();
        result = sl::decide(r, q, [](const sl::claim_ref&) { return sl::liveness::dead; });
    });
    return result;
}

}  // namespace

std::uint64_t make_holder(const std::string& path, const sl::claim_contact& c)
{
    sl::request q;
    q.self = c;
    return decide_alone(path, q).fencing_token;
}

void make_free(const std::string& path)
{
    edit_record(path, [](sl::record& r) {
        r.holder.reset();
        r.next.reset();
        r.port = 0;
        r.timestamp = 0;
    });
}

void reserve(const std::string& path, const sl::claim_contact& holder, const sl::queued_claim& next)
{
    sl::request q;
    q.what = sl::intent::release;
    q.self = holder;
    q.successor = next;
    BOOST_TEST((decide_alone(path, q).reserved_for == next.who.who));
}

bool is_held_by(const std::string& path, const sl::claim_contact& c)
{
    return record_of(path).holder == c.who;
}

bool is_reserved_for(const std::string& path, const sl::claim_contact& c)
{
    const sl::record r = record_of(path);
    return !r.holder && r.next && r.next->who == c.who;
}

bool is_free(const std::string& path)
{
    const sl::record r = record_of(path);
    return !r.holder && !r.next;
}

}  // namespace test
