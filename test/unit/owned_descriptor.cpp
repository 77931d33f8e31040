// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#include <socketlock/detail/platform/owned_descriptor.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/test/unit_test.hpp>

#include <cerrno>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

using namespace socketlock::detail;
namespace asio = boost::asio;

namespace {

int open_something()
{
    return ::open("/dev/null", O_RDWR | O_CLOEXEC);
}

bool is_open(int descriptor)
{
    return ::fcntl(descriptor, F_GETFD) != -1;
}

bool is_open_in_child(int descriptor)
{
    const ::pid_t child = ::fork();
    BOOST_TEST_REQUIRE(child != -1);
    if (child == 0)
        ::_exit(is_open(descriptor) ? 1 : 0);
    int status = 0;
    BOOST_TEST_REQUIRE(::waitpid(child, &status, 0) == child);
    BOOST_TEST_REQUIRE(WIFEXITED(status));
    return WEXITSTATUS(status) == 1;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(owned_descriptors)

BOOST_AUTO_TEST_CASE(is_closed_at_the_end_of_its_owner)
{
    int descriptor = -1;
    {
        const auto owner = owned_descriptor::open(open_something);
        descriptor = owner.get();
        BOOST_TEST(is_open(descriptor));
    }
    BOOST_TEST(!is_open(descriptor));
}

BOOST_AUTO_TEST_CASE(a_child_does_not_have_it)
{
    const auto owner = owned_descriptor::open(open_something);
    BOOST_TEST(!is_open_in_child(owner.get()));
    BOOST_TEST(is_open(owner.get()));
}

BOOST_AUTO_TEST_CASE(a_child_keeps_a_number_that_is_no_longer_owned)
{
    auto owner = owned_descriptor::open(open_something);
    const int number = owner.get();
    owner.close();
    // A descriptor of somebody else, by the same number.
    const int other = open_something();
    BOOST_TEST_REQUIRE(::dup2(other, number) == number);
    BOOST_TEST(is_open_in_child(number));
    ::close(number);
    if (other != number)
        ::close(other);
}

BOOST_AUTO_TEST_CASE(a_child_does_not_have_a_number_that_was_closed_by_others_and_is_ours_again)
{
    auto before = owned_descriptor::open(open_something);
    ::close(before.get());
    const auto owner = owned_descriptor::open(open_something);
    BOOST_TEST_REQUIRE(owner.get() == before.get());
    before.abandon();
    BOOST_TEST(is_open(owner.get()));
    BOOST_TEST(!is_open_in_child(owner.get()));
}

BOOST_AUTO_TEST_CASE(a_failure_to_open_keeps_its_reason)
{
    errno = 0;
    const auto owner = owned_descriptor::open([] { return ::open("/nowhere/at/all", O_RDONLY); });
    BOOST_TEST(errno == ENOENT);
    BOOST_TEST(!owner);
}

BOOST_AUTO_TEST_CASE(moves_with_its_descriptor)
{
    auto first = owned_descriptor::open(open_something);
    const int descriptor = first.get();
    owned_descriptor second(std::move(first));
    BOOST_TEST(second.get() == descriptor);
    owned_descriptor third;
    third = std::move(second);
    BOOST_TEST(third.get() == descriptor);
    BOOST_TEST(is_open(descriptor));
}

BOOST_AUTO_TEST_CASE(a_child_does_not_have_what_an_asio_object_took_over_until_that_is_closed)
{
    asio::io_context context{1};
    asio::posix::stream_descriptor object(context);
    int ends[2];
    BOOST_TEST_REQUIRE(::pipe(ends) == 0);
    auto owner = owned_descriptor::open([&] { return ends[0]; });
    object.assign(owner.get());
    const int descriptor = owner.release();
    BOOST_TEST(is_open(descriptor));
    BOOST_TEST(!is_open_in_child(descriptor));
    close_released(object);
    BOOST_TEST(!object.is_open());
    BOOST_TEST_REQUIRE(::dup2(ends[1], descriptor) == descriptor);
    BOOST_TEST(is_open_in_child(descriptor));
    ::close(descriptor);
    ::close(ends[1]);
}

BOOST_AUTO_TEST_SUITE_END()
