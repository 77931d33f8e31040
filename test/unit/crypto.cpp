// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#include <socketlock/detail/platform/crypto.hpp>
#include <socketlock/detail/platform/random.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstdio>
#include <new>
#include <sched.h>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <sys/mman.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

#include "other_process.hpp"

using namespace socketlock::detail;
using socketlock::error_code;

namespace {

std::string from_hex(const std::string& hex)
{
    std::string result;
    for (std::size_t i = 0; i < hex.size(); i += 2)
        result.push_back(static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16)));
    return result;
}

std::string to_hex(const digest& bytes)
{
    id128 half;
    std::copy(bytes.begin(), bytes.begin() + 16, half.value.begin());
    std::string result = half.to_hex();
    std::copy(bytes.begin() + 16, bytes.end(), half.value.begin());
    return result + half.to_hex();
}

std::string sha256_hex(const std::string& message)
{
    error_code ec = make_error_code(boost::system::errc::io_error);
    const digest result = sha256(std::string_view(message), ec);
    BOOST_TEST(!ec);
    return to_hex(result);
}

std::string hmac_hex(const std::string& key, const std::string& message)
{
    error_code ec = make_error_code(boost::system::errc::io_error);
    const digest result = hmac_sha256(std::string_view(key), std::string_view(message), ec);
    BOOST_TEST(!ec);
    return to_hex(result);
}

id128 new_id()
{
    error_code ec;
    const id128 result = random_id(ec);
    if (ec)
        throw std::runtime_error("no random id");
    return result;
}

struct random_values
{
    std::vector<id128> ids;
    nonce bytes{};
};

random_values draw(std::size_t count)
{
    random_values result;
    for (std::size_t i = 0; i < count; ++i)
        result.ids.push_back(new_id());
    error_code ec;
    result.bytes = random_nonce(ec);
    BOOST_TEST_REQUIRE(!ec);
    return result;
}

/// Without copies of unwritten output in the child.
pid_t fork_quietly()
{
    std::fflush(nullptr);
    return ::fork();
}

/// What a child draws that is forked here; with `fork_again` its own child.
random_values drawn_by_child(std::size_t count, bool fork_again = false)
{
    int fds[2];
    BOOST_TEST_REQUIRE(::pipe(fds) == 0);
    const pid_t child = fork_quietly();
    BOOST_TEST_REQUIRE(child >= 0);
    if (child == 0)
    {
        // No test tools in here: the child must not go on as a second test run.
        if (fork_again)
        {
            const pid_t grandchild = ::fork();
            if (grandchild != 0)
            {
                int status = 0;
                ::waitpid(grandchild, &status, 0);
                ::_exit(grandchild > 0 && status == 0 ? 0 : 1);
            }
        }
        bool ok = true;
        for (std::size_t i = 0; ok && i < count; ++i)
        {
            error_code ec;
            const id128 id = random_id(ec);
            ok = !ec && ::write(fds[1], id.value.data(), 16) == 16;
        }
        error_code ec;
        const nonce bytes = random_nonce(ec);
        ok = ok && !ec && ::write(fds[1], bytes.data(), bytes.size()) == 32;
        ::_exit(ok ? 0 : 1);
    }
    ::close(fds[1]);
    random_values result;
    for (std::size_t i = 0; i < count; ++i)
    {
        id128 id;
        BOOST_TEST_REQUIRE(::read(fds[0], id.value.data(), 16) == 16);
        result.ids.push_back(id);
    }
    BOOST_TEST_REQUIRE(::read(fds[0], result.bytes.data(), result.bytes.size()) == 32);
    ::close(fds[0]);
    int status = -1;
    BOOST_TEST_REQUIRE(::waitpid(child, &status, 0) == child);
    BOOST_TEST_REQUIRE(status == 0);
    return result;
}

/// What a process and its child draw that are both process 1, each of its own PID namespace.
struct drawn_by_two_first_processes
{
    bool possible = false;
    id128 ids[2];
    nonce nonces[2];
};

bool enter_new_pid_namespace()
{
    return ::unshare(CLONE_NEWPID) == 0 || ::unshare(CLONE_NEWUSER | CLONE_NEWPID) == 0;
}

void draw_as_first_processes(drawn_by_two_first_processes& result)
{
    if (!enter_new_pid_namespace())
        return;
    const pid_t outer = ::fork();
    if (outer == 0)
    {
        error_code ec;
        random_id(ec);
        if (::getpid() != 1 || !enter_new_pid_namespace())
            ::_exit(1);
        const pid_t inner = ::fork();
        const int which = inner == 0 ? 1 : 0;
        result.nonces[which] = random_nonce(ec);
        result.ids[which] = random_id(ec);
        if (inner == 0)
            ::_exit(::getpid() == 1 && !ec ? 0 : 1);
        int status = -1;
        ::waitpid(inner, &status, 0);
        ::_exit(inner > 0 && status == 0 && !ec ? 0 : 1);
    }
    int status = -1;
    ::waitpid(outer, &status, 0);
    result.possible = outer > 0 && status == 0;
}

void check_all_distinct(const std::vector<random_values>& values)
{
    std::set<id128> ids;
    std::set<nonce> nonces;
    std::size_t count = 0;
    for (const random_values& some : values)
    {
        ids.insert(some.ids.begin(), some.ids.end());
        nonces.insert(some.bytes);
        count += some.ids.size();
    }
    BOOST_TEST(ids.size() == count);
    BOOST_TEST(nonces.size() == values.size());
}

}  // namespace

BOOST_AUTO_TEST_SUITE(crypto)

BOOST_AUTO_TEST_CASE(sha256_gives_the_digests_of_fips_180)
{
    BOOST_TEST(
        sha256_hex("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    );
    BOOST_TEST(
        sha256_hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    );
    BOOST_TEST(
        sha256_hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq") ==
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    );
    BOOST_TEST(
        sha256_hex(std::string(1000000, 'a')) ==
        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
    );
}

BOOST_AUTO_TEST_CASE(hmac_sha256_gives_the_results_of_rfc_4231)
{
    // Test cases 1 to 7; of the fifth the first 128 bits are given.
    BOOST_TEST(
        hmac_hex(std::string(20, '\x0b'), "Hi There") ==
        "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
    );
    BOOST_TEST(
        hmac_hex("Jefe", "what do ya want for nothing?") ==
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    );
    BOOST_TEST(
        hmac_hex(std::string(20, '\xaa'), std::string(50, '\xdd')) ==
        "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"
    );
    BOOST_TEST(
        hmac_hex(
            from_hex("0102030405060708090a0b0c0d0e0f10111213141516171819"),
            std::string(50, '\xcd')
        ) == "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"
    );
    BOOST_TEST(
        hmac_hex(std::string(20, '\x0c'), "Test With Truncation").substr(0, 32) ==
        "a3b6167473100ee06e0c796c2955552b"
    );
    BOOST_TEST(
        hmac_hex(
            std::string(131, '\xaa'),
            "Test Using Larger Than Block-Size Key - Hash Key First"
        ) == "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
    );
    BOOST_TEST(
        hmac_hex(
            std::string(131, '\xaa'),
            "This is a test using a larger than block-size key and a larger than block-size data. "
            "The key needs to be hashed before being used by the HMAC algorithm."
        ) == "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"
    );
}

BOOST_AUTO_TEST_CASE(hmac_sha256_of_nothing_with_an_empty_key_does_not_depend_on_earlier_calls)
{
    const std::string expected = "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad";
    hmac_hex("another key", "another message");
    BOOST_TEST(hmac_hex("", "") == expected);
    error_code ec;
    BOOST_TEST(to_hex(hmac_sha256(byte_view(), byte_view(), ec)) == expected);
    BOOST_TEST(!ec);
    BOOST_TEST(
        to_hex(sha256(byte_view(), ec)) ==
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    );
}

BOOST_AUTO_TEST_CASE(digests_are_equal_only_if_every_bit_is)
{
    error_code ec;
    const digest original = sha256(std::string_view("abc"), ec);
    digest copy = original;
    BOOST_TEST(equal_in_constant_time(original, copy));
    for (std::size_t bit = 0; bit < 256; ++bit)
    {
        copy = original;
        copy[bit / 8] = static_cast<unsigned char>(copy[bit / 8] ^ 1u << bit % 8);
        BOOST_TEST(!equal_in_constant_time(original, copy));
    }
}

BOOST_AUTO_TEST_CASE(random_bytes_fill_exactly_the_room_they_are_given)
{
    // A byte that stays zero in 64 calls is one that is not written.
    std::array<unsigned char, 24> seen{};
    for (int i = 0; i < 64; ++i)
    {
        std::array<unsigned char, 24> room{};
        error_code ec = make_error_code(boost::system::errc::io_error);
        random_bytes(room.data() + 4, 16, ec);
        BOOST_TEST_REQUIRE(!ec);
        for (std::size_t k = 0; k < room.size(); ++k)
            seen[k] = static_cast<unsigned char>(seen[k] | room[k]);
    }
    for (std::size_t k = 0; k < seen.size(); ++k)
        BOOST_TEST((seen[k] != 0) == (k >= 4 && k < 20));
}

BOOST_AUTO_TEST_CASE(random_ids_are_distinct_in_and_between_threads)
{
    std::vector<random_values> values(4);
    std::vector<std::thread> threads;
    for (random_values& mine : values)
    {
        threads.emplace_back([&mine] {
            for (int i = 0; i < 10000; ++i)
                mine.ids.push_back(new_id());
            error_code ec;
            mine.bytes = random_nonce(ec);
        });
    }
    for (std::thread& thread : threads)
        thread.join();
    check_all_distinct(values);
}

BOOST_AUTO_TEST_CASE(every_bit_of_an_id_is_random)
{
    id128 ever_set;
    id128 ever_clear;
    for (int i = 0; i < 200; ++i)
    {
        const id128 id = new_id();
        for (std::size_t k = 0; k < 16; ++k)
        {
            ever_set.value[k] = static_cast<unsigned char>(ever_set.value[k] | id.value[k]);
            ever_clear.value[k] = static_cast<unsigned char>(ever_clear.value[k] | ~id.value[k]);
        }
    }
    id128 all;
    all.value.fill(0xff);
    BOOST_TEST((ever_set == all));
    BOOST_TEST((ever_clear == all));
}

// libcrypto has locks that a thread of the parent may have at that moment.
BOOST_AUTO_TEST_CASE(a_child_that_is_forked_meanwhile_is_not_stuck)
{
    constexpr std::string_view text = "text";
    std::atomic<bool> is_over{false};
    std::thread busy([&] {
        error_code ec;
        while (!is_over)
        {
            random_nonce(ec);
            hmac_sha256(text, text, ec);
        }
    });
    for (int i = 0; i < 300; ++i)
    {
        other_process child([&](line&) {
            ::alarm(180);
            error_code ec;
            hmac_sha256(text, text, ec);
            random_nonce(ec);
            return ec ? 1 : 0;
        });
        const int result = child.wait();
        BOOST_TEST(result == 0);
        if (result != 0)
            break;
    }
    is_over = true;
    busy.join();
}

BOOST_AUTO_TEST_CASE(a_forked_child_never_repeats_its_parents_ids)
{
    // At every fill of the buffer.
    for (std::size_t before = 1; before <= 40; ++before)
    {
        std::vector<random_values> values;
        values.push_back(draw(before));
        values.push_back(drawn_by_child(70));
        values.push_back(drawn_by_child(70));
        values.push_back(drawn_by_child(70, true));
        values.push_back(draw(70));
        check_all_distinct(values);
    }
}

BOOST_AUTO_TEST_CASE(a_child_with_its_parents_process_id_never_repeats_its_numbers)
{
    void* const shared = ::mmap(
        nullptr,
        sizeof(drawn_by_two_first_processes),
        PROT_READ | PROT_WRITE,
        MAP_SHARED | MAP_ANONYMOUS,
        -1,
        0
    );
    BOOST_TEST_REQUIRE(shared != MAP_FAILED);
    auto& drawn = *new (shared) drawn_by_two_first_processes;
    const pid_t child = fork_quietly();
    if (child == 0)
    {
        draw_as_first_processes(drawn);
        ::_exit(0);
    }
    BOOST_TEST_REQUIRE(::waitpid(child, nullptr, 0) == child);
    if (drawn.possible)
    {
        BOOST_TEST((drawn.ids[0] != drawn.ids[1]));
        BOOST_TEST((drawn.nonces[0] != drawn.nonces[1]));
    }
    else
    {
        BOOST_TEST_MESSAGE("skipped: no PID namespaces for this user");
    }
    ::munmap(shared, sizeof drawn);
}

BOOST_AUTO_TEST_SUITE_END()
