// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#include <socketlock/detail/queue/claim_request.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>

#include "claim_script.hpp"

using namespace claim_script;
using machine = claim_machine;

namespace {

request request_of(const script& s, intent what)
{
    const std::chrono::system_clock::time_point now{std::chrono::seconds(1764000000)};
    return make_request(s.claim, what, {numbered_claim(1), 50000}, now);
}

error_code error_of_refusal(outcome what, intent to, liveness holder)
{
    decision d;
    d.what = what;
    d.holder = holder;
    return error_of(d, to, errc::presence_unreadable);
}

}  // namespace

// What is asked of the record, and what an answer means.
BOOST_AUTO_TEST_SUITE(claim_request)

BOOST_AUTO_TEST_CASE(request_names_the_claim_its_place_and_its_token)
{
    script s;
    BOOST_TEST(!request_of(s, intent::take).ticket.has_value());
    s.attach(2, 5);
    const request q = request_of(s, intent::look);
    BOOST_TEST((q.what == intent::look));
    BOOST_TEST((q.self.who == numbered_claim(1)));
    BOOST_TEST(q.self.port == 50000);
    BOOST_TEST(q.ticket.value() == 5u);
    BOOST_TEST(!q.successor.has_value());
    BOOST_TEST(microseconds(q.now) == 1'764'000'000'000'000u);
    s.after(&machine::look, 1);
    s.after(&machine::transacted, acquired(70));
    BOOST_TEST(request_of(s, intent::restore).fencing_token == 70u);
}

BOOST_AUTO_TEST_CASE(request_names_the_successor_with_the_lowest_ticket)
{
    script s;
    s.hold();
    for (const link_id link : {13u, 11u, 12u})
        s.after(&machine::successor_attached, a_successor(link, link));
    for (const intent what : {intent::release, intent::leave})
    {
        const request q = request_of(s, what);
        BOOST_TEST_REQUIRE(q.successor.has_value());
        BOOST_TEST((q.successor->who.who == numbered_claim(11)));
        BOOST_TEST(q.successor->ticket == 11u);
    }
}

BOOST_AUTO_TEST_CASE(newcomer_is_told_why_a_process_could_not_be_tested_and_a_waiter_waits_on)
{
    const error_code why = errc::presence_unreadable;
    for (const intent what : {intent::take, intent::enqueue})
    {
        BOOST_TEST(error_of_refusal(outcome::held, what, liveness::unknown) == why);
        BOOST_TEST(!error_of_refusal(outcome::held, what, liveness::alive));
        BOOST_TEST(!error_of_refusal(outcome::acquired, what, liveness::unknown));
    }
    for (const intent what : {intent::look, intent::park, intent::peek})
        BOOST_TEST(!error_of_refusal(outcome::held, what, liveness::unknown));
}

BOOST_AUTO_TEST_CASE(record_whose_numbers_cannot_grow_is_corrupt)
{
    for (const intent what : {intent::take, intent::enqueue, intent::look, intent::park})
    {
        const error_code ec = error_of_refusal(outcome::exhausted, what, liveness::alive);
        BOOST_TEST(ec == errc::corrupt_record);
    }
}

BOOST_AUTO_TEST_CASE(only_who_waits_for_a_single_transaction_gives_up_on_the_guard)
{
    BOOST_TEST(has_guard_limit(intent::take, false));
    BOOST_TEST(has_guard_limit(intent::release, true));
    BOOST_TEST(!has_guard_limit(intent::release, false));
    for (const intent what : {intent::enqueue, intent::look, intent::park, intent::leave})
        BOOST_TEST(!has_guard_limit(what, true));
}

BOOST_AUTO_TEST_SUITE_END()
