// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// Both sides of kept connections, over the loopback interface, on one context.

#ifndef SOCKETLOCK_TEST_UNIT_KEPT_CONNECTION_FIXTURE_HPP
#define SOCKETLOCK_TEST_UNIT_KEPT_CONNECTION_FIXTURE_HPP

#include <socketlock/detail/wire/accepted_link.hpp>
#include <socketlock/detail/wire/kept_connection.hpp>
#include <socketlock/detail/wire/listener.hpp>
#include <socketlock/detail/wire/message.hpp>
#include <socketlock/error.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "handshake_fixture.hpp"

namespace kept_connection_fixture {

using namespace handshake_fixture;
using namespace std::chrono_literals;
namespace asio = boost::asio;

/// What the side that connects has been told, one word an event.
struct recorded_events final : attachment_events
{
    std::vector<std::string> words;

    void on_ready() override { words.emplace_back("ready"); }
    void on_attached(bool is_first) override
    {
        words.emplace_back(is_first ? "attached_first" : "attached");
    }
    void on_look() override { words.emplace_back("look"); }
    void on_detached() override { words.emplace_back("detached"); }
    void on_refused() override { words.emplace_back("refused"); }
    void on_end() override { words.emplace_back("end"); }
};

inline std::string joined(const std::vector<std::string>& words)
{
    std::string result;
    for (const std::string& word : words)
        result += (result.empty() ? "" : " ") + word;
    return result;
}

/// The side that listens: as a claim's session does it, without the claim.
class recorded_session final : public accepted_link
{
public:
    struct account
    {
        secret_key key = common_key();
        std::optional<secret_key> refusal_key;
        accepted_link_limits limits;
        /// Whether `look` follows an `attach` at once.
        bool is_over = false;
        std::vector<std::weak_ptr<recorded_session>> sessions;
        std::size_t ends = 0;
    };

    recorded_session(asio::io_context& context, const handshake_server& handshake, account& a)
        : accepted_link(context, handshake, a.limits), account_(a)
    {
    }

    using accepted_link::is_current;
    using accepted_link::start_limit;

    /// The numbers of `attach` and `detach` that counted.
    std::vector<std::uint64_t> attaches;
    std::vector<std::uint64_t> detaches;
    std::size_t messages = 0;

private:
    std::optional<secret_key> find_key(const handshake_ids&) override { return account_.key; }
    std::optional<secret_key> find_refusal_key(const handshake_ids&) override
    {
        return account_.refusal_key;
    }
    bool on_message(const frame_view& frame) override
    {
        ++messages;
        const auto type = static_cast<message_type>(frame.type);
        if (type == message_type::attach)
        {
            const auto attach = attach_message::decode(frame.body);
            if (!attach || !begin_attachment(attach->number))
                return false;
            attaches.push_back(attach->number);
            send(attached_message{attach->number}.encode());
            if (account_.is_over)
                send_last_word(attach->number, look_message{attach->number}.encode());
            return true;
        }
        const auto detach = detach_message::decode(frame.body);
        if (type != message_type::detach || !detach)
            return false;
        if (send_last_word(detach->number, detached_message{detach->number}.encode()))
            detaches.push_back(detach->number);
        return true;
    }
    void on_end() override { ++account_.ends; }

    account& account_;
};

inline encoded_frame attach(std::uint64_t number)
{
    attach_message message;
    message.number = number;
    message.ticket = 1;
    message.target_claim = filled_id(3);
    message.own_claim = filled_id(2);
    message.presence = filled_id(4);
    message.pid = 1;
    message.port = 1;
    message.lock_name = "name";
    return message.encode();
}

struct fixture
{
    asio::io_context context{1};
    recorded_session::account seen;
    std::shared_ptr<listener> listening;
    std::shared_ptr<connection_pool> pool = std::make_shared<connection_pool>(context, 1h);
    std::shared_ptr<recorded_events> events = std::make_shared<recorded_events>();

    fixture()
    {
        error_code ec;
        listening = listener::open(
            context,
            [this](const handshake_server& handshake) {
                auto session = std::make_shared<recorded_session>(context, handshake, seen);
                seen.sessions.push_back(session);
                return session;
            },
            ec
        );
        BOOST_TEST_REQUIRE(!ec);
    }

    connection_key key() const
    {
        return {filled_id(4), common_ids().presence, listening->port(), "seed"};
    }

    peer_address address() const { return {listening->address(), listening->port(), filled(7)}; }

    template <class Condition>
    void run_until(Condition condition)
    {
        const auto limit = std::chrono::steady_clock::now() + 60s;
        while (!condition() && std::chrono::steady_clock::now() < limit)
            context.run_one_for(1s);
        BOOST_TEST_REQUIRE(condition());
    }

    void run_until_told(const std::string& words)
    {
        run_until([&] { return events->words.size() >= count_of(words); });
        BOOST_TEST_REQUIRE(joined(events->words) == words);
    }

    /// A new connection whose attachment 1 may be sent.
    std::shared_ptr<kept_connection> connect()
    {
        auto connection = pool->make(key());
        BOOST_TEST_REQUIRE(connection->begin(events) == 1u);
        connection->connect(address(), common_ids(), 1h);
        run_until_told("ready");
        events->words.clear();
        return connection;
    }

    /// The session of the youngest connection.
    std::shared_ptr<recorded_session> session() { return seen.sessions.back().lock(); }

    /// Attaches, and comes back when that is answered.
    void attach_with(const std::shared_ptr<kept_connection>& connection, std::uint64_t number)
    {
        connection->send(attach(number));
        run_until_told("attached");
        events->words.clear();
    }

private:
    static std::size_t count_of(const std::string& words)
    {
        std::size_t result = words.empty() ? 0 : 1;
        for (const char c : words)
            result += c == ' ' ? 1 : 0;
        return result;
    }
};

}  // namespace kept_connection_fixture

#endif
