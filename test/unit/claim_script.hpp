// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#ifndef SOCKETLOCK_TEST_UNIT_CLAIM_SCRIPT_HPP
#define SOCKETLOCK_TEST_UNIT_CLAIM_SCRIPT_HPP

#include <socketlock/detail/queue/claim_machine.hpp>
#include <socketlock/error.hpp>

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <string>
#include <type_traits>
#include <vector>

#include "printing.hpp"

namespace claim_script {

using namespace socketlock::detail;
using socketlock::errc;
using socketlock::error_code;

/// Actions as words, so that a list of them can be written down and is printed when it is wrong.
using words = std::vector<std::string>;

inline claim_ref numbered_claim(unsigned char number)
{
    claim_ref result;
    result.claim.value.fill(number);
    result.presence.value.fill(static_cast<unsigned char>(number + 100));
    result.pid = number;
    return result;
}

inline std::string to_string(const claim_ref& p)
{
    return std::to_string(p.pid);
}

inline std::string to_string(intent what)
{
    switch (what)
    {
    case intent::take:
        return "take";
    case intent::enqueue:
        return "enqueue";
    case intent::look:
        return "look";
    case intent::park:
        return "park";
    case intent::peek:
        return "peek";
    case intent::release:
        return "release";
    case intent::leave:
        return "leave";
    case intent::restore:
        return "restore";
    }
    return "?";
}

inline std::string to_string(const claim_action& a)
{
    using kind = claim_action::kind;
    const std::string error = a.ec ? ": " + a.ec.message() : std::string();
    switch (a.what)
    {
    case kind::transact:
        return to_string(a.to);
    case kind::connect:
        return "connect to " + to_string(a.target) + " as " + std::to_string(a.link);
    case kind::say_attach:
        return "attach";
    case kind::say_detach:
        return "detach";
    case kind::disconnect:
        return "disconnect";
    case kind::say_attached:
        return "attached to " + std::to_string(a.link) + (a.is_first ? "" : ", not first");
    case kind::say_look:
        return "look to " + std::to_string(a.link);
    case kind::say_detached:
        return "detached to " + std::to_string(a.link);
    case kind::start_timer:
        return "timer " + std::to_string(a.pause.count());
    case kind::complete_lock:
        return a.acquired ? "locked " + std::to_string(a.fencing_token) : "not locked" + error;
    case kind::complete_unlock:
        return "unlocked" + error;
    case kind::notify_contended:
        return "contended";
    case kind::notify_lost:
        return "lost";
    case kind::finish:
        return "finish";
    }
    return "?";
}

inline words to_words(const std::vector<claim_action>& actions)
{
    words result;
    for (const claim_action& a : actions)
        result.push_back(to_string(a));
    return result;
}

inline transaction_result result_of(outcome what)
{
    transaction_result result;
    result.decided.what = what;
    return result;
}

inline transaction_result acquired(std::uint64_t fencing_token)
{
    transaction_result result = result_of(outcome::acquired);
    result.decided.fencing_token = fencing_token;
    return result;
}

inline transaction_result held_by(unsigned char holder)
{
    transaction_result result = result_of(outcome::held);
    result.decided.attach_to = numbered_claim(holder);
    result.decided.is_behind_holder = true;
    return result;
}

/// As `held_by`, and this claim stands in the record.
inline transaction_result parked_behind(unsigned char holder)
{
    transaction_result result = held_by(holder);
    result.decided.is_parked = true;
    return result;
}

inline transaction_result enqueued_behind(unsigned char before, std::uint64_t ticket)
{
    transaction_result result = result_of(outcome::enqueued);
    result.decided.attach_to = numbered_claim(before);
    result.decided.ticket = ticket;
    return result;
}

inline transaction_result failed(errc value)
{
    transaction_result result;
    result.ec = value;
    return result;
}

inline transaction_result failed_in_writing(errc value)
{
    transaction_result result = failed(value);
    result.decided.write = true;
    return result;
}

inline claim_machine::successor a_successor(link_id link, std::uint64_t ticket)
{
    return {
        link,
        {numbered_claim(static_cast<unsigned char>(link)), 0},
        ticket
    };
}

/// With the numbers of a script's tests.
inline claim_timing timing_of(
    std::uint32_t first,
    std::uint32_t longest_poll,
    std::uint32_t longest
)
{
    claim_timing timing;
    timing.safety_net = {};
    timing.first_pause = claim_timing::duration(first);
    timing.longest_poll = claim_timing::duration(longest_poll);
    timing.longest_pause = claim_timing::duration(longest);
    return timing;
}

/// A claim, and what it does about each event. The safety net is off.
class script
{
public:
    explicit script(claim_timing t = without_safety_net()) : timing(t), claim(timing) {}
    script(script&&) = delete;

    static claim_timing without_safety_net()
    {
        claim_timing timing;
        timing.safety_net = claim_timing::duration(0);
        return timing;
    }

    const claim_timing timing;
    claim_machine claim;

    /// What the claim does now.
    words done() { return to_words(claim.take_actions()); }

    /// What it does about an event: `after(&claim_machine::look, 1)`.
    template <class... Parameters>
    words after(void (claim_machine::*event)(Parameters...), std::common_type_t<Parameters>... args)
    {
        (claim.*event)(args...);
        return done();
    }

    /// Brings it to where it waits behind the claim `before`, attached by its link 1.
    void attach(unsigned char before, std::uint64_t ticket = 5)
    {
        claim.begin(true);
        claim.transacted(enqueued_behind(before, ticket));
        claim.link_up(1);
        claim.attach_accepted(1, true);
        done();
        BOOST_TEST_REQUIRE(claim.phase() == claim_phase::attached);
    }

    /// Brings it to where it polls, with link 1 done with; the claim `before` cannot be reached.
    void park(unsigned char before, std::uint64_t ticket = 5)
    {
        claim.begin(true);
        claim.transacted(enqueued_behind(before, ticket));
        claim.link_unreachable(1);
        claim.transacted(parked_behind(before));
        done();
        BOOST_TEST_REQUIRE(claim.phase() == claim_phase::parked);
    }

    /// Brings it to where it holds.
    void hold(std::uint64_t fencing_token = 70)
    {
        claim.begin(true);
        claim.transacted(acquired(fencing_token));
        done();
        BOOST_TEST_REQUIRE(claim.is_holding());
    }
};

}  // namespace claim_script

#define CHECK_WORDS(actual, ...) \
    BOOST_TEST((actual) == (words{__VA_ARGS__}), boost::test_tools::per_element())
#define CHECK_NO_WORDS(actual) BOOST_TEST((actual) == words(), boost::test_tools::per_element())

#endif
