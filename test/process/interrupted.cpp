// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#include "interrupted.hpp"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <ostream>
#include <stdexcept>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>
#include <utility>

#include "loopback.hpp"

namespace test {

namespace sl = socketlock::detail;

namespace {

void require_readable(int descriptor)
{
    if (!is_readable(descriptor, patience))
        throw std::runtime_error("the other side says nothing");
}

// How much lies unread at the other end of a loopback connection; nothing if it is closed there.
std::optional<std::size_t> unread(int descriptor)
{
    ::sockaddr_in own = {};
    ::sockaddr_in other = {};
    ::socklen_t size = sizeof own;
    if (::getsockname(descriptor, reinterpret_cast<::sockaddr*>(&own), &size) != 0 ||
        ::getpeername(descriptor, reinterpret_cast<::sockaddr*>(&other), &size) != 0)
        return std::nullopt;

    struct
    {
        ::nlmsghdr header;
        ::inet_diag_req_v2 body;
    } question = {};
    question.header.nlmsg_len = sizeof question;
    question.header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
    question.header.nlmsg_flags = NLM_F_REQUEST;
    question.body.sdiag_family = AF_INET;
    question.body.sdiag_protocol = IPPROTO_TCP;
    question.body.idiag_states = 0xffffffff;
    question.body.id.idiag_sport = other.sin_port;
    question.body.id.idiag_dport = own.sin_port;
    question.body.id.idiag_src[0] = other.sin_addr.s_addr;
    question.body.id.idiag_dst[0] = own.sin_addr.s_addr;
    question.body.id.idiag_cookie[0] = INET_DIAG_NOCOOKIE;
    question.body.id.idiag_cookie[1] = INET_DIAG_NOCOOKIE;

    const int kernel = ::socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
    alignas(::nlmsghdr) char answer[4096];
    ::ssize_t length = -1;
    if (kernel >= 0 && ::send(kernel, &question, sizeof question, 0) == sizeof question)
        length = ::recv(kernel, answer, sizeof answer, 0);
    ::close(kernel);
    ::nlmsghdr header = {};
    ::inet_diag_msg body = {};
    if (length < static_cast<::ssize_t>(sizeof header))
        throw std::runtime_error("the system does not tell of its sockets");
    std::memcpy(&header, answer, sizeof header);
    if (header.nlmsg_type == NLMSG_ERROR)
    {
        ::nlmsgerr error = {};
        std::memcpy(&error, answer + NLMSG_HDRLEN, sizeof error);
        if (error.error == -ENOENT)
            return std::nullopt;
        throw std::system_error(-error.error, std::generic_category(), "inet_diag");
    }
    std::memcpy(&body, answer + NLMSG_HDRLEN, sizeof body);
    return body.idiag_rqueue;
}

}  // namespace

std::ostream& operator<<(std::ostream& out, fault f)
{
    static constexpr const char* names[] = {"end", "reset", "silence", "split"};
    return out << names[static_cast<int>(f)];
}

interrupted_connection::interrupted_connection(
    int descriptor,
    fault f,
    std::size_t at,
    std::function<void()> meanwhile
)
    : descriptor_(descriptor), fault_(f), at_(at), meanwhile_(std::move(meanwhile))
{
}

interrupted_connection::~interrupted_connection()
{
    if (descriptor_ >= 0)
        ::close(descriptor_);
}

int interrupted_connection::open(std::uint16_t port)
{
    return connect_to(port);
}

void interrupted_connection::cut()
{
    is_over_ = true;
    if (descriptor_ < 0)
        return;
    if (fault_ == fault::silence)
        wait_until_it_ends();
    else if (fault_ == fault::reset)
    {
        // Bytes before a reset that were not read are lost with it.
        wait_until_it_is_read();
        const ::linger at_once = {1, 0};
        ::setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    }
    ::close(std::exchange(descriptor_, -1));
}

void interrupted_connection::wait_until_it_is_read() const
{
    if (!eventually([&] { return unread(descriptor_).value_or(0) == 0; }))
        throw std::runtime_error("the other side does not read");
}

void interrupted_connection::wait_until_it_ends()
{
    unsigned char ignored;
    while (receive(&ignored, 1))
    {
    }
}

bool interrupted_connection::transmit(const unsigned char* bytes, std::size_t size)
{
    if (size == 0)
        return true;
    position_ += size;
    return ::send(descriptor_, bytes, size, MSG_NOSIGNAL) == static_cast<::ssize_t>(size);
}

bool interrupted_connection::receive(unsigned char* room, std::size_t size)
{
    for (std::size_t done = 0; done < size;)
    {
        require_readable(descriptor_);
        const ::ssize_t n = ::recv(descriptor_, room + done, size - done, 0);
        if (n <= 0)
            return false;
        done += static_cast<std::size_t>(n);
        position_ += static_cast<std::size_t>(n);
    }
    return true;
}

bool interrupted_connection::say(const sl::encoded_frame& frame)
{
    if (is_cut())
        return false;
    const auto bytes = frame.bytes();
    if (!is_due(bytes.size()))
        return transmit(bytes.data(), bytes.size());
    const std::size_t first = at_ - position_;
    if (!transmit(bytes.data(), first))
        return false;
    if (fault_ != fault::split)
    {
        cut();
        return false;
    }
    is_over_ = true;
    wait_until_it_is_read();
    if (meanwhile_)
        meanwhile_();
    return transmit(bytes.data() + first, bytes.size() - first);
}

std::optional<sl::frame_view> interrupted_connection::hear_any()
{
    if (is_cut())
        return std::nullopt;
    const auto read = [&](std::size_t size) {
        const std::size_t before = frame_.size();
        frame_.resize(before + size);
        return receive(reinterpret_cast<unsigned char*>(frame_.data()) + before, size);
    };
    const auto take = [&](std::size_t size) {
        if (!is_due(size))
            return read(size);
        const std::size_t first = at_ - position_;
        if (!read(first))
            return false;
        if (fault_ != fault::split)
        {
            cut();
            return false;
        }
        is_over_ = true;
        if (meanwhile_)
            meanwhile_();
        return read(size - first);
    };
    frame_.clear();
    if (!take(sl::frame_header_size))
        return std::nullopt;
    const auto* bytes = reinterpret_cast<const unsigned char*>(frame_.data());
    const auto size = static_cast<std::size_t>(bytes[0] << 8 | bytes[1]);
    if (size == 0 || size > sl::max_frame_payload)
        throw std::runtime_error("a frame without a length");
    if (!take(size))
        return std::nullopt;
    bytes = reinterpret_cast<const unsigned char*>(frame_.data()) + sl::frame_header_size;
    return sl::frame_view{
        bytes[0],
        {bytes + 1, size - 1}
    };
}

std::optional<sl::frame_view> interrupted_connection::hear(sl::message_type type)
{
    const auto frame = hear_any();
    if (frame)
        BOOST_TEST(frame->type == static_cast<unsigned char>(type));
    return frame;
}

std::optional<sl::id128> let_in(
    interrupted_connection& connection,
    const actor& self,
    const sl::claim_contact& target
)
{
    socketlock::error_code ec;
    sl::handshake_server server(sl::random_nonce(ec), self.port());
    if (!connection.say(server.challenge()))
        return std::nullopt;
    const auto hello = connection.hear(sl::message_type::hello);
    if (!hello)
        return std::nullopt;
    BOOST_TEST((server.on_frame(*hello) == sl::handshake_action::look_up_key));
    BOOST_TEST((server.ids().presence == target.who.presence));
    BOOST_TEST((server.ids().target_claim == target.who.claim));
    sl::encoded_frame welcome;
    const auto key = sl::derive_handshake_key(self.key(), "", ec);
    BOOST_TEST((server.accept(key, welcome) == sl::handshake_action::authenticated));
    if (!connection.say(welcome))
        return std::nullopt;
    return server.ids().own_claim;
}

std::optional<waiter> let_attach(
    interrupted_connection& connection,
    const actor& self,
    const sl::claim_contact& target
)
{
    const auto claim = let_in(connection, self, target);
    const auto frame = claim ? connection.hear(sl::message_type::attach) : std::nullopt;
    const auto attach = frame ? sl::attach_message::decode(frame->body) : std::nullopt;
    BOOST_TEST(frame.has_value() == attach.has_value());
    if (!attach || !connection.say(sl::attached_message{attach->number}.encode()))
        return std::nullopt;
    BOOST_TEST((attach->target_claim == target.who.claim));
    BOOST_TEST((attach->own_claim == *claim));
    return waiter{
        {{*claim, attach->presence, static_cast<std::int64_t>(attach->pid)}, attach->port},
        attach->ticket,
        attach->number
    };
}

boost::test_tools::assertion_result can_see_what_is_read(boost::unit_test::test_unit_id)
{
    boost::test_tools::assertion_result result(true);
    try
    {
        const temporary_directory directory;
        actor a(directory.path());
        const int client = interrupted_connection::open(a.port());
        interrupted_connection server(a.accept(), fault::end, 0);
        result = ::send(client, "\0\1x", 3, 0) == 3 &&
                 eventually([&] { return unread(client) == 3u; });
        server.hear_any();
        result = result && eventually([&] { return !unread(client); });
        ::close(client);
    }
    catch (const std::exception& e)
    {
        result = false;
        result.message() << e.what();
    }
    return result;
}

std::size_t byte_step()
{
    const char* const sanitizers = std::getenv("SOCKETLOCK_SANITIZE");
    return sanitizers != nullptr && *sanitizers != '\0' ? 5 : 1;
}

}  // namespace test
