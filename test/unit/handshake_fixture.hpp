// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#ifndef SOCKETLOCK_TEST_UNIT_HANDSHAKE_FIXTURE_HPP
#define SOCKETLOCK_TEST_UNIT_HANDSHAKE_FIXTURE_HPP

#include <socketlock/detail/wire/handshake.hpp>
#include <socketlock/detail/wire/message.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace handshake_fixture {

using namespace socketlock::detail;
using socketlock::error_code;

using bytes = std::vector<unsigned char>;

constexpr std::uint16_t listening_port = 40123;

inline id128 filled_id(unsigned char byte)
{
    id128 result;
    result.value.fill(byte);
    return result;
}

inline std::array<unsigned char, 32> filled(unsigned char byte)
{
    std::array<unsigned char, 32> result{};
    result.fill(byte);
    return result;
}

inline secret_key key_of(unsigned char presence_key, std::string_view seed)
{
    error_code ec;
    const secret_key result = derive_handshake_key(filled(presence_key), seed, ec);
    BOOST_TEST_REQUIRE(!ec);
    return result;
}

inline secret_key common_key()
{
    return key_of(7, "seed");
}

inline secret_key key_without_seed()
{
    return key_of(7, "");
}

inline handshake_ids common_ids()
{
    return {filled_id(1), filled_id(2), filled_id(3)};
}

inline bool same(const handshake_ids& a, const handshake_ids& b)
{
    return a.presence == b.presence && a.own_claim == b.own_claim &&
           a.target_claim == b.target_claim;
}

inline bytes wire(const encoded_frame& frame)
{
    return bytes(frame.bytes().begin(), frame.bytes().end());
}

/// A frame as its receiver sees it. Precondition: it is whole.
inline frame_view view(const bytes& frame)
{
    return {frame[2], byte_view(frame.data() + 3, frame.size() - 3)};
}

inline handshake_client make_client(unsigned char nonce_byte = 20)
{
    return handshake_client(
        common_key(),
        key_without_seed(),
        common_ids(),
        listening_port,
        filled(nonce_byte)
    );
}

inline handshake_server make_server(unsigned char nonce_byte = 10)
{
    return handshake_server(filled(nonce_byte), listening_port);
}

/// What the client answers to `challenge`. Precondition: it does.
inline bytes hello_to(handshake_client& client, const bytes& challenge)
{
    encoded_frame reply;
    BOOST_TEST_REQUIRE((client.on_frame(view(challenge), reply) == handshake_action::send));
    return wire(reply);
}

inline handshake_action receive(handshake_client& client, const bytes& frame)
{
    encoded_frame reply;
    return client.on_frame(view(frame), reply);
}

/// The server's answer to `hello` where the key that belongs to it is `key`.
inline handshake_action receive(
    handshake_server& server,
    const bytes& hello,
    const secret_key& key,
    encoded_frame& reply
)
{
    const handshake_action action = server.on_frame(view(hello));
    if (action != handshake_action::look_up_key)
        return action;
    return server.accept(key, reply);
}

inline bool server_takes(handshake_server& server, const bytes& hello, const secret_key& key)
{
    encoded_frame reply;
    const handshake_action action = receive(server, hello, key, reply);
    const bool taken = action == handshake_action::authenticated;
    BOOST_TEST((taken || action == handshake_action::failed));
    // A peer that is refused is told nothing.
    BOOST_TEST(reply.bytes().empty() == !taken);
    return taken;
}

/// A whole exchange in which the three frames can be tampered with and segmented.
struct exchange
{
    bytes frames[3];              // challenge, hello, welcome, as they were sent
    std::size_t segment = 10000;  // how many bytes arrive at once
    int tampered_frame = -1;
    std::size_t tampered_byte = 0;
    unsigned char tampered_bits = 0;

    bool server_authenticated = false;
    bool client_authenticated = false;

    void run()
    {
        handshake_server server = make_server();
        handshake_client client = make_client();
        frame_reader to_client;
        frame_reader to_server;
        bool server_failed = false;
        bool client_failed = false;

        send(0, server.challenge(), to_client, [&](const frame_view& frame) {
            encoded_frame reply;
            if (client_failed || client.on_frame(frame, reply) != handshake_action::send)
            {
                client_failed = true;
                return;
            }
            send(1, reply, to_server, [&](const frame_view& hello) {
                encoded_frame welcome;
                if (server_failed || server.on_frame(hello) != handshake_action::look_up_key ||
                    server.accept(common_key(), welcome) != handshake_action::authenticated)
                {
                    server_failed = true;
                    return;
                }
                server_authenticated = true;
                send(2, welcome, to_client, [&](const frame_view& last) {
                    client_authenticated = client.on_frame(last, reply) ==
                                           handshake_action::authenticated;
                });
            });
        });
    }

private:
    template <class OnFrame>
    void send(int which, const encoded_frame& frame, frame_reader& reader, OnFrame on_frame)
    {
        bytes raw = wire(frame);
        frames[which] = raw;
        if (which == tampered_frame)
            raw[tampered_byte] = static_cast<unsigned char>(raw[tampered_byte] ^ tampered_bits);
        // Frames are taken out before they are handled, since handling one may use the reader.
        std::vector<bytes> received;
        for (std::size_t at = 0; at < raw.size() && !reader.failed();)
        {
            const mutable_byte_view room = reader.prepare();
            const std::size_t count = std::min({segment, room.size, raw.size() - at});
            BOOST_TEST_REQUIRE(count > 0u);
            std::copy_n(raw.data() + at, count, room.data);
            reader.commit(count);
            at += count;
            while (const auto next = reader.next())
            {
                bytes whole{0, 0, next->type};
                whole.insert(whole.end(), next->body.begin(), next->body.end());
                received.push_back(whole);
            }
        }
        for (const bytes& whole : received)
            on_frame(view(whole));
    }
};

}  // namespace handshake_fixture

#endif
