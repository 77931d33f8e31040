// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// An echo server that must not run twice. The lines tagged `guard` ensure that; everything else is
// as it was. Without arguments it plays all parts: two servers and a client.

#include <socketlock.hpp>

#define BOOST_PROCESS_USE_STD_FS
#include <boost/asio.hpp>
#include <boost/process.hpp>

#include <csignal>
#include <cstddef>
#include <iostream>
#include <memory>
#include <string>
#include <utility>

namespace asio = boost::asio;
namespace process = boost::process;
using asio::ip::tcp;

struct session : std::enable_shared_from_this<session>
{
    explicit session(tcp::socket s) : socket(std::move(s)) {}

    void echo()
    {
        socket.async_read_some(
            asio::buffer(data),
            [self = shared_from_this()](auto ec, std::size_t size) {
                if (ec)
                    return;
                const auto answer = asio::buffer(self->data, size);
                async_write(self->socket, answer, [self](auto error, std::size_t) {
                    if (!error)
                        self->echo();
                });
            }
        );
    }

    tcp::socket socket;
    char data[1024] = {};
};

void accept(tcp::acceptor& acceptor)
{
    acceptor.async_accept([&](auto ec, tcp::socket socket) {
        if (ec)
            return;
        std::make_shared<session>(std::move(socket))->echo();
        accept(acceptor);
    });
}

int serve()
{
    // tag::guard[]
    asio::io_context context;
    try
    {
        socketlock::single_instance guard(context, "echo server");
        // ... the server, as it was
        // end::guard[]
        tcp::acceptor acceptor(context, {asio::ip::address_v4::loopback(), 0});
        asio::signal_set signals(context, SIGINT, SIGTERM);
        signals.async_wait([&](auto, int) { context.stop(); });
        accept(acceptor);
        std::cout << acceptor.local_endpoint().port() << std::endl;
        context.run();
        return 0;
        // tag::guard[]
    }
    catch (const socketlock::lock_error& error)
    {
        std::cout << error.what() << std::endl;
        return 1;
    }
    // end::guard[]
}

/// A server in a process of its own, and the first line that it prints.
struct server
{
    explicit server(const char* program) : child(program, "serve", process::std_out > output)
    {
        std::getline(output, line);
    }

    process::ipstream output;
    process::child child;
    std::string line;
};

int main(int argc, char** argv)
{
    if (argc == 2 && argv[1] == std::string("serve"))
        return serve();

    server first(argv[0]);
    std::cout << "the first listens on port " << first.line << '\n';

    server second(argv[0]);
    second.child.wait();
    std::cout << "the second says: " << second.line << '\n';
    std::cout << "and exits with " << second.child.exit_code() << '\n';

    tcp::iostream client("127.0.0.1", first.line);
    client << "hello" << std::endl;
    std::string answer;
    std::getline(client, answer);
    std::cout << "the first still answers: " << answer << '\n';

    kill(first.child.id(), SIGTERM);
    first.child.wait();
    server third(argv[0]);
    std::cout << "when it has ended another one listens on port " << third.line << '\n';
    kill(third.child.id(), SIGTERM);
    third.child.wait();
}
