// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// What the program says with --json: one valid JSON object, whatever the names are.

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <boost/test/unit_test.hpp>

#include <cstdio>
#include <stdexcept>
#include <string>
#include <sys/wait.h>
#include <utility>

#include "executables.hpp"
#include "temporary_directory.hpp"

namespace {

namespace json = boost::json;

const char* const names[] = {
    "plain",
    "with space",
    "line\nbreak",
    "tab\tand\x01\x1b[31m\x7f",
    "\"quoted\" \\backslash\\",
    "per%cent",
    "../../etc/passwd",
    "'; exit 9; '",
    "gr\xc3\xb6\xc3\x9f\x65 \xe2\x82\xac \xf0\x9f\x98\x80",
    "\xc2\x9b control",
    "{\"name\":null}",
};

std::string quoted(const std::string& text)
{
    std::string result = "'";
    for (const char c : text)
        result += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return result + '\'';
}

std::string tool(const std::string& directory)
{
    return quoted(tool_path()) + " --lock-dir " + quoted(directory) + ' ';
}

/// Standard output and exit code of a shell command.
std::pair<std::string, int> output_of(const std::string& command)
{
    std::FILE* const pipe = ::popen(command.c_str(), "r");
    if (pipe == nullptr)
        throw std::runtime_error("popen failed");
    std::string text;
    char buffer[4096];
    for (std::size_t n = 0; (n = std::fread(buffer, 1, sizeof buffer, pipe)) != 0;)
        text.append(buffer, n);
    const int status = ::pclose(pipe);
    return {text, WIFEXITED(status) ? WEXITSTATUS(status) : -1};
}

/// The object that a text of one line is.
json::object parsed(const std::string& text)
{
    BOOST_TEST(text.find('\n') == text.size() - 1);
    json::error_code ec;
    const json::value value = json::parse(text, ec);
    BOOST_TEST_REQUIRE(!ec, text);
    return value.as_object();
}

std::string text_of(const json::value& value)
{
    return std::string(value.as_string());
}

}  // namespace

BOOST_AUTO_TEST_SUITE(tool_json)

BOOST_AUTO_TEST_CASE(status_is_valid_for_any_name)
{
    const temporary_directory directory;
    for (const std::string name : names)
    {
        const std::string status = tool(directory.path()) + "status --json -- " + quoted(name);
        const auto [held, held_code] = output_of(
            tool(directory.path()) + "run -- " + quoted(name) + " -- " + status
        );
        BOOST_TEST(held_code == 0);
        const json::object object = parsed(held);
        BOOST_TEST(text_of(object.at("name")) == name);
        BOOST_TEST(object.at("held").as_bool());
        BOOST_TEST(object.at("verified").as_bool());
        BOOST_TEST(object.at("pid").to_number<int>() > 0);
        BOOST_TEST(object.at("port").to_number<int>() > 0);
        BOOST_TEST(object.at("fencing_token").to_number<double>() > 1e15);
        BOOST_TEST(text_of(object.at("since")).size() == 20u);
        BOOST_TEST(text_of(object.at("host")) != "");
        BOOST_TEST(text_of(object.at("executable")) != "");

        const auto [free, free_code] = output_of(status);
        BOOST_TEST(free_code == 1);
        BOOST_TEST(text_of(parsed(free).at("name")) == name);
        BOOST_TEST(!parsed(free).at("held").as_bool());
        BOOST_TEST(!parsed(free).contains("pid"));
    }
}

BOOST_AUTO_TEST_CASE(list_has_every_name_unchanged)
{
    const temporary_directory directory;
    for (const std::string name : names)
        BOOST_TEST(
            output_of(tool(directory.path()) + "run -- " + quoted(name) + " -- true").second == 0
        );
    const auto [text, code] = output_of(
        tool(directory.path()) + "run plain -- " + tool(directory.path()) + "list --json"
    );
    BOOST_TEST(code == 0);
    const json::object object = parsed(text);
    BOOST_TEST(text_of(object.at("lock_dir")) == directory.path());
    BOOST_TEST(object.at("locks").as_array().size() == std::size(names));
    for (const std::string name : names)
    {
        bool found = false;
        for (const json::value& lock : object.at("locks").as_array())
        {
            if (text_of(lock.at("name")) != name)
                continue;
            found = true;
            BOOST_TEST(lock.at("held").as_bool() == (name == "plain"));
        }
        BOOST_TEST(found, name);
    }
}

BOOST_AUTO_TEST_CASE(a_refusal_names_the_holder)
{
    const temporary_directory directory;
    for (const std::string name : names)
    {
        const std::string run = tool(directory.path()) + "run --json --no-wait -- " + quoted(name);
        const auto [text, code] = output_of(run + " -- " + run + " -- true 2>&1");
        BOOST_TEST(code == 75);
        const json::object object = parsed(text);
        BOOST_TEST(object.at("exit_code").to_number<int>() == 75);
        BOOST_TEST(text_of(object.at("name")) == name);
        BOOST_TEST(text_of(object.at("message")).find(" is held by PID ") != std::string::npos);
        BOOST_TEST(object.at("holder").at("pid").to_number<int>() > 0);
        BOOST_TEST(object.at("holder").at("port").to_number<int>() > 0);
    }
}

BOOST_AUTO_TEST_CASE(errors_are_valid)
{
    const temporary_directory directory;
    const auto [usage, usage_code] = output_of(tool(directory.path()) + "run --json 2>&1");
    BOOST_TEST(usage_code == 64);
    BOOST_TEST(parsed(usage).at("exit_code").to_number<int>() == 64);

    // Not UTF-8, neither name nor path.
    const auto [name, name_code] = output_of(
        tool(directory.path()) + "status --json '\xff\xfe' 2>&1"
    );
    BOOST_TEST(name_code == 64);
    BOOST_TEST(text_of(parsed(name).at("name")) == "\\xff\\xfe");
    const auto [path, path_code] = output_of(
        tool(directory / "not utf-8: \xff") + "run --json x -- " +
        tool(directory / "not utf-8: \xff") + "status --json x"
    );
    BOOST_TEST(path_code == 0);
    BOOST_TEST(text_of(parsed(path).at("lock_file")) == directory / "not utf-8: \\xff/.x.lock");

    const std::string newer = R"({"port":1,"name":"broken","socketlock":{"version":99}})";
    write_file(directory / ".broken.lock", newer);
    const auto [list, list_code] = output_of(tool(directory.path()) + "list --json 2>/dev/null");
    BOOST_TEST(list_code == 76);
    const json::object object = parsed(list);
    const json::value& broken = object.at("locks").at(0);
    BOOST_TEST(text_of(broken.at("name")) == "broken");
    BOOST_TEST(broken.at("held").is_null());
    BOOST_TEST(text_of(broken.at("error")).find("newer version") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
