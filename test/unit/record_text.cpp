// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// A record and its text, and the texts that are kept between transactions.

#include <socketlock/detail/record/record_cache.hpp>
#include <socketlock/detail/record/record_text.hpp>

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "record_fixture.hpp"

using namespace record_fixture;

namespace {

struct with_text
{
    record_text text;

    std::string written()
    {
        error_code ec;
        const char* const bytes = text.write(ec);
        BOOST_TEST_REQUIRE(!ec, ec.message());
        return {bytes, record_size};
    }

    record& read(const std::string& bytes, const std::string& name = "myapp")
    {
        error_code ec = errc::held;
        record& r = text.read(bytes, name, ec);
        BOOST_TEST_REQUIRE(!ec, ec.message());
        return r;
    }

    error_code error_of_read(const std::string& bytes, const std::string& name = "myapp")
    {
        error_code ec;
        text.read(bytes, name, ec);
        return ec;
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(record_text_, with_text)

BOOST_AUTO_TEST_CASE(what_was_written_is_read_and_written_again)
{
    read(encoded(held_record())).fencing_token = 11;
    const std::string eleven = written();
    BOOST_TEST(decoded(eleven).fencing_token == 11u);
    read(eleven).fencing_token = 12;
    const std::string twelve = written();
    BOOST_TEST(decoded(twelve).fencing_token == 12u);
    BOOST_TEST(read(twelve).fencing_token == 12u);
    BOOST_TEST((read(twelve).holder == held_record().holder));
}

// What comes behind a short record is what came behind the long one before it, or is its end.
BOOST_AUTO_TEST_CASE(the_padding_is_whole_whatever_was_there_before)
{
    record long_one = held_record();
    long_one.others["filler"] = std::string(3000, '~');
    record short_one;
    short_one.name = "myapp";
    for (const record& r : {short_one, long_one, short_one, held_record(), short_one})
    {
        read(encoded(long_one)) = r;
        BOOST_TEST(written() == encoded(r));
        read(encoded(r));
        BOOST_TEST(written() == encoded(r));
    }
}

BOOST_AUTO_TEST_CASE(what_was_changed_and_not_written_is_parsed_anew)
{
    const std::string bytes = encoded(held_record());
    read(bytes).fencing_token = 1;
    BOOST_TEST(read(bytes).fencing_token == held_record().fencing_token);
    text.keep();
    BOOST_TEST(read(bytes).fencing_token == held_record().fencing_token);
    read(bytes).fencing_token = 2;
    BOOST_TEST(read(bytes).fencing_token == held_record().fencing_token);
}

BOOST_AUTO_TEST_CASE(every_byte_counts)
{
    const std::string bytes = encoded(held_record());
    for (const std::size_t at : {std::size_t(0), bytes.find("myapp"), record_size - 2})
    {
        read(bytes);
        text.keep();
        std::string other = bytes;
        other[at] = '}';
        BOOST_TEST(
            error_of_read(other) == errc(
                                        other.find("myapp") == std::string::npos
                                            ? errc::name_mismatch
                                            : errc::corrupt_record
                                    )
        );
        // Nothing of it is remembered.
        BOOST_TEST(error_of_read(other) != error_code());
        BOOST_TEST(read(bytes).port == 40123);
    }
}

BOOST_AUTO_TEST_CASE(a_text_of_another_size_is_never_the_same)
{
    const std::string bytes = encoded(held_record());
    read(bytes);
    text.keep();
    const std::string shorter = bytes.substr(0, record_size - 1);
    BOOST_TEST(read(shorter).port == 40123);
    text.keep();
    BOOST_TEST(read(free_record).port == 0);
    text.keep();
    BOOST_TEST(read(bytes).port == 40123);
    BOOST_TEST(error_of_read(bytes.substr(0, 40)) == errc::corrupt_record);
    BOOST_TEST(read("").fencing_token == 0u);
}

BOOST_AUTO_TEST_CASE(another_name_is_a_mismatch_though_the_text_is_known)
{
    const std::string bytes = encoded(held_record());
    read(bytes);
    text.keep();
    BOOST_TEST(error_of_read(bytes, "MyApp") == errc::name_mismatch);
}

BOOST_AUTO_TEST_CASE(what_has_no_room_is_an_error_and_forgotten)
{
    const std::string bytes = encoded(held_record());
    read(bytes).others["x"] = std::string(record_size, 'x');
    error_code ec;
    text.write(ec);
    BOOST_TEST(ec == errc::corrupt_record);
    BOOST_TEST(read(bytes).others.empty());
    BOOST_TEST(written() == bytes);

    read(bytes).others["x"] = std::string(record_size, 'x');
    text.write(ec);
    BOOST_TEST(ec == errc::corrupt_record);
    const record fresh = read("");
    BOOST_TEST(written() == encoded(fresh));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(record_cache_)

BOOST_AUTO_TEST_CASE(lends_what_was_given_back)
{
    record_cache cache;
    const record_text* first = nullptr;
    {
        const record_cache::loan text = cache.lend("myapp");
        first = text.get();
    }
    const record_cache::loan text = cache.lend("myapp");
    BOOST_TEST(text.get() == first);
}

BOOST_AUTO_TEST_CASE(lends_nothing_twice_at_a_time)
{
    record_cache cache;
    for (int round = 0; round < 2; ++round)
    {
        const record_cache::loan one = cache.lend("myapp");
        const record_cache::loan other = cache.lend("myapp");
        BOOST_TEST(one.get() != other.get());
    }
}

// For TSan, and for LeakSanitizer.
BOOST_AUTO_TEST_CASE(threads_never_meet_in_a_text)
{
    record_cache cache;
    std::atomic<int> failures{0};
    std::vector<std::thread> threads;
    for (std::uint64_t number = 0; number < 4; ++number)
    {
        threads.emplace_back([&, number] {
            const std::string name = "lock" + std::to_string(number % 2);
            std::string bytes;
            for (int i = 0; i < 2000; ++i)
            {
                const record_cache::loan text = cache.lend(name);
                error_code ec;
                record& r = text->read(bytes, name, ec);
                failures += ec || (i != 0 && r.fencing_token != number) ? 1 : 0;
                r.fencing_token = number;
                bytes.assign(text->write(ec), record_size);
                failures += ec ? 1 : 0;
            }
        });
    }
    for (std::thread& t : threads)
        t.join();
    BOOST_TEST(failures == 0);
}

BOOST_AUTO_TEST_SUITE_END()
