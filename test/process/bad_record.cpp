// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// Records that cannot be read, or are not for us.

#include <socketlock/status.hpp>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "lock_directory.hpp"
#include "peer.hpp"

using namespace test;
using socketlock::errc;

namespace {

// A record of which all parts can be read except one.
std::string record_with(const std::string& before, const std::string& after)
{
    std::string text = R"({"port":0,"pid":0,"timestamp":0,"name":"x","socketlock":{"version":2,)"
                       R"("fencing_token":7,"next_ticket":0,"holder":null,"tail":null}})";
    const auto found = text.find(before);
    BOOST_TEST_REQUIRE(found != text.npos);
    return text.replace(found, before.size(), after);
}

std::vector<std::string> unreadable_records()
{
    const std::string id(32, 'a');
    return {
        "[]",
        "null",
        "42",
        "\"x\"",
        "{}",
        "{\"port\":",
        "}{",
        "\377\376\375",
        std::string(5000, '['),
        std::string(5000, ' ') + '!',
        std::string(1 << 20, '#'),
        record_with("\"port\":0", "\"port\":99999999"),
        record_with("\"port\":0", "\"port\":-1"),
        record_with("\"port\":0", "\"port\":\"80\""),
        record_with("\"port\":0", "\"port\":null"),
        record_with("\"timestamp\":0", "\"timestamp\":\"yesterday\""),
        record_with("\"name\":\"x\"", "\"name\":17"),
        record_with("\"name\":\"x\"", "\"name\":\"\377\""),
        record_with("\"version\":2", "\"version\":\"2\""),
        record_with("\"version\":2", "\"version\":1"),
        record_with("\"version\":2,", ""),
        record_with("\"fencing_token\":7", "\"fencing_token\":-7"),
        record_with("\"fencing_token\":7", "\"fencing_token\":1e300"),
        record_with("\"fencing_token\":7", "\"fencing_token\":7.5"),
        record_with("\"fencing_token\":7", "\"fencing_token\":18446744073709551615"),
        record_with("\"fencing_token\":7", "\"fencing_token\":18446744073709551616"),
        record_with("\"next_ticket\":0", "\"next_ticket\":18446744073709551615"),
        record_with("\"fencing_token\":7,", ""),
        record_with("\"holder\":null", "\"holder\":true"),
        record_with("\"holder\":null", "\"holder\":{}"),
        record_with(
            "\"holder\":null",
            R"("holder":{"claim":"../../../../../../../../etc/pass","presence":")" + id + "\"}"
        ),
        record_with(
            "\"tail\":null",
            R"("tail":{"claim":")" + id + R"(","presence":")" + id.substr(1) + "\"}"
        ),
        record_with("\"socketlock\":{\"version\"", "\"socketlock\":[],\"other\":{\"version\""),
    };
}

struct record_fixture
{
    /// What a process gets that can do nothing with the record, which stays as it is.
    void expect_refusal(peer& p, errc why)
    {
        const std::string before = contents_of(file);
        const auto original = inode(file);
        const std::string descriptors = p.ask("descriptors");
        BOOST_TEST(p.ask("open 9 x " + directory.path()) == "ok");
        for (const char* const command : {"try 9", "lock 9", "lock_for 9 100", "holder 9"})
            BOOST_TEST(p.ask(command) == failure(why));
        BOOST_TEST(p.ask("close 9") == "ok");
        BOOST_TEST(eventually([&] { return has_no_more_than(p, descriptors); }));
        BOOST_TEST((contents_of(file) == before));
        BOOST_TEST(inode(file) == original);
    }

    lock_directory directory;
    const std::string file = directory.lock_file("x");
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(bad_record, record_fixture)

BOOST_AUTO_TEST_CASE(row_17_an_unreadable_record_is_healed_when_nobody_lives)
{
    peer p = peer_with_lock(directory.path());
    peer other = peer_with_lock(directory.path());
    for (const std::string& text : unreadable_records())
    {
        BOOST_TEST_CONTEXT("record " << text.substr(0, 200))
        {
            write_file(file, text);
            // Nobody is there before the first of them: no presence.
            BOOST_TEST(p.ask("open 1 x " + directory.path()) == "ok");
            BOOST_TEST(p.ask("try 1") == "yes");
            BOOST_TEST(our_part(file).contains("holder"));
            BOOST_TEST(other.ask("open 1 x " + directory.path()) == "ok");
            BOOST_TEST(other.ask("try 1") == "no");
            BOOST_TEST(p.ask("owns 1") == "yes");
            BOOST_TEST(p.ask("unlock 1") == "ok");
            BOOST_TEST(other.ask("try 1") == "yes");
            BOOST_TEST(other.ask("close 1") == "ok");
            BOOST_TEST(p.ask("close 1") == "ok");
            BOOST_TEST(eventually([&] { return directory.names(".presence").empty(); }));
        }
    }
}

BOOST_AUTO_TEST_CASE(a_fencing_token_that_cannot_grow_never_becomes_smaller)
{
    peer somebody = peer_with_lock(directory.path(), "y");
    BOOST_TEST(somebody.ask("try 1") == "yes");
    peer p = peer_with_lock(directory.path());
    for (const std::string token : {"18446744073709551615", "18446744073709551614"})
    {
        BOOST_TEST_CONTEXT("token " << token)
        {
            write_file(file, record_with("\"fencing_token\":7", "\"fencing_token\":" + token));
            std::uint64_t last = std::stoull(token);
            for (int i = 0; i < 3; ++i)
            {
                if (p.ask("try 1") == "yes")
                {
                    BOOST_TEST(std::stoull(p.ask("token 1")) > last);
                    last = std::stoull(p.ask("token 1"));
                    BOOST_TEST(p.ask("unlock 1") == "ok");
                }
            }
            expect_refusal(p, errc::corrupt_record);
            socketlock::lock_options options;
            options.lock_dir = directory.path();
            socketlock::error_code ec;
            BOOST_TEST((socketlock::status("x", options, ec).state != socketlock::lock_state::free)
            );
            BOOST_TEST(ec == make_error_code(errc::corrupt_record));
        }
    }
}

BOOST_AUTO_TEST_CASE(row_17_an_unreadable_record_is_refused_while_somebody_lives)
{
    // It may be the process whose claim to the lock cannot be read.
    peer somebody = peer_with_lock(directory.path(), "y");
    BOOST_TEST(somebody.ask("try 1") == "yes");
    peer p = peer_with_lock(directory.path());
    for (const std::string& text : unreadable_records())
    {
        BOOST_TEST_CONTEXT("record " << text.substr(0, 200))
        {
            write_file(file, text);
            expect_refusal(p, errc::corrupt_record);
        }
    }
    somebody.stop();
    expect_refusal(p, errc::corrupt_record);
    somebody.kill();
    BOOST_TEST(p.ask("try 1") == "yes");
}

BOOST_AUTO_TEST_CASE(an_owner_whose_record_was_damaged_keeps_others_out_and_leaves_in_peace)
{
    peer owner = peer_with_lock(directory.path());
    peer other = peer_with_lock(directory.path());
    BOOST_TEST(owner.ask("try 1") == "yes");
    // Its runtime has nothing left to do: it is not stopped within a transaction.
    BOOST_TEST(owner.ask("holder 1") != "none");
    owner.stop();
    write_file(file, "[]");
    expect_refusal(other, errc::corrupt_record);
    owner.resume();
    // It may have looked after its record before it unlocks.
    const std::string answer = owner.ask("unlock 1");
    BOOST_TEST((answer == "ok" || answer == failure(errc::lost)));
    BOOST_TEST(owner.ask("owns 1") == "no");
    owner.quit();
    BOOST_TEST(other.ask("try 1") == "yes");
}

BOOST_AUTO_TEST_CASE(blank_files_are_fresh)
{
    peer p = peer_with_lock(directory.path());
    peer somebody = peer_with_lock(directory.path(), "y");
    BOOST_TEST(somebody.ask("try 1") == "yes");
    for (const std::string& text :
         {std::string(), std::string("\n"), std::string(4096, '\0'), std::string(4096, ' ')})
    {
        write_file(file, text);
        BOOST_TEST(p.ask("holder 1") == "none");
        BOOST_TEST(p.ask("try 1") == "yes");
        BOOST_TEST(p.ask("unlock 1") == "ok");
    }
}

BOOST_AUTO_TEST_CASE(a_record_of_a_newer_version_is_refused)
{
    peer p = peer_with_lock(directory.path());
    for (const std::string version : {"3", "4000000000", "18446744073709551615"})
    {
        // Whatever else there is may have changed its meaning.
        write_file(
            file,
            R"({"name":"x","socketlock":{"version":)" + version + R"(,"holder":["who knows"]}})"
        );
        expect_refusal(p, errc::newer_record);
    }
}

BOOST_AUTO_TEST_CASE(row_08_a_record_of_another_name_is_refused)
{
    peer p = peer_with_lock(directory.path());
    write_file(file, record_with("\"name\":\"x\"", "\"name\":\"X\""));
    expect_refusal(p, errc::name_mismatch);
}

BOOST_AUTO_TEST_CASE(fields_of_others_are_kept)
{
    peer p = peer_with_lock(directory.path());
    write_file(
        file,
        record_with("\"holder\":null", "\"later\":{\"a\":[1,2]}")
            .replace(0, 1, R"({"comment":"mine","number":1.5,)")
    );
    for (const char* const command : {"try 1", "unlock 1", "try 1", "unlock 1"})
    {
        BOOST_TEST(p.ask(command) != "no");
        const auto record = read_record(file);
        BOOST_TEST(record.at("comment").as_string() == "mine");
        BOOST_TEST(record.at("number").as_double() == 1.5);
        BOOST_TEST(boost::json::serialize(our_part(file).at("later")) == R"({"a":[1,2]})");
    }
    BOOST_TEST(our_part(file).at("fencing_token").to_number<std::uint64_t>() > 7u);
}

BOOST_AUTO_TEST_CASE(a_record_that_others_have_filled_up_is_an_error_and_stays)
{
    peer p = peer_with_lock(directory.path());
    write_file(file, record_with("\"holder\":null", "\"later\":\"" + std::string(3900, 'x') + '"'));
    const std::string before = contents_of(file);
    BOOST_TEST(p.ask("try 1").find("error ") == 0u);
    BOOST_TEST(p.ask("owns 1") == "no");
    BOOST_TEST(contents_of(file) == before);
}

BOOST_AUTO_TEST_SUITE_END()
