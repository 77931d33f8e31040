// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// A group of processes, one of which leads: the one that holds the lock. When it dies, another one
// takes over at once. Without arguments the program starts a group of three and kills each leader.

#include <socketlock.hpp>

#define BOOST_PROCESS_USE_STD_FS
#include <boost/asio/io_context.hpp>
#include <boost/process.hpp>

#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <map>
#include <string>
#include <utility>

namespace process = boost::process;
using socketlock::error_code;

// tag::member[]
void be_a_member()
{
    boost::asio::io_context context;
    socketlock::process_lock leadership(context, "leader");

    leadership.async_lock([&](error_code ec) {
        if (ec)
            throw socketlock::lock_error(ec, leadership.name(), leadership.blocker());
        // Everything that the leader sends carries the token, which tells late requests of a former
        // leader from those of the present one.
        std::cout << leadership.pid() << ' ' << leadership.fencing_token() << std::endl;

        // If the lock is taken away, we no longer lead.
        leadership.async_wait_lost([&](error_code) { context.stop(); });
    });
    // ... a member's other work
    context.run();
}
// end::member[]

int main(int argc, char** argv)
{
    if (argc == 2 && argv[1] == std::string("member"))
    {
        be_a_member();
        return 0;
    }

    process::pipe results;
    std::map<int, process::child> members;
    for (int i = 0; i < 3; ++i)
    {
        process::pipe copy = results;  // launching closes it
        process::child member(argv[0], "member", process::std_out > copy);
        members.emplace(member.id(), std::move(member));
    }

    process::ipstream leaders(std::move(results));
    std::uint64_t last_token = 0;
    while (!members.empty())
    {
        int pid = 0;
        std::uint64_t token = 0;
        leaders >> pid >> token;
        std::cout << "member " << pid << " leads with fencing token " << token << '\n';
        if (members.count(pid) == 0 || token <= last_token)
            return EXIT_FAILURE;
        last_token = token;

        members.at(pid).terminate();  // kill -9
        members.erase(pid);
        std::cout << "it is killed; members left: " << members.size() << '\n';
    }
    std::cout << "every member has led, each with a larger token\n";
}
