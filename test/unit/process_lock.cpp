// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#include <socketlock/single_instance.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <csignal>
#include <cstdint>
#include <filesystem>
#include <set>
#include <string>
#include <sys/resource.h>
#include <type_traits>
#include <unistd.h>
#include <utility>

#include "lock_fixture.hpp"

namespace fs = std::filesystem;
using namespace lock_fixture;
using socketlock::lock_error;
using socketlock::single_instance;
using std::chrono::system_clock;

namespace {

/// While it is there, no file takes a byte.
class no_room
{
public:
    no_room()
    {
        ::getrlimit(RLIMIT_FSIZE, &usual_);
        const ::rlimit none = {0, usual_.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &none);
    }
    no_room(no_room&&) = delete;
    ~no_room()
    {
        ::setrlimit(RLIMIT_FSIZE, &usual_);
        std::signal(SIGXFSZ, action_);
    }

private:
    void (*const action_)(int) = std::signal(SIGXFSZ, SIG_IGN);
    ::rlimit usual_ = {};
};

}  // namespace

// The lock object and its synchronous functions. No io_context runs.
BOOST_FIXTURE_TEST_SUITE(lock_object, with_locks)

BOOST_AUTO_TEST_CASE(new_object_holds_nothing_and_touches_nothing)
{
    const process_lock lock = make("my app");
    BOOST_TEST(lock.name() == "my app");
    BOOST_TEST(lock.path() == directory / ".my%20app.lock");
    BOOST_TEST(lock.pid() == ::getpid());
    BOOST_TEST(!lock.owns_lock());
    BOOST_TEST(lock.port() == 0);
    BOOST_TEST(lock.fencing_token() == 0u);
    BOOST_TEST(!lock.blocker().has_value());
    BOOST_TEST((lock.get_executor() == context.get_executor()));
    BOOST_TEST(directory.names().empty());
}

// Whoever may only read could keep a sharable lock on the lock file, and so keep all others out.
BOOST_AUTO_TEST_CASE(permissions_that_let_somebody_only_read_are_refused_at_construction)
{
    socketlock::lock_options options;
    options.lock_dir = directory / "missing";
    for (const unsigned wrong :
         {0644u,
          0640u,
          0604u,
          0664u,
          0646u,
          0620u,
          0400u,
          0200u,
          0u,
          0060u,
          0700u,
          0770u,
          02660u,
          01666u,
          04600u,
          0200600u})
    {
        options.permissions = wrong;
        BOOST_CHECK_EXCEPTION(
            process_lock(context, "myapp", options),
            socketlock::lock_error,
            [&](const auto& error) {
                return error.code() == errc::invalid_permissions && error.name() == "myapp";
            }
        );
        // Whoever asks makes no files.
        error_code ec;
        BOOST_TEST((socketlock::status("myapp", options, ec).state == socketlock::lock_state::free)
        );
    }
    for (const unsigned right : {0600u, 0660u, 0666u, 0606u})
    {
        options.permissions = right;
        options.lock_dir = directory.path();
        const std::string name = std::to_string(right);
        process_lock lock(context, name, options);
        BOOST_TEST(lock.try_lock());
        BOOST_TEST((fs::status(lock.path()).permissions() == fs::perms(right)));
    }
}

BOOST_AUTO_TEST_CASE(invalid_names_are_refused_at_construction)
{
    for (const std::string& name :
         {std::string(), std::string(201, 'x'), std::string("a\0b", 3), std::string("\xff")})
    {
        BOOST_CHECK_EXCEPTION(make(name), lock_error, [&](const lock_error& error) {
            return error.code() == errc::invalid_name && error.name() == name;
        });
    }
    BOOST_TEST(directory.names().empty());
    make(std::string(200, '/')).lock();
}

BOOST_AUTO_TEST_CASE(holder_knows_his_port_and_his_token)
{
    process_lock lock = make();
    BOOST_TEST(lock.try_lock());
    BOOST_TEST(lock.owns_lock());
    BOOST_TEST(lock.port() != 0);
    BOOST_TEST(lock.fencing_token() != 0u);
    BOOST_TEST(fs::file_size(lock.path()) == 4096u);
    lock.unlock();
    BOOST_TEST(!lock.owns_lock());
    BOOST_TEST(lock.port() == 0);
    BOOST_TEST(lock.fencing_token() == 0u);
    // The lock file is permanent.
    BOOST_TEST(fs::exists(lock.path()));
}

BOOST_AUTO_TEST_CASE(two_objects_with_one_name_exclude_each_other)
{
    process_lock first = make();
    process_lock second = make();
    BOOST_TEST(first.try_lock());
    error_code ec = errc::io_error;
    BOOST_TEST(!second.try_lock(ec));
    BOOST_TEST(!ec);
    BOOST_TEST(!second.owns_lock());
    BOOST_TEST(first.owns_lock());
    first.unlock();
    BOOST_TEST(second.try_lock());
    BOOST_TEST(!first.try_lock());
}

BOOST_AUTO_TEST_CASE(blocker_is_whom_the_last_attempt_met)
{
    process_lock first = make();
    process_lock second = make();
    const auto before = system_clock::now() - std::chrono::microseconds(1);
    first.lock();
    const auto after = system_clock::now();
    BOOST_TEST(!second.try_lock());
    const auto blocker = second.blocker();
    BOOST_REQUIRE(blocker.has_value());
    BOOST_TEST(blocker->name == "myapp");
    BOOST_TEST(blocker->pid == ::getpid());
    BOOST_TEST(blocker->port == first.port());
    BOOST_TEST(blocker->fencing_token == first.fencing_token());
    BOOST_TEST((blocker->since >= before && blocker->since <= after));
    BOOST_TEST(!blocker->verified);
    BOOST_TEST(!first.blocker().has_value());
    first.unlock();
    BOOST_TEST(second.try_lock());
    BOOST_TEST(!second.blocker().has_value());
}

BOOST_AUTO_TEST_CASE(other_names_and_other_directories_are_other_locks)
{
    process_lock lock = make();
    process_lock other_name = make("Myapp");
    temporary_directory elsewhere;
    socketlock::lock_options options;
    options.lock_dir = elsewhere.path();
    process_lock other_directory(context, "myapp", options);
    BOOST_TEST(lock.try_lock());
    BOOST_TEST(other_name.try_lock());
    BOOST_TEST(other_directory.try_lock());
}

BOOST_AUTO_TEST_CASE(missing_directory_is_created_with_its_parents_for_its_owner_alone)
{
    socketlock::lock_options options;
    options.lock_dir = directory / "a/b";
    process_lock lock(context, "myapp", options);
    BOOST_TEST(!fs::exists(directory / "a"));
    BOOST_TEST(lock.try_lock());
    BOOST_TEST((fs::status(directory / "a").permissions() == fs::perms(0700)));
    BOOST_TEST((fs::status(directory / "a/b").permissions() == fs::perms(0700)));
}

BOOST_AUTO_TEST_CASE(unlocking_goes_on_by_itself_if_the_record_may_be_half_written)
{
    process_lock lock = make();
    lock.lock();
    error_code ec;
    {
        const no_room here;
        lock.unlock(ec);
    }
    BOOST_TEST(ec);
    BOOST_TEST(!lock.owns_lock());
    lock.unlock(ec);
    BOOST_TEST(ec == errc::not_owner);
    BOOST_TEST(lock.try_lock_for(std::chrono::hours(1)));
    BOOST_TEST(!make().try_lock());
}

BOOST_AUTO_TEST_CASE(locking_twice_is_an_error_that_changes_nothing)
{
    process_lock lock = make();
    lock.lock();
    const auto token = lock.fencing_token();
    error_code ec;
    lock.lock(ec);
    BOOST_TEST(ec == errc::already_locked);
    BOOST_TEST(!lock.try_lock(ec));
    BOOST_TEST(ec == errc::already_locked);
    BOOST_TEST(!lock.try_lock_for(std::chrono::hours(1), ec));
    BOOST_TEST(ec == errc::already_locked);
    BOOST_TEST(lock.owns_lock());
    BOOST_TEST(lock.fencing_token() == token);
    BOOST_TEST(!make().try_lock());
    lock.unlock();
    BOOST_TEST(make().try_lock());
}

BOOST_AUTO_TEST_CASE(unlocking_what_is_not_held_is_an_error_that_changes_nothing)
{
    process_lock holder = make();
    process_lock lock = make();
    error_code ec;
    lock.unlock(ec);
    BOOST_TEST(ec == errc::not_owner);
    holder.lock();
    lock.unlock(ec);
    BOOST_TEST(ec == errc::not_owner);
    BOOST_TEST(!lock.try_lock());
    lock.unlock(ec);
    BOOST_TEST(ec == errc::not_owner);
    BOOST_TEST(holder.owns_lock());
    holder.unlock();
    holder.unlock(ec);
    BOOST_TEST(ec == errc::not_owner);
}

BOOST_AUTO_TEST_CASE(fencing_tokens_grow)
{
    process_lock first = make();
    process_lock second = make();
    std::uint64_t last = 0;
    for (int i = 0; i < 50; ++i)
    {
        process_lock& lock = i % 2 == 0 ? first : second;
        if (i % 10 == 5)
            fs::remove(lock.path());
        lock.lock();
        BOOST_TEST(lock.fencing_token() > last);
        last = lock.fencing_token();
        lock.unlock();
    }
}

BOOST_AUTO_TEST_CASE(throwing_functions_throw_what_the_others_return)
{
    process_lock lock = make();
    const auto is = [](errc value) {
        return [value](const lock_error& error) {
            return error.code() == value && error.name() == "myapp" &&
                   std::string(error.what()) == "myapp: " + error.code().message();
        };
    };
    BOOST_CHECK_EXCEPTION(lock.unlock(), lock_error, is(errc::not_owner));
    lock.lock();
    const auto limit = std::chrono::steady_clock::now();
    BOOST_CHECK_EXCEPTION(lock.lock(), lock_error, is(errc::already_locked));
    BOOST_CHECK_EXCEPTION(lock.try_lock(), lock_error, is(errc::already_locked));
    BOOST_CHECK_EXCEPTION(lock.try_lock_until(limit), lock_error, is(errc::already_locked));
    BOOST_CHECK_EXCEPTION(lock.try_lock_for(limit - limit), lock_error, is(errc::already_locked));
    BOOST_TEST(lock.owns_lock());
}

BOOST_AUTO_TEST_CASE(single_instance_owns_or_throws_by_whom_it_is_held)
{
    const single_instance guard(context, "myapp", options());
    BOOST_TEST(guard.owns_lock());
    const std::string by_whom = "myapp is held by PID " + std::to_string(::getpid()) + " on port " +
                                std::to_string(guard.lock().port()) + " since ";
    BOOST_CHECK_EXCEPTION(
        single_instance(context.get_executor(), "myapp", options()),
        lock_error,
        [&](const lock_error& error) {
            return error.code() == errc::held && error.holder() &&
                   error.holder()->fencing_token == guard.lock().fencing_token() &&
                   std::string(error.what()).rfind(by_whom, 0) == 0;
        }
    );
    BOOST_TEST(guard.owns_lock());
}

BOOST_AUTO_TEST_CASE(single_instance_unlocks_when_it_ends_and_can_be_moved)
{
    {
        single_instance guard(context, "myapp", options());
        const single_instance moved = std::move(guard);
        BOOST_TEST(moved.owns_lock());
        BOOST_TEST(!make().try_lock());
    }
    BOOST_TEST(make().try_lock());
}

BOOST_AUTO_TEST_CASE(destructor_unlocks)
{
    {
        process_lock lock = make();
        lock.lock();
    }
    BOOST_TEST(make().try_lock());
    BOOST_TEST(make().try_lock());
}

BOOST_AUTO_TEST_CASE(moved_object_takes_over_what_was_held)
{
    process_lock lock = make();
    lock.lock();
    const auto token = lock.fencing_token();
    process_lock moved = std::move(lock);
    BOOST_TEST(moved.owns_lock());
    BOOST_TEST(moved.fencing_token() == token);
    BOOST_TEST(moved.name() == "myapp");
    BOOST_TEST(!make().try_lock());
    // What was moved from can be assigned to.
    lock = make("other");
    BOOST_TEST(lock.name() == "other");
    BOOST_TEST(lock.try_lock());
    moved.unlock();
    BOOST_TEST(make().try_lock());
}

BOOST_AUTO_TEST_CASE(assignment_unlocks_what_was_held_before)
{
    process_lock lock = make("a");
    lock.lock();
    process_lock other = make("b");
    other.lock();
    lock = std::move(other);
    BOOST_TEST(lock.name() == "b");
    BOOST_TEST(lock.owns_lock());
    BOOST_TEST(make("a").try_lock());
    BOOST_TEST(!make("b").try_lock());
}

BOOST_AUTO_TEST_CASE(move_converts_between_executors)
{
    auto lock = make_on(context.get_executor());
    lock.lock();
    process_lock moved = std::move(lock);
    BOOST_TEST(moved.owns_lock());
    BOOST_TEST((moved.get_executor() == context.get_executor()));
    moved.unlock();
    using io_context_lock = socketlock::basic_process_lock<asio::io_context::executor_type>;
    static_assert(std::is_constructible_v<process_lock, io_context_lock&&>);
    static_assert(!std::is_constructible_v<io_context_lock, process_lock&&>);
    static_assert(!std::is_copy_constructible_v<process_lock>);
    static_assert(std::is_nothrow_move_constructible_v<process_lock>);
}

BOOST_AUTO_TEST_CASE(runtime_ends_with_its_last_user_and_leaves_lock_files_only)
{
    {
        process_lock lock = make();
        lock.lock();
        BOOST_TEST(directory.names().size() == 2u);
    }
    const std::set<std::string> lock_file_only{".myapp.lock"};
    BOOST_TEST(soon([&] { return directory.names() == lock_file_only; }));
}

BOOST_AUTO_TEST_SUITE_END()
