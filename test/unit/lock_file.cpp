// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#include <boost/interprocess/sync/file_lock.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <future>
#include <set>
#include <string>
#include <sys/stat.h>

#include "lock_file_fixture.hpp"
#include "other_process.hpp"

namespace fs = std::filesystem;
using namespace lock_file_fixture;
using boost::interprocess::file_lock;

namespace {

unsigned mode_of(const std::string& path)
{
    return static_cast<unsigned>(fs::status(path).permissions());
}

/// What a process that uses Boost.Interprocess sees of the guard: may it lock, may it share?
int access_by_interprocess(const std::string& path)
{
    other_process p([&](line&) {
        file_lock lock(path.c_str());
        const int exclusive = lock.try_lock() ? 1 : 0;
        if (exclusive != 0)
            lock.unlock();
        return exclusive + (lock.try_lock_sharable() ? 2 : 0);
    });
    return p.wait();
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(lock_file_transaction, with_lock_file)

BOOST_AUTO_TEST_CASE(first_transaction_creates_the_file_and_reads_a_fresh_record)
{
    transaction t(file);
    begin(t);
    BOOST_TEST(reopened(file));
    BOOST_TEST(token_in(t) == 0u);
    BOOST_TEST((directory.names() == std::set<std::string>{".myapp.lock"}));
    put(t, 7);
    BOOST_TEST(token_in(t) == 7u);
}

BOOST_AUTO_TEST_CASE(next_transaction_reads_what_the_last_one_wrote_by_the_same_descriptor)
{
    put(file, 7);
    transaction t(file);
    begin(t);
    BOOST_TEST(!reopened(file));
    BOOST_TEST(token_in(t) == 7u);
}

BOOST_AUTO_TEST_CASE(file_is_opened_again_after_it_was_closed)
{
    put(file, 7);
    file.close();
    BOOST_TEST(!file.is_open());
    transaction t(file);
    begin(t);
    BOOST_TEST(reopened(file));
    BOOST_TEST(token_in(t) == 7u);
}

BOOST_AUTO_TEST_CASE(written_file_has_its_full_size_and_all_its_blocks)
{
    for (const char* const before : {"", "  ", "{}"})
    {
        write_file(path, before);
        {
            transaction t(file);
            begin(t);
            put(t, 7);
        }
        struct ::stat status = {};
        BOOST_REQUIRE(::stat(path.c_str(), &status) == 0);
        BOOST_TEST(static_cast<std::size_t>(status.st_size) == record_size);
        BOOST_TEST(static_cast<std::size_t>(status.st_blocks) * 512 >= record_size);
        BOOST_TEST(token_at(path) == 7u);
    }
}

BOOST_AUTO_TEST_CASE(shorter_record_leaves_nothing_of_a_longer_one)
{
    record longer = numbered_record(7);
    longer.others["filler"] = std::string(3000, '~');
    transaction t(file);
    begin(t);
    put(t, longer);
    put(t, 8);
    BOOST_TEST(contents_of(path).find('~') == std::string::npos);
    BOOST_TEST(token_in(t) == 8u);
}

BOOST_AUTO_TEST_CASE(removed_file_is_created_anew)
{
    put(file, 7);
    fs::remove(path);
    transaction t(file);
    begin(t);
    BOOST_TEST(reopened(file));
    BOOST_TEST(token_in(t) == 0u);
    put(t, 8);
    BOOST_TEST(fs::file_size(path) == record_size);
}

BOOST_AUTO_TEST_CASE(replaced_file_is_read_and_written_instead)
{
    other_lock_file other(directory / "other");
    put(other, 100);
    put(file, 7);
    fs::rename(other.path(), path);
    transaction t(file);
    begin(t);
    BOOST_TEST(reopened(file));
    BOOST_TEST(token_in(t) == 100u);
}

BOOST_AUTO_TEST_CASE(renamed_file_is_left_alone)
{
    put(file, 7);
    fs::rename(path, directory / "moved");
    {
        transaction t(file);
        begin(t);
        BOOST_TEST(reopened(file));
        BOOST_TEST(token_in(t) == 0u);
        put(t, 8);
    }
    BOOST_TEST(token_at(directory / "moved") == 7u);
    BOOST_TEST(token_at(path) == 8u);
}

// It is opened before the guard is taken: whatever has happened in between must be seen.
BOOST_AUTO_TEST_CASE(file_that_is_removed_while_its_guard_is_waited_for_is_created_anew)
{
    put(file, 7);
    lock_file same(path, 0600);
    {
        transaction first(same);
        begin(first);
        BOOST_TEST(!error_of_begin(file));
        fs::remove(path);
    }
    transaction second(file);
    begin(second);
    BOOST_TEST(token_in(second) == 0u);
    put(second, 8);
    BOOST_TEST(fs::file_size(path) == record_size);
}

// The process that has that guard may be stopped, and keep it forever.
BOOST_AUTO_TEST_CASE(guard_of_a_removed_file_is_not_waited_for)
{
    put(file, 7);
    other_process p([&](line& parent) {
        file_lock lock(path.c_str());
        lock.lock();
        parent.say('L');
        parent.hear();
        return 0;
    });
    BOOST_TEST_REQUIRE(p.hear() == 'L');
    BOOST_TEST(!error_of_begin(file));
    fs::remove(path);
    transaction t(file);
    begin(t);
    BOOST_TEST(reopened(file));
    BOOST_TEST(token_in(t) == 0u);
    p.kill();
}

BOOST_AUTO_TEST_CASE(missing_file_need_not_be_created)
{
    error_code ec;
    transaction t(file);
    BOOST_TEST(!t.begin(ec, missing_file::leave));
    BOOST_TEST(ec == errc::directory_missing);
    BOOST_TEST(!fs::exists(path));
}

BOOST_AUTO_TEST_CASE(file_is_opened_anew_in_a_directory_that_was_replaced)
{
    const std::string inner = directory / "inner";
    fs::create_directory(inner);
    other_lock_file f(inner + "/.myapp.lock");
    put(f, 7);
    fs::rename(inner, directory / "old");
    BOOST_TEST(error_of_begin(f) == errc::directory_missing);
    fs::create_directory(inner);
    put(f, 8);
    BOOST_TEST(token_at(inner + "/.myapp.lock") == 8u);
    BOOST_TEST(token_at(directory / "old/.myapp.lock") == 7u);
}

BOOST_AUTO_TEST_CASE(guard_excludes_interprocess_file_locks_of_other_processes)
{
    put(file, 7);
    {
        transaction t(file);
        begin(t);
        BOOST_TEST(access_by_interprocess(path) == 0);
    }
    // Given back by the destructor, though the descriptor stays open.
    BOOST_TEST(file.is_open());
    BOOST_TEST(access_by_interprocess(path) == 3);
}

BOOST_AUTO_TEST_CASE(guard_is_excluded_by_interprocess_file_locks_of_other_processes)
{
    put(file, 7);
    other_process p([&](line& parent) {
        file_lock lock(path.c_str());
        lock.lock();
        parent.say('L');
        parent.hear();
        lock.unlock();
        lock.lock_sharable();
        parent.say('S');
        parent.hear();
        return 0;
    });
    BOOST_TEST_REQUIRE(p.hear() == 'L');
    error_code ec;
    BOOST_TEST(!error_of_begin(file));
    query_record(path, "myapp", ec);
    BOOST_TEST(ec == boost::system::errc::resource_unavailable_try_again);
    p.say('.');
    BOOST_TEST_REQUIRE(p.hear() == 'S');
    BOOST_TEST(!error_of_begin(file));
    BOOST_TEST(token_at(path) == 7u);
    p.kill();
    transaction t(file);
    begin(t);
}

// As a second copy of the library in this process has one.
BOOST_AUTO_TEST_CASE(guard_excludes_another_descriptor_of_this_process)
{
    lock_file same(path, 0600);
    lock_file another(path, 0600);
    put(same, 7);
    put(another, 7);
    std::future<void> closed;
    {
        transaction t(file);
        begin(t);
        BOOST_TEST(!error_of_begin(same));
        // Nor does closing a descriptor give the guard away. Where it would, it waits.
        closed = std::async(std::launch::async, [&] { another.close(); });
        closed.wait_for(std::chrono::milliseconds(100));
        BOOST_TEST(access_by_interprocess(path) == 0);
        BOOST_TEST(!error_of_begin(same));
    }
    closed.get();
    transaction t(same);
    begin(t);
}

BOOST_AUTO_TEST_CASE(permissions_are_as_asked_for_whatever_the_umask)
{
    for (const unsigned permissions : {0600u, 0660u})
    {
        for (const ::mode_t mask : {0u, 077u, 0777u})
        {
            const ::mode_t before = ::umask(mask);
            other_lock_file f(directory / "f", permissions);
            error_code ec;
            transaction t(f);
            const bool begun = t.begin(ec);
            ::umask(before);
            BOOST_TEST(begun);
            BOOST_TEST(mode_of(f.path()) == permissions);
            fs::remove(f.path());
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
