// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#include <boost/version.hpp>

#include <fstream>
#include <sstream>
#include <sys/utsname.h>
#include <thread>

#include "results.hpp"

namespace bench {

namespace {

std::string processor()
{
    std::ifstream in("/proc/cpuinfo");
    std::string line;
    while (std::getline(in, line))
    {
        if (line.rfind("model name", 0) == 0)
            return line.substr(line.find(':') + 2);
    }
    return "unknown";
}

}  // namespace

machine this_machine()
{
    machine m;
    m.cpu = processor();
    m.cores = std::thread::hardware_concurrency();
    ::utsname u{};
    ::uname(&u);
    m.kernel = std::string(u.sysname) + " " + u.release + " " + u.machine;
#ifdef __clang__
    m.compiler = __VERSION__;
#else
    m.compiler = "g++ " __VERSION__;
#endif
    m.boost = std::to_string(BOOST_VERSION / 100000) + "." +
              std::to_string(BOOST_VERSION / 100 % 1000) + "." +
              std::to_string(BOOST_VERSION % 100);
    char text[32];
    const std::time_t t = std::time(nullptr);
    std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", std::gmtime(&t));
    m.date = text;
    return m;
}

std::string file_system_of(const std::string& directory)
{
    // The longest mount point that the path begins with; a later mount hides an earlier one.
    std::ifstream in("/proc/self/mounts");
    std::string line;
    std::string best;
    std::string type = "unknown";
    while (std::getline(in, line))
    {
        std::istringstream words(line);
        std::string device;
        std::string at;
        std::string kind;
        words >> device >> at >> kind;
        const std::string prefix = at == "/" ? at : at + "/";
        if (prefix.size() >= best.size() && (directory + "/").rfind(prefix, 0) == 0)
        {
            best = prefix;
            type = kind;
        }
    }
    return type;
}

}  // namespace bench
