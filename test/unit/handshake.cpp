// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#include <boost/test/unit_test.hpp>

#include <string>
#include <utility>

#include "handshake_fixture.hpp"

using namespace handshake_fixture;

BOOST_AUTO_TEST_SUITE(handshake)

BOOST_AUTO_TEST_CASE(both_sides_prove_themselves_at_every_segmentation)
{
    for (std::size_t segment = 1; segment <= 130; ++segment)
    {
        exchange both;
        both.segment = segment;
        both.run();
        BOOST_TEST(both.server_authenticated);
        BOOST_TEST(both.client_authenticated);
    }
}

BOOST_AUTO_TEST_CASE(any_flipped_bit_in_any_frame_makes_it_fail)
{
    exchange original;
    original.run();
    for (int frame = 0; frame < 3; ++frame)
    {
        BOOST_TEST_REQUIRE(!original.frames[frame].empty());
        for (std::size_t byte = 0; byte < original.frames[frame].size(); ++byte)
        {
            for (unsigned bits : {1u, 2u, 4u, 8u, 16u, 32u, 64u, 128u, 255u})
            {
                exchange tampered;
                tampered.tampered_frame = frame;
                tampered.tampered_byte = byte;
                tampered.tampered_bits = static_cast<unsigned char>(bits);
                tampered.run();
                BOOST_TEST(!tampered.client_authenticated);
                // The server has made up its mind when it sends its last frame.
                BOOST_TEST(tampered.server_authenticated == (frame == 2));
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(the_server_learns_the_ids_and_both_frames_are_as_documented)
{
    handshake_server server = make_server();
    handshake_client client = make_client();
    const bytes hello = hello_to(client, wire(server.challenge()));
    BOOST_TEST((server.on_frame(view(hello)) == handshake_action::look_up_key));
    BOOST_TEST(same(server.ids(), common_ids()));

    // The proofs, computed here from the description of the protocol.
    error_code ec;
    const secret_key key = hmac_sha256(filled(7), std::string_view("seed"), ec);
    std::string transcript = std::string(1, '\0') + std::string(32, 10) + std::string(32, 20) +
                             std::string(16, 1) + std::string(16, 2) + std::string(16, 3);
    transcript += static_cast<char>(listening_port >> 8);
    transcript += static_cast<char>(listening_port & 255);

    const std::string as_client = "socketlock/2 client" + transcript;
    const auto sent = hello_message::decode(view(hello).body);
    BOOST_REQUIRE(sent.has_value());
    BOOST_TEST((sent->proof == hmac_sha256(key, std::string_view(as_client), ec)));

    encoded_frame reply;
    BOOST_TEST((server.accept(key, reply) == handshake_action::authenticated));
    const std::string as_server = "socketlock/2 server" + transcript;
    const bytes welcome = wire(reply);
    const auto answered = welcome_message::decode(view(welcome).body);
    BOOST_REQUIRE(answered.has_value());
    BOOST_TEST((answered->proof == hmac_sha256(key, std::string_view(as_server), ec)));
}

BOOST_AUTO_TEST_CASE(a_replayed_hello_is_refused)
{
    handshake_server first = make_server(10);
    handshake_client client = make_client();
    const bytes hello = hello_to(client, wire(first.challenge()));
    BOOST_TEST(server_takes(first, hello, common_key()));

    handshake_server second = make_server(11);
    BOOST_TEST(!server_takes(second, hello, common_key()));

    // On the same connection as well.
    BOOST_TEST(!server_takes(first, hello, common_key()));
}

BOOST_AUTO_TEST_CASE(a_replayed_welcome_is_refused)
{
    handshake_server server = make_server();
    handshake_client first = make_client(20);
    const bytes challenge = wire(server.challenge());
    encoded_frame welcome;
    receive(server, hello_to(first, challenge), common_key(), welcome);
    BOOST_TEST((receive(first, wire(welcome)) == handshake_action::authenticated));

    // The false server repeats everything the true one has said.
    handshake_client second = make_client(21);
    hello_to(second, challenge);
    BOOST_TEST((receive(second, wire(welcome)) == handshake_action::failed));
}

BOOST_AUTO_TEST_CASE(a_reflected_proof_is_refused)
{
    handshake_client client = make_client();
    const bytes hello = hello_to(client, wire(make_server().challenge()));
    welcome_message reflection;
    reflection.proof = hello_message::decode(view(hello).body)->proof;
    BOOST_TEST((receive(client, wire(reflection.encode())) == handshake_action::failed));

    // The hello itself is none either.
    handshake_client another = make_client();
    const bytes own = hello_to(another, wire(make_server().challenge()));
    BOOST_TEST((receive(another, own) == handshake_action::failed));

    // A server's proof is none for a client: here its maker gets it back with its own challenge.
    handshake_server server = make_server();
    handshake_client honest = make_client();
    const bytes good_hello = hello_to(honest, wire(server.challenge()));
    encoded_frame welcome;
    receive(server, good_hello, common_key(), welcome);
    hello_message from_welcome = *hello_message::decode(view(good_hello).body);
    const bytes good_welcome = wire(welcome);
    from_welcome.proof = welcome_message::decode(view(good_welcome).body)->proof;
    handshake_server again = make_server();
    BOOST_TEST(!server_takes(again, wire(from_welcome.encode()), common_key()));
}

BOOST_AUTO_TEST_CASE(another_key_or_seed_is_refused_by_the_server)
{
    handshake_server challenger = make_server();
    handshake_client client = make_client();
    const bytes hello = hello_to(client, wire(challenger.challenge()));
    const std::pair<secret_key, bool> keys[] = {
        std::make_pair(key_of(7, "seed"), true),
        std::make_pair(key_of(8, "seed"), false),
        std::make_pair(key_of(7, "seeds"), false),
        std::make_pair(key_of(7, ""), false),
        std::make_pair(secret_key{}, false)};
    for (const auto& [key, good] : keys)
    {
        handshake_server server = make_server();
        BOOST_TEST(server_takes(server, hello, key) == good);
    }
}

BOOST_AUTO_TEST_CASE(a_server_with_another_key_is_refused_by_the_client)
{
    // This one takes every hello, as a false server would.
    handshake_client client = make_client();
    const bytes hello = hello_to(client, wire(make_server().challenge()));
    handshake_client with_other_key(
        key_of(7, "another seed"),
        key_without_seed(),
        common_ids(),
        listening_port,
        filled(20)
    );
    const bytes other_hello = hello_to(with_other_key, wire(make_server().challenge()));
    handshake_server server = make_server();
    encoded_frame welcome;
    const auto action = receive(server, other_hello, key_of(7, "another seed"), welcome);
    BOOST_TEST_REQUIRE((action == handshake_action::authenticated));
    BOOST_TEST((receive(client, wire(welcome)) == handshake_action::failed));
}

BOOST_AUTO_TEST_CASE(other_ids_or_another_port_than_the_server_sees_are_refused)
{
    // The first changes nothing: what the others fail for is what they change.
    for (int what = 0; what < 5; ++what)
    {
        handshake_server server(
            filled(10),
            static_cast<std::uint16_t>(listening_port + (what == 4))
        );
        handshake_client client = make_client();
        const bytes sent = hello_to(client, wire(server.challenge()));
        hello_message hello = *hello_message::decode(view(sent).body);
        if (what == 1)
            hello.presence = filled_id(9);
        if (what == 2)
            hello.own_claim = filled_id(9);
        if (what == 3)
            hello.target_claim = filled_id(9);
        BOOST_TEST(server_takes(server, wire(hello.encode()), common_key()) == (what == 0));
    }
}

BOOST_AUTO_TEST_CASE(a_handshake_passed_on_from_another_port_is_refused)
{
    // Each byte of the port counts.
    for (unsigned difference : {1u, 256u})
    {
        handshake_server server = make_server();
        handshake_client client(
            common_key(),
            key_without_seed(),
            common_ids(),
            static_cast<std::uint16_t>(listening_port ^ difference),
            filled(20)
        );
        BOOST_TEST(!server_takes(server, hello_to(client, wire(server.challenge())), common_key()));
    }
}

BOOST_AUTO_TEST_CASE(another_version_is_refused)
{
    for (unsigned version = 0; version < 256; ++version)
    {
        challenge_message challenge;
        challenge.version = static_cast<std::uint8_t>(version);
        challenge.server_nonce = filled(10);
        handshake_client client = make_client();
        const auto action = receive(client, wire(challenge.encode()));
        BOOST_TEST((action == (version == 2 ? handshake_action::send : handshake_action::failed)));

        handshake_client proper = make_client();
        const bytes sent = hello_to(proper, wire(make_server().challenge()));
        hello_message hello = *hello_message::decode(view(sent).body);
        hello.version = static_cast<std::uint8_t>(version);
        handshake_server server = make_server();
        BOOST_TEST(server_takes(server, wire(hello.encode()), common_key()) == (version == 2));
    }
}

BOOST_AUTO_TEST_CASE(truncated_frames_are_refused)
{
    exchange original;
    original.run();
    for (int which = 0; which < 3; ++which)
    {
        const bytes& whole = original.frames[which];
        for (std::size_t size = 3; size < whole.size(); ++size)
        {
            const bytes cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
            handshake_client client = make_client();
            handshake_server server = make_server();
            if (which == 2)
                hello_to(client, original.frames[0]);
            if (which == 1)
                BOOST_TEST(!server_takes(server, cut, common_key()));
            else
                BOOST_TEST((receive(client, cut) == handshake_action::failed));
        }
    }
}

BOOST_AUTO_TEST_CASE(frames_of_another_type_are_refused_at_every_step)
{
    exchange original;
    original.run();
    for (int step = 0; step < 3; ++step)
    {
        for (unsigned type = 0; type < 256; ++type)
        {
            bytes frame = original.frames[step];
            const bool good = frame[2] == type;
            frame[2] = static_cast<unsigned char>(type);
            handshake_client client = make_client();
            handshake_server server = make_server();
            if (step == 1)
            {
                BOOST_TEST(server_takes(server, frame, common_key()) == good);
                continue;
            }
            if (step == 2)
                hello_to(client, original.frames[0]);
            BOOST_TEST((receive(client, frame) != handshake_action::failed) == good);
        }
    }
}

BOOST_AUTO_TEST_CASE(frames_out_of_order_are_refused_and_failure_is_for_good)
{
    exchange original;
    original.run();
    const bytes& challenge = original.frames[0];
    const bytes& hello = original.frames[1];
    const bytes& welcome = original.frames[2];

    handshake_client too_early = make_client();
    BOOST_TEST((receive(too_early, welcome) == handshake_action::failed));
    BOOST_TEST((receive(too_early, challenge) == handshake_action::failed));

    handshake_client challenged_twice = make_client();
    hello_to(challenged_twice, challenge);
    BOOST_TEST((receive(challenged_twice, challenge) == handshake_action::failed));
    BOOST_TEST((receive(challenged_twice, welcome) == handshake_action::failed));

    handshake_client done = make_client();
    hello_to(done, challenge);
    BOOST_TEST((receive(done, welcome) == handshake_action::authenticated));
    BOOST_TEST((receive(done, welcome) == handshake_action::failed));

    handshake_server asked_twice = make_server();
    encoded_frame reply;
    BOOST_TEST((asked_twice.on_frame(view(hello)) == handshake_action::look_up_key));
    BOOST_TEST((asked_twice.on_frame(view(hello)) == handshake_action::failed));
    BOOST_TEST((asked_twice.accept(common_key(), reply) == handshake_action::failed));

    handshake_server without_hello = make_server();
    BOOST_TEST((without_hello.accept(common_key(), reply) == handshake_action::failed));
    BOOST_TEST((without_hello.on_frame(view(hello)) == handshake_action::failed));

    handshake_server refused = make_server();
    BOOST_TEST(!server_takes(refused, hello, secret_key{}));
    BOOST_TEST((refused.accept(common_key(), reply) == handshake_action::failed));
    BOOST_TEST(reply.bytes().empty());
}

BOOST_AUTO_TEST_CASE(fields_of_later_versions_do_not_disturb)
{
    exchange original;
    original.run();
    for (bytes& frame : original.frames)
        frame.insert(frame.end(), {1, 2, 3, 4});

    handshake_client client = make_client();
    handshake_server server = make_server();
    hello_to(client, original.frames[0]);
    BOOST_TEST(server_takes(server, original.frames[1], common_key()));
    BOOST_TEST((receive(client, original.frames[2]) == handshake_action::authenticated));
}

BOOST_AUTO_TEST_CASE(a_client_that_only_asks_has_no_claim)
{
    handshake_ids ids = common_ids();
    ids.own_claim = id128();
    handshake_client client(common_key(), key_without_seed(), ids, listening_port, filled(20));
    handshake_server server = make_server();
    const bytes hello = hello_to(client, wire(server.challenge()));
    BOOST_TEST(server_takes(server, hello, common_key()));
    BOOST_TEST(server.ids().own_claim.is_nil());
}

BOOST_AUTO_TEST_SUITE_END()
