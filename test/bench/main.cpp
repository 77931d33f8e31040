// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// Measures this library and its peers side by side.

#include <boost/program_options.hpp>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <iostream>
#include <stdexcept>
#include <string>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>
#include <utility>
#include <vector>

#include "groups.hpp"
#include "report.hpp"

namespace {

namespace fs = std::filesystem;
namespace options = boost::program_options;
using namespace bench;

/// A new directory that is removed at the end.
class temporary_directory
{
public:
    explicit temporary_directory(const fs::path& parent)
    {
        std::string path = (parent / "socketlock-bench-XXXXXX").string();
        if (::mkdtemp(path.data()) == nullptr)
            throw std::runtime_error("cannot create a directory in " + parent.string());
        path_ = path;
    }
    temporary_directory(temporary_directory&&) = delete;
    ~temporary_directory()
    {
        std::error_code ignored;
        fs::remove_all(path_, ignored);
    }

    std::string path() const { return path_.string(); }

private:
    fs::path path_;
};

fs::path directory_on_disk()
{
    const char* const temporary = std::getenv("TMPDIR");
    return temporary != nullptr ? fs::path(temporary)
                                : fs::read_symlink("/proc/self/exe").parent_path();
}

struct measurement
{
    group what;
    void (*function)(const setting&, results&);
};

constexpr measurement measurements[] = {
    {group::uncontended,    measure_cycles           },
    {group::refused,        measure_refusals         },
    {group::handoff,        measure_handoffs         },
    {group::crash,          measure_crashes          },
    {group::waiting,        measure_waiting          },
    {group::growth_waiters, measure_growth_of_waiters},
    {group::growth_locks,   measure_growth_of_locks  },
    {group::contention,     measure_contention       },
};

void measure_all(const options::variables_map& chosen, std::vector<place> where)
{
    setting s;
    s.quick = chosen.count("quick") != 0;
    s.places = std::move(where);
    add_bare_peers(s.peers);
    add_message_peers(s.peers);
    add_own_peers(s.peers);
    add_file_peers(s.peers);
    add_interprocess_peers(s.peers);
    add_qt_peers(s.peers);
    add_python_peers(s.peers, chosen["v1"].as<std::string>());
    add_program_peers(s.peers);

    const machine m = this_machine();
    std::vector<measured_place> places;
    for (const place& p : s.places)
        places.push_back({p, file_system_of(p.directory)});
    print_header(m, places);

    const auto& only = chosen["only"].as<std::vector<std::string>>();
    results r;
    for (const measurement& what : measurements)
    {
        const std::string name = to_string(what.what);
        if (!only.empty() && std::find(only.begin(), only.end(), name) == only.end())
            continue;
        std::fprintf(stderr, "measuring %s ...\n", name.c_str());
        what.function(s, r);
    }
    r.relate();
    print_table(r, s.peers);
    print_bars(r);
    if (chosen.count("json") != 0)
        write_json(chosen["json"].as<std::string>(), m, places, r);
    if (chosen.count("plot") != 0)
        draw_plots(chosen["plot"].as<std::string>(), m, r);
}

/// Measures in another process, so that the directories are removed however that ends. Returns the
/// exit code.
int run(const options::variables_map& chosen)
{
    const temporary_directory disk(directory_on_disk());
    const temporary_directory memory("/dev/shm");
    ::sigset_t awaited;
    ::sigset_t before;
    ::sigemptyset(&awaited);
    for (const int signal : {SIGCHLD, SIGHUP, SIGINT, SIGTERM})
        ::sigaddset(&awaited, signal);
    ::sigprocmask(SIG_BLOCK, &awaited, &before);
    const ::pid_t measuring = ::fork();
    if (measuring < 0)
        throw std::system_error(errno, std::generic_category(), "fork");
    if (measuring == 0)
    {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        ::sigprocmask(SIG_SETMASK, &before, nullptr);
        int code = 0;
        try
        {
            measure_all(
                chosen,
                {
                    {"disk",  disk.path()  },
                    {"tmpfs", memory.path()}
            }
            );
        }
        catch (const std::exception& e)
        {
            std::cerr << "socketlock_bench: " << e.what() << '\n';
            code = 1;
        }
        std::cout.flush();
        std::fflush(nullptr);
        ::_exit(code);
    }
    for (;;)
    {
        int signal = 0;
        ::sigwait(&awaited, &signal);
        if (signal != SIGCHLD)
            ::kill(measuring, SIGKILL);
        int status = 0;
        if (::waitpid(measuring, &status, signal == SIGCHLD ? WNOHANG : 0) != measuring)
            continue;
        if (signal != SIGCHLD)
            return 128 + signal;
        return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    }
}

}  // namespace

int main(int argc, char** argv)
{
    try
    {
        options::options_description all("socketlock_bench");
        all.add_options(
        )("help", "print this"
        )("json", options::value<std::string>()->value_name("FILE"), "write the results to FILE"
        )("quick", "fewer samples: half a minute")(
            "plot",
            options::value<std::string>()->value_name("DIR"),
            "draw SVG plots in DIR (needs gnuplot)"
        )("v1",
          options::value<std::string>()->value_name("PATH")->default_value("", ""),
          "measure version 1, too; PATH is its Python package"
        )("only",
          options::value<std::vector<std::string>>()
              ->value_name("GROUP")
              ->composing()
              ->default_value({}, ""),
          "measure this group only; may be repeated");
        options::variables_map chosen;
        options::store(options::parse_command_line(argc, argv, all), chosen);
        options::notify(chosen);
        if (chosen.count("help") != 0)
        {
            std::cout << all;
            return 0;
        }
        return run(chosen);
    }
    catch (const options::error& e)
    {
        std::cerr << "socketlock_bench: " << e.what() << "; see --help\n";
        return 64;
    }
    catch (const std::exception& e)
    {
        std::cerr << "socketlock_bench: " << e.what() << '\n';
        return 1;
    }
}
