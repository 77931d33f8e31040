// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// The answer of a claim that lives to a client with another signature seed.

#include <boost/test/unit_test.hpp>

#include <string>

#include "handshake_fixture.hpp"

using namespace handshake_fixture;

namespace {

/// What a server without the client's seed answers to the client's hello.
bytes refusal_of(handshake_server& server, handshake_client& client)
{
    encoded_frame reply;
    const bytes hello = hello_to(client, wire(server.challenge()));
    BOOST_TEST_REQUIRE(
        (receive(server, hello, key_of(7, "another"), reply) == handshake_action::failed)
    );
    BOOST_TEST_REQUIRE((server.refuse(key_without_seed(), reply) == handshake_action::refused));
    return wire(reply);
}

handshake_client client_of(const handshake_ids& ids, std::uint16_t port)
{
    return handshake_client(common_key(), key_without_seed(), ids, port, filled(20));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(handshake_refusals)

BOOST_AUTO_TEST_CASE(a_refusal_is_believed_and_is_as_documented)
{
    handshake_server server = make_server();
    handshake_client client = make_client();
    const bytes refusal = refusal_of(server, client);
    BOOST_TEST((receive(client, refusal) == handshake_action::refused));

    // The proof, computed here from the description of the protocol.
    error_code ec;
    const secret_key key = hmac_sha256(filled(7), byte_view(), ec);
    std::string text = "socketlock/2 refused" + std::string(1, '\0') + std::string(32, 10) +
                       std::string(32, 20) + std::string(16, 1) + std::string(16, 2) +
                       std::string(16, 3);
    text += static_cast<char>(listening_port >> 8);
    text += static_cast<char>(listening_port & 255);
    const auto message = refused_message::decode(view(refusal).body);
    BOOST_REQUIRE(message.has_value());
    BOOST_TEST((message->proof == hmac_sha256(key, std::string_view(text), ec)));

    // For good.
    BOOST_TEST((receive(client, refusal) == handshake_action::failed));
}

BOOST_AUTO_TEST_CASE(any_flipped_bit_makes_it_a_failure)
{
    for (std::size_t byte = 2; byte < 3 + 32; ++byte)
    {
        for (unsigned bits : {1u, 2u, 4u, 8u, 16u, 32u, 64u, 128u, 255u})
        {
            handshake_server server = make_server();
            handshake_client client = make_client();
            bytes refusal = refusal_of(server, client);
            refusal[byte] = static_cast<unsigned char>(refusal[byte] ^ bits);
            BOOST_TEST((receive(client, refusal) == handshake_action::failed));
        }
    }
}

BOOST_AUTO_TEST_CASE(a_refusal_that_is_too_short_or_too_early_is_a_failure)
{
    handshake_server server = make_server();
    handshake_client client = make_client();
    const bytes refusal = refusal_of(server, client);
    for (std::size_t size = 3; size < refusal.size(); ++size)
    {
        handshake_server again = make_server();
        handshake_client other = make_client();
        refusal_of(again, other);
        const bytes cut(refusal.begin(), refusal.begin() + static_cast<std::ptrdiff_t>(size));
        BOOST_TEST((receive(other, cut) == handshake_action::failed));
    }
    handshake_client unchallenged = make_client();
    BOOST_TEST((receive(unchallenged, refusal) == handshake_action::failed));
}

BOOST_AUTO_TEST_CASE(a_replayed_refusal_is_a_failure)
{
    handshake_server server = make_server();
    handshake_client first = make_client(20);
    const bytes refusal = refusal_of(server, first);

    // The false server repeats everything the true one has said.
    handshake_client second = make_client(21);
    hello_to(second, wire(make_server().challenge()));
    BOOST_TEST((receive(second, refusal) == handshake_action::failed));

    // Nor is it of use where the server's nonce alone is another.
    handshake_client third = make_client(20);
    hello_to(third, wire(make_server(11).challenge()));
    BOOST_TEST((receive(third, refusal) == handshake_action::failed));
}

BOOST_AUTO_TEST_CASE(a_refusal_is_of_the_target_and_the_port_that_the_client_has_asked)
{
    // The first changes nothing: what the others fail for is what they change.
    for (int what = 0; what < 5; ++what)
    {
        handshake_server server = make_server();
        handshake_client asked = make_client();
        const bytes refusal = refusal_of(server, asked);
        handshake_ids ids = common_ids();
        if (what == 1)
            ids.presence = filled_id(9);
        if (what == 2)
            ids.own_claim = filled_id(9);
        if (what == 3)
            ids.target_claim = filled_id(9);
        handshake_client client = client_of(
            ids,
            static_cast<std::uint16_t>(listening_port + (what == 4))
        );
        hello_to(client, wire(make_server().challenge()));
        const auto expected = what == 0 ? handshake_action::refused : handshake_action::failed;
        BOOST_TEST((receive(client, refusal) == expected));
    }
}

BOOST_AUTO_TEST_CASE(no_other_proof_is_a_refusal_and_a_refusal_is_no_other_proof)
{
    // With an empty seed all three are made with the same key.
    const secret_key key = key_without_seed();
    const auto make_one = [&] {
        return handshake_client(key, key, common_ids(), listening_port, filled(20));
    };
    handshake_server server = make_server();
    handshake_client client = make_one();
    const bytes hello = hello_to(client, wire(server.challenge()));
    encoded_frame welcome;
    BOOST_TEST((receive(server, hello, key, welcome) == handshake_action::authenticated));
    const bytes welcomed = wire(welcome);

    for (const digest& proof :
         {hello_message::decode(view(hello).body)->proof,
          welcome_message::decode(view(welcomed).body)->proof})
    {
        handshake_client other = make_one();
        hello_to(other, wire(make_server().challenge()));
        refused_message refused;
        refused.proof = proof;
        BOOST_TEST((receive(other, wire(refused.encode())) == handshake_action::failed));
    }

    handshake_server refusing = make_server();
    handshake_client refused = make_one();
    const bytes refusal = refusal_of(refusing, refused);
    welcome_message false_welcome;
    false_welcome.proof = refused_message::decode(view(refusal).body)->proof;
    BOOST_TEST((receive(refused, wire(false_welcome.encode())) == handshake_action::failed));
}

BOOST_AUTO_TEST_CASE(a_server_refuses_once_and_only_a_proof_that_was_wrong)
{
    encoded_frame reply;
    handshake_server unasked = make_server();
    BOOST_TEST((unasked.refuse(key_without_seed(), reply) == handshake_action::failed));

    handshake_client client = make_client();
    const bytes hello = hello_to(client, wire(make_server().challenge()));
    handshake_server undecided = make_server();
    BOOST_TEST((undecided.on_frame(view(hello)) == handshake_action::look_up_key));
    BOOST_TEST((undecided.refuse(key_without_seed(), reply) == handshake_action::failed));
    BOOST_TEST(reply.bytes().empty());

    handshake_server content = make_server();
    BOOST_TEST(server_takes(content, hello, common_key()));
    BOOST_TEST((content.refuse(key_without_seed(), reply) == handshake_action::failed));

    handshake_server refusing = make_server();
    BOOST_TEST(!server_takes(refusing, hello, key_of(7, "another")));
    BOOST_TEST((refusing.refuse(key_without_seed(), reply) == handshake_action::refused));
    BOOST_TEST((refusing.refuse(key_without_seed(), reply) == handshake_action::failed));
}

BOOST_AUTO_TEST_SUITE_END()
