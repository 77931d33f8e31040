// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#include "command_line.hpp"

#include <socketlock/config.hpp>

#include <boost/program_options.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <iomanip>
#include <sstream>

#include "help.hpp"
#include "text.hpp"

namespace socketlock::tool {

namespace po = boost::program_options;

namespace {

/// A command's options and operands, and what follows the first `--`.
struct parsed_arguments
{
    std::string command;
    po::variables_map options;
    std::vector<std::string> operands;
    bool has_rest = false;
    std::vector<std::string> rest;

    bool has(const char* option) const { return options.count(option) != 0; }

    [[noreturn]] void fail(const std::string& what) const { throw usage_error(command, what); }
};

void add_common_options(po::options_description& options)
{
    options.add_options(
    )("lock-dir", po::value<std::string>()->value_name("D"), "the directory of the lock files"
    )("json", "print results and errors as JSON"
    )("help,h", "print this help")("version", "print the version");
}

void add_timeout(po::options_description& options)
{
    options.add_options(
    )("timeout",
      po::value<std::string>()->value_name("S"),
      "wait no longer than S seconds (for example 0.5)");
}

void add_run_options(po::options_description& options)
{
    options.add_options()("no-wait", "give up at once if another process holds the lock");
    add_timeout(options);
    options.add_options()(
        "conflict-exit-code",
        po::value<std::string>()->value_name("N"),
        "exit with N instead of 75 if the lock could not be acquired"
    )("mode",
      po::value<std::string>()->value_name("M"),
      "the permissions of new lock files: 0600, 0660 or 0666");
}

void add_no_options(po::options_description&) {}

common_options common_of(const parsed_arguments& arguments)
{
    common_options common;
    if (arguments.has("lock-dir"))
    {
        common.lock_dir = arguments.options["lock-dir"].as<std::string>();
        if (common.lock_dir.empty())
            arguments.fail("--lock-dir needs a directory");
    }
    common.json = arguments.has("json");
    return common;
}

std::optional<seconds> timeout_of(const parsed_arguments& arguments)
{
    if (!arguments.has("timeout"))
        return std::nullopt;
    const std::string& text = arguments.options["timeout"].as<std::string>();
    const char* const end = text.data() + text.size();
    double value = 0;
    const auto [stop, error] = std::from_chars(text.data(), end, value);
    if (error != std::errc() || stop != end || !std::isfinite(value) || value < 0)
        arguments.fail("--timeout needs a number of seconds, not '" + printable(text) + "'");
    return seconds(value);
}

int conflict_exit_code_of(const parsed_arguments& arguments)
{
    if (!arguments.has("conflict-exit-code"))
        return exit_code::held;
    const std::string& text = arguments.options["conflict-exit-code"].as<std::string>();
    const char* const end = text.data() + text.size();
    int value = 0;
    const auto [stop, error] = std::from_chars(text.data(), end, value);
    if (error != std::errc() || stop != end || value < 0 || value > 255)
        arguments.fail(
            "--conflict-exit-code needs a number from 0 to 255, not '" + printable(text) + "'"
        );
    return value;
}

std::optional<unsigned> mode_of(const parsed_arguments& arguments)
{
    if (!arguments.has("mode"))
        return std::nullopt;
    const std::string& text = arguments.options["mode"].as<std::string>();
    const char* const end = text.data() + text.size();
    unsigned value = 0;
    const auto [stop, error] = std::from_chars(text.data(), end, value, 8);
    if (error != std::errc() || stop != end)
        arguments.fail(
            "--mode needs permissions as an octal number, like 0660, not '" + printable(text) + "'"
        );
    return value;
}

// The operand NAME. After `--` it may begin with a dash.
std::string take_name(parsed_arguments& arguments)
{
    std::vector<std::string>& from = arguments.operands.empty() ? arguments.rest
                                                                : arguments.operands;
    if (from.empty() || (arguments.operands.empty() && from.front() == "--"))
        arguments.fail("the lock's name is missing");
    std::string name = std::move(from.front());
    from.erase(from.begin());
    return name;
}

void expect_no_more(const parsed_arguments& arguments)
{
    for (const auto* const operands : {&arguments.operands, &arguments.rest})
    {
        if (!operands->empty())
            arguments.fail("unexpected argument '" + printable(operands->front()) + "'");
    }
}

user_request make_run(parsed_arguments& arguments)
{
    run_request run;
    run.common = common_of(arguments);
    run.no_wait = arguments.has("no-wait");
    run.timeout = timeout_of(arguments);
    run.conflict_exit_code = conflict_exit_code_of(arguments);
    run.mode = mode_of(arguments);
    if (run.no_wait && run.timeout)
        arguments.fail("--no-wait and --timeout exclude each other");

    const bool name_is_behind_dashes = arguments.operands.empty() && arguments.has_rest;
    run.name = take_name(arguments);
    if (name_is_behind_dashes)
    {
        // run -- NAME -- COMMAND...
        arguments.has_rest = !arguments.rest.empty() && arguments.rest.front() == "--";
        if (arguments.has_rest)
            arguments.rest.erase(arguments.rest.begin());
    }
    if (!arguments.operands.empty() || !arguments.has_rest)
        arguments.fail("put -- between the lock's name and the command");
    if (arguments.rest.empty())
        arguments.fail("the command after -- is missing");
    run.command = std::move(arguments.rest);
    return run;
}

user_request make_wait(parsed_arguments& arguments)
{
    wait_request wait;
    wait.common = common_of(arguments);
    wait.timeout = timeout_of(arguments);
    wait.name = take_name(arguments);
    expect_no_more(arguments);
    return wait;
}

user_request make_status(parsed_arguments& arguments)
{
    status_request status;
    status.common = common_of(arguments);
    status.name = take_name(arguments);
    expect_no_more(arguments);
    return status;
}

user_request make_list(parsed_arguments& arguments)
{
    expect_no_more(arguments);
    return list_request{common_of(arguments)};
}

struct command_description
{
    const command_help& help;
    void (*add_options)(po::options_description&);
    user_request (*make)(parsed_arguments&);
};

const command_description commands[] = {
    {run_help,    add_run_options, make_run   },
    {wait_help,   add_timeout,     make_wait  },
    {status_help, add_no_options,  make_status},
    {list_help,   add_no_options,  make_list  },
};

const command_description* find_command(const std::string& name)
{
    for (const command_description& command : commands)
    {
        if (name == command.help.name)
            return &command;
    }
    return nullptr;
}

po::options_description options_of(const command_description* command)
{
    po::options_description options("Options", 98, 66);
    if (command != nullptr)
        command->add_options(options);
    add_common_options(options);
    return options;
}

parsed_arguments parse(const command_description* command, std::vector<std::string> arguments)
{
    parsed_arguments result;
    result.command = command != nullptr ? command->help.name : "";
    const auto dashes = std::find(arguments.begin(), arguments.end(), "--");
    if (dashes != arguments.end())
    {
        result.has_rest = true;
        result.rest.assign(dashes + 1, arguments.end());
        arguments.erase(dashes, arguments.end());
    }

    namespace style = po::command_line_style;
    const auto options = options_of(command);
    try
    {
        const po::parsed_options parsed = po::command_line_parser(arguments)
                                              .options(options)
                                              .style(style::unix_style & ~style::allow_guessing)
                                              .run();
        for (const po::option& option : parsed.options)
        {
            if (option.string_key.empty())
                result.operands
                    .insert(result.operands.end(), option.value.begin(), option.value.end());
        }
        po::store(parsed, result.options);
    }
    catch (const po::error& error)
    {
        result.fail(printable(error.what()));
    }
    return result;
}

}  // namespace

user_request parse_command_line(const std::vector<std::string>& arguments)
{
    // The command is the first argument that is neither an option nor an option's value.
    std::size_t at = 0;
    while (at < arguments.size() && arguments[at].size() > 1 && arguments[at].front() == '-' &&
           arguments[at] != "--")
        at += arguments[at] == "--lock-dir" ? 2 : 1;

    const command_description* command = nullptr;
    std::vector<std::string> others = arguments;
    if (at < arguments.size() && arguments[at] != "--")
    {
        command = find_command(arguments[at]);
        if (command == nullptr)
            throw usage_error("", "there is no command '" + printable(arguments[at]) + "'");
        others.erase(others.begin() + static_cast<std::ptrdiff_t>(at));
    }

    parsed_arguments parsed = parse(command, std::move(others));
    if (parsed.has("help"))
        return help_request{parsed.command};
    if (parsed.has("version"))
        return version_request();
    if (command == nullptr)
        parsed.fail("the command is missing");
    return command->make(parsed);
}

bool wants_json(const std::vector<std::string>& arguments)
{
    const auto dashes = std::find(arguments.begin(), arguments.end(), "--");
    return std::find(arguments.begin(), dashes, "--json") != dashes;
}

std::string help_text(const std::string& name)
{
    const command_description* const command = find_command(name);
    std::ostringstream text;
    if (command != nullptr)
        text << "Usage: socketlock " << command->help.usage << "\n\n" << command->help.text;
    else
    {
        text << "Usage: socketlock COMMAND [OPTIONS] ...\n\n" << program_help << "\nCommands:\n";
        for (const command_description& each : commands)
            text << "  " << std::left << std::setw(8) << each.help.name << each.help.summary
                 << '\n';
    }
    text << '\n' << options_of(command);
    if (command == nullptr)
        text << '\n' << program_help_end;
    return text.str();
}

}  // namespace socketlock::tool
