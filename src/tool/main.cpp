// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// The program socketlock.

#include <socketlock/config.hpp>
#include <socketlock/error.hpp>

#include <exception>
#include <iostream>
#include <new>
#include <string>
#include <system_error>
#include <variant>
#include <vector>

#include "command_line.hpp"
#include "commands.hpp"
#include "report.hpp"
#include "standard_streams.hpp"

namespace socketlock::tool {
namespace {

struct perform
{
    int operator()(const run_request& request) const { return run(request); }
    int operator()(const wait_request& request) const { return wait(request); }
    int operator()(const status_request& request) const { return status(request); }
    int operator()(const list_request& request) const { return list(request); }

    int operator()(const help_request& request) const
    {
        std::cout << help_text(request.command);
        return 0;
    }

    int operator()(const version_request&) const
    {
        std::cout << "socketlock " SOCKETLOCK_VERSION_STRING "\n";
        return 0;
    }
};

message describe_current_exception()
{
    try
    {
        throw;
    }
    catch (const usage_error& error)
    {
        const std::string command = error.command().empty() ? "" : error.command() + ' ';
        return {
            (command.empty() ? "" : command.substr(0, command.size() - 1) + ": ") + error.what() +
                "; try 'socketlock " + command + "--help'",
            exit_code::usage,
            {},
            {}};
    }
    catch (const lock_error& error)
    {
        return error_message(
            error.code(),
            error.name(),
            {},
            error.holder(),
            error.code().message()
        );
    }
    catch (const std::system_error& error)
    {
        return {error.what(), exit_code::system, {}, {}};
    }
    catch (const std::bad_alloc&)
    {
        return {"out of memory", exit_code::system, {}, {}};
    }
    catch (const std::exception& error)
    {
        return {std::string("internal error: ") + error.what(), exit_code::software, {}, {}};
    }
}

int main(const std::vector<std::string>& arguments)
{
    int result = 0;
    try
    {
        result = std::visit(perform(), parse_command_line(arguments));
    }
    catch (...)
    {
        const message m = describe_current_exception();
        report(m, wants_json(arguments));
        return m.exit_code;
    }
    if (!std::cout.flush())
    {
        report({"cannot write to standard output", exit_code::io, {}, {}}, wants_json(arguments));
        return exit_code::io;
    }
    return result;
}

}  // namespace
}  // namespace socketlock::tool

int main(int argc, char* argv[])
{
    using namespace socketlock::tool;
    occupy_standard_descriptors();
    return socketlock::tool::main(
        argc > 0 ? std::vector<std::string>(argv + 1, argv + argc) : std::vector<std::string>()
    );
}
