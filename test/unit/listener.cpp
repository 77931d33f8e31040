// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#include <socketlock/detail/wire/authenticated_link.hpp>
#include <socketlock/detail/wire/listener.hpp>
#include <socketlock/error.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <boost/test/unit_test.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <list>
#include <memory>
#include <optional>
#include <vector>

#include "handshake_fixture.hpp"

using namespace handshake_fixture;
using namespace std::chrono_literals;
namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

constexpr unsigned char key_byte = 7;

/// What the listener's side saw.
struct account
{
    std::optional<secret_key> key = key_of(key_byte, "seed");
    std::optional<secret_key> refusal_key;
    std::vector<handshake_ids> asked;
    std::vector<unsigned char> messages;
    int ends = 0;
};

class recorded_link final : public accepted_link
{
public:
    recorded_link(asio::io_context& context, const handshake_server& handshake, account& a)
        : accepted_link(context, handshake), account_(a)
    {
    }

    using accepted_link::stop_limit;

private:
    std::optional<secret_key> find_key(const handshake_ids& ids) override
    {
        account_.asked.push_back(ids);
        return account_.key;
    }
    std::optional<secret_key> find_refusal_key(const handshake_ids&) override
    {
        return account_.refusal_key;
    }
    bool on_message(const frame_view& frame) override
    {
        account_.messages.push_back(frame.type);
        stop_limit();
        send(pong_message().encode());
        return true;
    }
    void on_end() override { ++account_.ends; }

    account& account_;
};

/// Says "ping" when the other side has proved itself, and goes when it is answered, or stays.
class asking_link final : public authenticated_link
{
public:
    using authenticated_link::authenticated_link;

    void start(const peer_address& to) { open(to, common_ids(), "seed", 1h); }

    bool stays = false;
    bool is_authenticated = false;
    bool is_answered = false;
    bool is_refused = false;
    bool is_over = false;

private:
    void on_authenticated() override
    {
        is_authenticated = true;
        send(ping_message().encode());
    }
    void on_refused() override { is_refused = true; }
    bool on_message(const frame_view& frame) override
    {
        is_answered = frame.type == static_cast<unsigned char>(message_type::pong);
        return stays;
    }
    void on_end() override { is_over = true; }
};

struct fixture
{
    asio::io_context context{1};
    account seen;
    bool takes_connections = true;
    std::weak_ptr<recorded_link> youngest;
    std::shared_ptr<listener> listening;

    fixture()
    {
        error_code ec;
        listening = listener::open(
            context,
            [this](const handshake_server& handshake) -> std::shared_ptr<accepted_link> {
                if (!takes_connections)
                    return nullptr;
                auto link = std::make_shared<recorded_link>(context, handshake, seen);
                youngest = link;
                return link;
            },
            ec
        );
        BOOST_TEST_REQUIRE(!ec);
    }

    peer_address address(unsigned char byte = key_byte) const
    {
        return {listening->address(), listening->port(), filled(byte)};
    }

    template <class Condition>
    void run_until(Condition condition)
    {
        const auto limit = std::chrono::steady_clock::now() + 10s;
        while (!condition() && std::chrono::steady_clock::now() < limit)
            context.run_one_for(1s);
        BOOST_TEST_REQUIRE(condition());
    }

    /// Connects, and comes back when that is over.
    std::shared_ptr<asking_link> ask(const peer_address& to)
    {
        const auto link = std::make_shared<asking_link>(context);
        link->start(to);
        run_until([&] { return link->is_over; });
        return link;
    }
};

/// A peer that never says a word, and finds out when it is dropped.
class silent_peer
{
public:
    silent_peer(asio::io_context& context, const peer_address& to) : socket_(context)
    {
        socket_.connect({asio::ip::make_address(to.address), to.port});
        read();
    }

    bool is_challenged() const { return received_ != 0; }
    bool is_dropped() const { return is_dropped_; }

private:
    void read()
    {
        socket_.async_read_some(
            asio::buffer(buffer_),
            [this](const error_code& ec, std::size_t size) {
                received_ += size;
                is_dropped_ = ec.failed();
                if (!ec)
                    read();
            }
        );
    }

    tcp::socket socket_;
    std::array<char, 256> buffer_;
    std::size_t received_ = 0;
    bool is_dropped_ = false;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(listeners, fixture)

BOOST_AUTO_TEST_CASE(a_peer_that_proves_itself_is_heard_and_answered)
{
    const auto link = ask(address());
    BOOST_TEST(link->is_authenticated);
    BOOST_TEST(link->is_answered);
    BOOST_TEST_REQUIRE(seen.asked.size() == 1u);
    BOOST_TEST(same(seen.asked[0], common_ids()));
    run_until([&] { return seen.ends == 1; });
    BOOST_TEST(seen.messages == std::vector<unsigned char>{22});
}

BOOST_AUTO_TEST_CASE(a_peer_with_another_key_is_not_heard)
{
    const auto link = ask(address(key_byte + 1));
    BOOST_TEST(!link->is_authenticated);
    BOOST_TEST(!link->is_refused);
    BOOST_TEST(seen.ends == 1);
    BOOST_TEST(seen.messages.empty());
}

BOOST_AUTO_TEST_CASE(a_peer_with_another_seed_is_told_so_where_the_target_lives)
{
    seen.key = key_of(key_byte, "another seed");
    seen.refusal_key = key_of(key_byte, "");
    const auto link = ask(address());
    BOOST_TEST(link->is_refused);
    BOOST_TEST(!link->is_authenticated);
    run_until([&] { return seen.ends == 1; });
    BOOST_TEST(seen.messages.empty());
}

BOOST_AUTO_TEST_CASE(a_refusal_that_is_not_proved_is_an_end_like_any_other)
{
    seen.key = key_of(key_byte, "another seed");
    seen.refusal_key = key_of(key_byte + 1, "");
    const auto link = ask(address());
    BOOST_TEST(!link->is_refused);
    BOOST_TEST(!link->is_authenticated);
    run_until([&] { return seen.ends == 1; });
}

BOOST_AUTO_TEST_CASE(a_peer_that_does_not_go_when_it_is_refused_is_not_heard)
{
    seen.key = key_of(key_byte, "another seed");
    seen.refusal_key = key_of(key_byte, "");
    tcp::socket peer(context);
    peer.connect({asio::ip::make_address(address().address), address().port});
    bytes received(3 + 33);
    const auto receive = [&](std::size_t size) {
        bool is_there = false;
        asio::async_read(
            peer,
            asio::buffer(received, size),
            [&](const error_code& ec, std::size_t) {
                BOOST_TEST(!ec);
                is_there = true;
            }
        );
        run_until([&] { return is_there; });
    };
    receive(3 + 33);
    handshake_client client = make_client();
    asio::write(peer, asio::buffer(hello_to(client, received)));
    receive(3 + 32);
    BOOST_TEST(received[2] == static_cast<unsigned char>(message_type::refused));
    // Nothing follows, and that is said.
    error_code last;
    asio::async_read(peer, asio::buffer(received), [&](const error_code& ec, std::size_t) {
        last = ec;
    });
    // None but a second word shall end it.
    youngest.lock()->stop_limit();
    run_until([&] { return last.failed(); });
    BOOST_TEST(last == asio::error::eof);
    BOOST_TEST(seen.ends == 0);
    asio::write(peer, asio::buffer(wire(ping_message().encode())));
    run_until([&] { return seen.ends == 1; });
    BOOST_TEST(seen.messages.empty());
}

BOOST_AUTO_TEST_CASE(a_peer_for_whom_there_is_no_key_is_not_heard)
{
    seen.key.reset();
    const auto link = ask(address());
    BOOST_TEST(!link->is_authenticated);
    BOOST_TEST(seen.ends == 1);
}

BOOST_AUTO_TEST_CASE(a_connection_that_nobody_takes_is_closed)
{
    takes_connections = false;
    const auto link = ask(address());
    BOOST_TEST(!link->is_authenticated);
    BOOST_TEST(seen.asked.empty());
}

BOOST_AUTO_TEST_CASE(an_address_off_the_loopback_interface_is_not_connected_to)
{
    peer_address elsewhere = address();
    elsewhere.address = "192.0.2.1";
    const auto link = std::make_shared<asking_link>(context);
    link->start(elsewhere);
    BOOST_TEST(link->is_over);
}

BOOST_AUTO_TEST_CASE(the_oldest_without_a_proof_makes_room_and_who_has_proved_itself_does_not_count)
{
    const auto proved = std::make_shared<asking_link>(context);
    proved->stays = true;
    proved->start(address());
    run_until([&] { return proved->is_answered; });

    std::list<silent_peer> peers;
    const auto connect_one = [&] {
        peers.emplace_back(context, address());
        run_until([&] { return peers.back().is_challenged(); });
        // None of them shall end because this takes long.
        youngest.lock()->stop_limit();
    };
    while (peers.size() < listener::most_unproved)
        connect_one();
    BOOST_TEST(seen.ends == 0);

    connect_one();
    run_until([&] { return peers.front().is_dropped(); });
    BOOST_TEST(seen.ends == 1);
    BOOST_TEST(!proved->is_over);
    proved->close();
}

BOOST_AUTO_TEST_CASE(the_port_is_closed_with_its_owner)
{
    const peer_address gone = address();
    context.poll();
    listening.reset();
    tcp::socket socket(context);
    error_code ec;
    socket.connect({asio::ip::make_address(gone.address), gone.port}, ec);
    BOOST_TEST(ec == asio::error::connection_refused);
}

BOOST_AUTO_TEST_SUITE_END()
