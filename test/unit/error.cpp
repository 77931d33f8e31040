// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#include <socketlock/error.hpp>
#include <socketlock/holder_info.hpp>

#include <boost/asio/error.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstdint>
#include <ctime>
#include <set>
#include <string>

#include "printing.hpp"

using namespace socketlock;
using std::chrono::seconds;
using std::chrono::system_clock;

namespace {

constexpr char unknown[] = "unknown socketlock error";

system_clock::time_point at(std::int64_t seconds_since_1970)
{
    return system_clock::time_point(seconds(seconds_since_1970));
}

holder_info a_holder()
{
    holder_info holder;
    holder.name = "myapp";
    holder.pid = 4711;
    holder.port = 40123;
    // date -u -d 2026-11-23T10:00:00Z +%s
    holder.since = at(1795428000) + std::chrono::milliseconds(999);
    return holder;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(error)

BOOST_AUTO_TEST_CASE(first_value_is_1_so_that_no_error_counts_as_success)
{
    BOOST_TEST(static_cast<int>(errc::held) == 1);
    BOOST_TEST(category().message(0) == unknown);
    BOOST_TEST(static_cast<bool>(make_error_code(errc::held)));
}

BOOST_AUTO_TEST_CASE(every_value_has_a_sentence_of_its_own_that_says_the_remedy)
{
    std::set<std::string> sentences;
    int value = 1;
    for (; category().message(value) != unknown; ++value)
    {
        const std::string sentence = category().message(value);
        BOOST_TEST_CONTEXT(sentence)
        {
            BOOST_TEST(sentences.insert(sentence).second);
            // What happened: what to do.
            const auto colon = sentence.find(": ");
            BOOST_TEST(colon != sentence.npos);
            BOOST_TEST(colon > 10u);
            BOOST_TEST(sentence.size() > colon + 10);
            BOOST_TEST(sentence.back() != '.');
        }
    }
    BOOST_TEST(value > static_cast<int>(errc::runtime_failed));
    BOOST_TEST(category().message(-1) == unknown);
    BOOST_TEST(category().message(100000) == unknown);
}

BOOST_AUTO_TEST_CASE(codes_belong_to_the_category_socketlock)
{
    BOOST_TEST(std::string(category().name()) == "socketlock");
    const error_code ec = errc::corrupt_record;
    BOOST_TEST((ec.category() == category()));
    BOOST_TEST(ec.value() == static_cast<int>(errc::corrupt_record));
    BOOST_TEST(ec == errc::corrupt_record);
    BOOST_TEST(ec != errc::held);
    BOOST_TEST(ec.message() == category().message(ec.value()));
    // The same number of somebody else's category is another error.
    BOOST_TEST(error_code(1, boost::system::system_category()) != errc::held);
    BOOST_TEST(&category() == &category());
}

BOOST_AUTO_TEST_CASE(text_of_a_held_lock_names_its_holder)
{
    const lock_error error(errc::held, "myapp", a_holder());
    BOOST_TEST(
        std::string(error.what()) ==
        "myapp is held by PID 4711 on port 40123 since 2026-11-23T10:00:00Z"
    );
    BOOST_TEST(error.code() == errc::held);
    BOOST_TEST(error.name() == "myapp");
    BOOST_REQUIRE(error.holder().has_value());
    BOOST_TEST(error.holder()->pid == 4711);
}

BOOST_AUTO_TEST_CASE(text_leaves_out_what_is_not_known)
{
    holder_info holder = a_holder();
    holder.port = 0;
    const lock_error without_port(errc::held, "myapp", holder);
    BOOST_TEST(
        std::string(without_port.what()) == "myapp is held by PID 4711 since 2026-11-23T10:00:00Z"
    );
    const lock_error without_holder(errc::held, "myapp", {});
    BOOST_TEST(
        std::string(without_holder.what()) == "myapp: " + make_error_code(errc::held).message()
    );
}

BOOST_AUTO_TEST_CASE(text_of_every_other_error_is_its_sentence)
{
    // The holder that an earlier attempt met has nothing to do with it.
    const lock_error error(errc::not_owner, "myapp", a_holder());
    BOOST_TEST(std::string(error.what()) == "myapp: " + make_error_code(errc::not_owner).message());
    const lock_error foreign(boost::asio::error::operation_aborted, "myapp", {});
    BOOST_TEST(std::string(foreign.what()) == "myapp: " + foreign.code().message());
}

BOOST_AUTO_TEST_CASE(text_says_what_was_found_of_the_cause)
{
    const lock_error denied(errc::permission_denied, "myapp", {}, "denied (by X)");
    BOOST_TEST(std::string(denied.what()) == "myapp: denied (by X)");
    const lock_error held(errc::held, "myapp", a_holder(), "held");
    BOOST_TEST(
        std::string(held.what()) ==
        "myapp is held by PID 4711 on port 40123 since "
        "2026-11-23T10:00:00Z"
    );
}

BOOST_AUTO_TEST_CASE(text_marks_a_pid_of_another_namespace)
{
    holder_info holder = a_holder();
    holder.in_other_pid_namespace = true;
    BOOST_TEST(
        to_string(holder) ==
        "PID 4711 (in another PID namespace) on port 40123 since 2026-11-23T10:00:00Z"
    );
}

BOOST_AUTO_TEST_CASE(lock_error_is_a_system_error_and_survives_copying)
{
    std::string text;
    try
    {
        lock_error error(errc::held, "myapp", a_holder());
        throw lock_error(error);
    }
    catch (const boost::system::system_error& error)
    {
        text = error.what();
        BOOST_TEST(error.code() == errc::held);
    }
    BOOST_TEST(text == "myapp is held by PID 4711 on port 40123 since 2026-11-23T10:00:00Z");
}

BOOST_AUTO_TEST_CASE(times_are_told_in_utc_as_iso_8601)
{
    BOOST_TEST(to_iso8601(at(0)) == "1970-01-01T00:00:00Z");
    BOOST_TEST(to_iso8601(at(86399)) == "1970-01-01T23:59:59Z");
    BOOST_TEST(to_iso8601(at(951782400)) == "2000-02-29T00:00:00Z");
    BOOST_TEST(to_iso8601(at(951868799)) == "2000-02-29T23:59:59Z");
    BOOST_TEST(to_iso8601(at(1709164800)) == "2024-02-29T00:00:00Z");
    BOOST_TEST(to_iso8601(at(1735603200)) == "2024-12-31T00:00:00Z");
    BOOST_TEST(to_iso8601(at(2147483647)) == "2038-01-19T03:14:07Z");
    BOOST_TEST(to_iso8601(at(2147483648)) == "2038-01-19T03:14:08Z");
    BOOST_TEST(to_iso8601(at(4294967296)) == "2106-02-07T06:28:16Z");
    // 2100 is no leap year.
    BOOST_TEST(to_iso8601(at(4107542399)) == "2100-02-28T23:59:59Z");
    BOOST_TEST(to_iso8601(at(4107542400)) == "2100-03-01T00:00:00Z");
}

BOOST_AUTO_TEST_CASE(times_before_1970_are_told)
{
    BOOST_TEST(to_iso8601(at(-1)) == "1969-12-31T23:59:59Z");
    BOOST_TEST(to_iso8601(at(0) - std::chrono::milliseconds(1)) == "1969-12-31T23:59:59Z");
    BOOST_TEST(to_iso8601(at(-86400)) == "1969-12-31T00:00:00Z");
    BOOST_TEST(to_iso8601(at(-86401)) == "1969-12-30T23:59:59Z");
    BOOST_TEST(to_iso8601(at(-2203891200)) == "1900-03-01T00:00:00Z");
    BOOST_TEST(to_iso8601(at(-2203891201)) == "1900-02-28T23:59:59Z");
}

// Every eleven hours of the time that a system_clock can tell, by the C library's calendar.
BOOST_AUTO_TEST_CASE(times_are_those_of_the_c_library)
{
    const std::int64_t first = -9'200'000'000;
    const std::int64_t last = 9'200'000'000;
    std::size_t wrong = 0;
    for (std::int64_t second = first; second < last; second += 39'599)
    {
        const std::time_t time = second;
        std::tm parts{};
        ::gmtime_r(&time, &parts);
        char expected[64];
        std::strftime(expected, sizeof expected, "%Y-%m-%dT%H:%M:%SZ", &parts);
        if (to_iso8601(at(second)) != expected && ++wrong == 1)
            BOOST_TEST(to_iso8601(at(second)) == expected);
    }
    BOOST_TEST(wrong == 0u);
}

BOOST_AUTO_TEST_SUITE_END()
