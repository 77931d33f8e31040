// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#include <socketlock/detail/wire/framed_socket.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <memory>

using namespace socketlock::detail;
using namespace std::chrono_literals;
namespace asio = boost::asio;

namespace {

/// A connection that never comes about.
class limited_socket final : public framed_socket
{
public:
    using framed_socket::framed_socket;
    using framed_socket::start_limit;
    using framed_socket::stop_limit;

    int ends = 0;

private:
    bool on_frame(const frame_view&) override { return true; }
    void on_end() override { ++ends; }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(framed_sockets)

BOOST_AUTO_TEST_CASE(a_limit_that_passes_ends_the_connection_once)
{
    asio::io_context context{1};
    const auto socket = std::make_shared<limited_socket>(context);
    socket->start_limit(0s);
    context.run();
    BOOST_TEST(socket->ends == 1);
    socket->start_limit(0s);
    context.restart();
    context.run();
    BOOST_TEST(socket->ends == 1);
}

// After a while in which the process was stopped, say, an answer and the end of the time for it are
// found together.
BOOST_AUTO_TEST_CASE(a_limit_that_is_stopped_or_moved_when_it_has_just_passed_ends_nothing)
{
    asio::io_context context{1};
    const auto stopped = std::make_shared<limited_socket>(context);
    const auto moved = std::make_shared<limited_socket>(context);
    stopped->start_limit(0s);
    moved->start_limit(0s);
    // Timers are looked at before what was posted is done, and what has passed is queued behind.
    asio::post(context, [&] {
        stopped->stop_limit();
        moved->start_limit(1h);
    });
    context.poll();
    BOOST_TEST(stopped->ends == 0);
    BOOST_TEST(moved->ends == 0);
    moved->stop_limit();
    context.run();
}

BOOST_AUTO_TEST_SUITE_END()
