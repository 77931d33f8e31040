// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// Peers that say what nobody can understand, before and after they have proved themselves.

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <memory>
#include <random>
#include <string>

#include "kept_connection_fixture.hpp"

using namespace kept_connection_fixture;
using asio::ip::tcp;

namespace {

constexpr std::uint32_t rounds = 50;

bytes garbage(std::uint32_t seed)
{
    std::mt19937 random(seed);
    bytes result(20000);
    for (unsigned char& byte : result)
        byte = static_cast<unsigned char>(random());
    return result;
}

/// Listens, and proves itself if it shall, before the garbage follows. Never closes the connection.
class false_peer
{
public:
    false_peer(asio::io_context& context, bool proves_itself, bytes says)
        : acceptor_(context, {asio::ip::address_v4::loopback(), 0}),
          socket_(context),
          handshake_(filled(10), acceptor_.local_endpoint().port()),
          proves_itself_(proves_itself),
          says_(std::move(says))
    {
        acceptor_.async_accept(socket_, [this](const error_code& ec) {
            if (!ec)
                proves_itself_ ? challenge() : say();
        });
    }

    std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

private:
    void challenge()
    {
        asio::write(socket_, asio::buffer(wire(handshake_.challenge())));
        asio::async_read(socket_, asio::buffer(hello_), [this](const error_code& ec, std::size_t) {
            encoded_frame welcome;
            if (ec || receive(handshake_, hello_, common_key(), welcome) !=
                          handshake_action::authenticated)
                return;
            const bytes frame = wire(welcome);
            says_.insert(says_.begin(), frame.begin(), frame.end());
            say();
        });
    }

    void say()
    {
        const auto nothing = [](const error_code&, std::size_t) {};
        asio::async_write(socket_, asio::buffer(says_), nothing);
    }

    tcp::acceptor acceptor_;
    tcp::socket socket_;
    handshake_server handshake_;
    const bool proves_itself_;
    bytes says_;
    bytes hello_ = bytes(3 + 1 + 3 * 16 + 2 * 32);
};

struct garbage_fixture : fixture
{
    /// What a connection to such a peer is told.
    std::string listen_to(bool proves_itself, std::uint32_t seed)
    {
        false_peer peer(context, proves_itself, garbage(seed));
        events = std::make_shared<recorded_events>();
        const auto connection = pool->make(key());
        connection->begin(events);
        connection->connect({"127.0.0.1", peer.port(), filled(7)}, common_ids(), 1h);
        run_until([&] { return !events->words.empty() && events->words.back() == "end"; });
        connection->finish(1, false);
        return joined(events->words);
    }

    /// The other side of a connection that a client has made by hand.
    void say(tcp::socket& socket, const bytes& what)
    {
        bytes read(1000);
        bool is_over = false;
        const auto nothing = [](const error_code&, std::size_t) {};
        asio::async_write(socket, asio::buffer(what), nothing);
        asio::async_read(socket, asio::buffer(read), [&](const error_code&, std::size_t) {
            is_over = true;
        });
        run_until([&] { return is_over; });
    }

    tcp::socket connect_by_hand()
    {
        tcp::socket result(context);
        result.connect({asio::ip::make_address(listening->address()), listening->port()});
        return result;
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(wire_garbage, garbage_fixture)

BOOST_AUTO_TEST_CASE(a_listener_that_talks_nonsense_is_left)
{
    for (std::uint32_t seed = 0; seed < rounds; ++seed)
    {
        BOOST_TEST_CONTEXT("seed " << seed)
        {
            BOOST_TEST(listen_to(false, seed) == "end");
            BOOST_TEST(listen_to(true, seed) == "ready end");
        }
    }
}

BOOST_AUTO_TEST_CASE(a_peer_that_talks_nonsense_is_closed_and_not_heard)
{
    seen.limits = {1h, 1h, 1h};
    for (std::uint32_t seed = 0; seed < rounds; ++seed)
    {
        BOOST_TEST_CONTEXT("seed " << seed)
        {
            tcp::socket socket = connect_by_hand();
            say(socket, garbage(seed));
            BOOST_TEST(seen.ends == seed + 1);
            BOOST_TEST(session() == nullptr);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_proved_peer_that_talks_nonsense_is_closed)
{
    seen.limits = {1h, 1h, 1h};
    for (std::uint32_t seed = 0; seed < rounds; ++seed)
    {
        BOOST_TEST_CONTEXT("seed " << seed)
        {
            tcp::socket socket = connect_by_hand();
            handshake_client client(
                common_key(),
                key_without_seed(),
                common_ids(),
                listening->port(),
                filled(20)
            );
            bytes challenge(3 + 33);
            bool is_there = false;
            asio::async_read(socket, asio::buffer(challenge), [&](const error_code&, std::size_t) {
                is_there = true;
            });
            run_until([&] { return is_there; });
            bytes all = hello_to(client, challenge);
            const bytes more = garbage(seed);
            all.insert(all.end(), more.begin(), more.end());
            say(socket, all);
            BOOST_TEST(seen.ends == seed + 1);
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
