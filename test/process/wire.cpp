// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#include "wire.hpp"

#include <boost/json/value_to.hpp>

#include <algorithm>
#include <stdexcept>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

#include "lock_directory.hpp"
#include "loopback.hpp"
#include "peer.hpp"

namespace test {

namespace sl = socketlock::detail;

wire::wire(std::uint16_t port) : descriptor_(connect_to(port)) {}

wire::wire(accepted a) : descriptor_(a.descriptor) {}

wire::wire(wire&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), reader_(std::move(other.reader_))
{
}

wire::~wire()
{
    if (descriptor_ >= 0)
        ::close(descriptor_);
}

bool wire::send(const std::string& bytes)
{
    return ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL) >= 0;
}

bool wire::send(const sl::encoded_frame& frame, std::size_t piece)
{
    const auto bytes = frame.bytes();
    const std::string text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    for (std::size_t i = 0; i < text.size(); i += piece)
    {
        if (!send(text.substr(i, piece)))
            return false;
    }
    return true;
}

std::string wire::read_some()
{
    if (!is_readable(descriptor_, patience))
        throw std::runtime_error("nothing comes on a connection");
    char buffer[4096];
    const ::ssize_t size = ::read(descriptor_, buffer, sizeof buffer);
    return {buffer, static_cast<std::size_t>(std::max<::ssize_t>(size, 0))};
}

std::optional<sl::frame_view> wire::read()
{
    while (true)
    {
        if (auto frame = reader_.next())
            return frame;
        const sl::mutable_byte_view room = reader_.prepare();
        if (!is_readable(descriptor_, patience))
            throw std::runtime_error("nothing comes on a connection");
        const ::ssize_t size = ::read(descriptor_, room.data, room.size);
        if (size <= 0)
            return std::nullopt;
        reader_.commit(static_cast<std::size_t>(size));
    }
}

std::string wire::read_to_end()
{
    std::string result;
    for (std::string more = read_some(); !more.empty(); more = read_some())
        result += more;
    return result;
}

holder_address find_holder(const std::string& directory, const std::string& name)
{
    holder_address result;
    const auto ours = our_part(directory + "/." + name + ".lock");
    const auto& holder = ours.at("holder").as_object();
    const auto id = [&](const char* key) {
        return sl::id128::from_hex(boost::json::value_to<std::string>(holder.at(key))).value();
    };
    result.who.claim = id("claim");
    result.who.presence = id("presence");
    socketlock::error_code ec;
    result.presence = sl::read_presence(directory, result.who, ec);
    if (ec)
        throw boost::system::system_error(ec);
    return result;
}

bool shake_hands(
    wire& connection,
    const holder_address& holder,
    const sl::handshake_ids& ids,
    const std::string& seed,
    std::size_t piece
)
{
    socketlock::error_code ec;
    const auto key = sl::derive_handshake_key(holder.presence.key, seed, ec);
    const auto key_without_seed = sl::derive_handshake_key(holder.presence.key, "", ec);
    sl::handshake_client
        client(key, key_without_seed, ids, holder.presence.port, sl::random_nonce(ec));
    while (const auto frame = connection.read())
    {
        sl::encoded_frame reply;
        switch (client.on_frame(*frame, reply))
        {
        case sl::handshake_action::send:
            connection.send(reply, piece);
            break;
        case sl::handshake_action::authenticated:
            return true;
        default:
            return false;
        }
    }
    return false;
}

impostor::impostor(std::function<void(wire& client)> serve)
{
    const listening_socket opened = listen_on_loopback();
    listener_ = opened.descriptor;
    port_ = opened.port;
    thread_ = std::thread([listener = listener_, serve = std::move(serve)] {
        while (true)
        {
            const int connection = accept_from(listener);
            if (connection < 0)
                return;
            wire client(wire::accepted{connection});
            serve(client);
        }
    });
}

impostor::~impostor()
{
    // Wakes the thread, which finds that there is nothing more to accept.
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    ::close(listener_);
}

}  // namespace test
