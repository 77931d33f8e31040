// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// What becomes of a presence's locks when other code of its process meddles with its file or copies
// the process, and what others make of that.

#include <socketlock/detail/platform/liveness_lock.hpp>
#include <socketlock/detail/platform/process_identity.hpp>

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <fcntl.h>
#include <optional>
#include <string>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "presence_fixture.hpp"

using namespace presence_fixture;

namespace {

constexpr auto alive = liveness::alive;
constexpr auto dead = liveness::dead;

boost::test_tools::assertion_result locks_belong_to_descriptors(boost::unit_test::test_unit_id)
{
    boost::test_tools::assertion_result result(!this_process().boot_id.empty());
    result.message() << "on this system locks belong to processes";
    return result;
}

/// A presence of the calling process that says the truth.
presence_info true_info(std::uint32_t number)
{
    const process_identity self = this_process();
    presence_info info = numbered_info(number);
    info.pid = self.pid;
    info.start_time = self.start_time;
    info.boot_id = self.boot_id;
    info.pid_namespace = self.pid_namespace;
    info.time_namespace = self.time_namespace;
    return info;
}

/// What other code of the process does that reads files.
void read_and_close(const std::string& path)
{
    contents_of(path);
}

/// What another process finds of the locks.
liveness_locks locks_elsewhere(const std::string& path)
{
    other_process p([&](line&) {
        error_code ec;
        return static_cast<int>(test_liveness(open_file(path, file_access::read, ec), ec));
    });
    return static_cast<liveness_locks>(p.wait());
}

/// The number of a process that was there a moment ago.
std::int64_t number_of_nobody()
{
    other_process p([](line&) { return 0; });
    const std::int64_t result = p.pid();
    p.wait();
    return result;
}

/// The descriptor of this process that leads to a file.
int descriptor_of(const std::string& path)
{
    const auto id = file_at(path);
    for (int descriptor = 0; descriptor < 1024; ++descriptor)
    {
        struct ::stat status = {};
        if (id && ::fstat(descriptor, &status) == 0 && status.st_ino == id->inode &&
            status.st_dev == id->device)
            return descriptor;
    }
    return -1;
}

struct with_presence
{
    temporary_directory directory;
    const std::string& path = directory.path();
    const std::string file = directory / presence_name(1);
    presence own;

    void create(const presence_info& info)
    {
        error_code ec;
        own.create(path, info, 0600, ec);
        BOOST_TEST_REQUIRE(!ec, ec.message());
    }

    presence_state ensured()
    {
        error_code ec;
        const presence_state result = own.ensure(ec);
        BOOST_TEST_REQUIRE(!ec, ec.message());
        return result;
    }

    /// What others find of this process by what its presence says, once its first lock is gone.
    liveness judged_by(const presence_info& info)
    {
        create(info);
        read_and_close(file);
        BOOST_TEST((locks_elsewhere(file) == liveness_locks::only_of_descriptor));
        return proof_elsewhere(path, 1);
    }
};

/// A process with a presence and a copy of it that was made behind the library's back. The copy
/// ends with this object.
class copied_process
{
public:
    copied_process(const std::string& directory, bool reads_presence)
        : process_([&](line& parent) {
              presence p;
              error_code ec;
              p.create(directory, true_info(1), 0600, ec);
              if (reads_presence)
                  read_and_close(directory + '/' + presence_name(1));
              // As fork, but no handler runs, in the library of neither.
              const long copy = ::syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
              if (copy == 0)
              {
                  while (parent.hear() != 0)
                  {
                  }
                  ::_exit(0);
              }
              parent.say(ec || copy < 0 ? 'E' : 'C');
              while (true)
                  ::pause();
              return 0;
          })
    {
        BOOST_TEST_REQUIRE(process_.hear() == 'C');
    }

    other_process& owner() noexcept { return process_; }

private:
    other_process process_;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(presence_locks, with_presence)

BOOST_AUTO_TEST_CASE(
    owner_that_reads_its_presence_is_alive_and_takes_the_lock_again,
    *boost::unit_test::precondition(locks_belong_to_descriptors)
)
{
    create(true_info(1));
    BOOST_TEST((locks_elsewhere(file) == liveness_locks::held));
    for (int i = 0; i < 2; ++i)
    {
        read_and_close(file);
        read_and_close(file);
        BOOST_TEST((locks_elsewhere(file) == liveness_locks::only_of_descriptor));
        BOOST_TEST(proof_elsewhere(path, 1) == alive);
        BOOST_TEST((ensured() == presence_state::intact));
        BOOST_TEST((locks_elsewhere(file) == liveness_locks::held));
        BOOST_TEST((ensured() == presence_state::intact));
        BOOST_TEST(proof_elsewhere(path, 1) == alive);
    }
}

BOOST_AUTO_TEST_CASE(
    owner_without_its_first_lock_is_dead_only_if_that_is_certain,
    *boost::unit_test::precondition(locks_belong_to_descriptors)
)
{
    const presence_info truth = true_info(1);
    BOOST_TEST(judged_by(truth) == alive);

    presence_info other = truth;
    other.start_time = truth.start_time + 1;
    BOOST_TEST(judged_by(other) == dead);
    other.start_time = 0;
    BOOST_TEST(judged_by(other) == alive);

    presence_info nobody = truth;
    nobody.pid = number_of_nobody();
    BOOST_TEST(judged_by(nobody) == dead);
    for (const auto member :
         {&presence_info::boot_id, &presence_info::pid_namespace, &presence_info::time_namespace})
    {
        // The number is somebody else's there, or nothing about it may be told.
        presence_info elsewhere = nobody;
        elsewhere.*member += '1';
        BOOST_TEST(judged_by(elsewhere) == alive);
        elsewhere.*member = "";
        BOOST_TEST(judged_by(elsewhere) == alive);
    }
    for (const std::int64_t number : {std::int64_t(0), std::int64_t(INT64_MAX)})
    {
        presence_info nonsense = truth;
        nonsense.pid = number;
        BOOST_TEST(judged_by(nonsense) == alive);
    }
}

BOOST_AUTO_TEST_CASE(
    presence_without_its_first_lock_that_cannot_be_understood_is_alive,
    *boost::unit_test::precondition(locks_belong_to_descriptors)
)
{
    create(true_info(1));
    write_file(file, "garbage");
    BOOST_TEST((locks_elsewhere(file) == liveness_locks::only_of_descriptor));
    BOOST_TEST(proof_elsewhere(path, 1) == alive);
}

BOOST_AUTO_TEST_CASE(copy_of_a_living_process_changes_nothing)
{
    copied_process p(path, false);
    BOOST_TEST(proof(path, 1) == alive);
    p.owner().signal(SIGSTOP);
    BOOST_TEST(proof(path, 1) == alive);
}

BOOST_AUTO_TEST_CASE(
    suspended_process_that_has_read_its_presence_is_alive,
    *boost::unit_test::precondition(locks_belong_to_descriptors)
)
{
    copied_process p(path, true);
    p.owner().signal(SIGSTOP);
    BOOST_TEST(proof(path, 1) == alive);
}

BOOST_AUTO_TEST_CASE(copy_that_outlives_its_process_does_not_keep_it_alive)
{
    copied_process p(path, false);
    p.owner().signal(SIGKILL);
    ::siginfo_t ended = {};
    // Its parent does not know it yet.
    BOOST_REQUIRE(
        ::waitid(P_PID, static_cast<::id_t>(p.owner().pid()), &ended, WEXITED | WNOWAIT) == 0
    );
    BOOST_TEST(proof(path, 1) == dead);
    p.owner().wait();
    BOOST_TEST(proof(path, 1) == dead);
    remove_dead_presence(path, numbered_id(1));
    BOOST_TEST(directory.names().empty());
}

BOOST_AUTO_TEST_CASE(owner_whose_descriptor_was_closed_has_lost_its_locks_and_makes_a_new_file)
{
    create(true_info(1));
    const int number = descriptor_of(file);
    BOOST_REQUIRE(::close(number) == 0);
    BOOST_TEST(proof_elsewhere(path, 1) == dead);
    BOOST_TEST((ensured() == presence_state::lost));
    BOOST_TEST(own.in_place());
    BOOST_TEST(proof_elsewhere(path, 1) == alive);
    BOOST_TEST((ensured() == presence_state::intact));
    BOOST_TEST((directory.names() == std::set<std::string>{presence_name(1)}));
}

BOOST_AUTO_TEST_CASE(number_that_was_given_to_another_file_is_left_alone)
{
    std::optional<presence> p(std::in_place);
    error_code ec;
    // Of whatever kind it is, even the same file.
    for (const std::string& other : {std::string("/dev/null"), file})
    {
        p->create(path, true_info(1), 0600, ec);
        BOOST_TEST_REQUIRE(!ec, ec.message());
        const int number = descriptor_of(file);
        const int stranger = ::open(other.c_str(), O_RDONLY | O_CLOEXEC);
        BOOST_REQUIRE(::dup2(stranger, number) == number);
        BOOST_TEST((p->ensure(ec) == presence_state::lost));
        BOOST_TEST(!ec);
        BOOST_TEST(proof_elsewhere(path, 1) == alive);
        if (other == file)
            continue;
        BOOST_TEST(::fcntl(number, F_GETFD) >= 0);
        ::close(number);
        ::close(stranger);
    }
    const int number = descriptor_of(file);
    const int stranger = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    BOOST_REQUIRE(::dup2(stranger, number) == number);
    p.reset();
    BOOST_TEST(::fcntl(number, F_GETFD) >= 0);
    ::close(number);
    ::close(stranger);
}

// In a race, so it may miss a mistake; but it never reports what is none.
BOOST_AUTO_TEST_CASE(presence_that_is_replaced_while_it_is_tested_is_never_dead)
{
    other_process owner([&](line& parent) {
        presence p;
        error_code ec;
        p.create(path, true_info(1), 0600, ec);
        parent.say(ec ? 'E' : 'C');
        while (parent.heard() == 0 && !ec)
            p.create(path, true_info(1), 0600, ec);
        return ec ? 1 : 0;
    });
    BOOST_TEST_REQUIRE(owner.hear() == 'C');
    int taken_for_dead = 0;
    for (int i = 0; i < 5000; ++i)
    {
        error_code why;
        taken_for_dead += test_presence(path, numbered_claim(1), why) == dead;
    }
    BOOST_TEST(taken_for_dead == 0);
    owner.say('.');
    BOOST_TEST(owner.wait() == 0);
}

BOOST_AUTO_TEST_SUITE_END()
