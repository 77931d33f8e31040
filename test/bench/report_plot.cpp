// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <sstream>
#include <stdexcept>

#include "report.hpp"

namespace bench {

namespace {

const std::vector<std::string> places{"disk", "tmpfs"};

/// A gnuplot that is fed a script.
class gnuplot
{
public:
    gnuplot() : pipe_(::popen("gnuplot", "w"), ::pclose)
    {
        if (!pipe_)
            throw std::runtime_error("cannot run gnuplot");
    }

    void run(const std::string& script)
    {
        if (std::fputs(script.c_str(), pipe_.get()) == EOF)
            throw std::runtime_error("gnuplot did not take its script");
    }

    void finish()
    {
        if (::pclose(pipe_.release()) != 0)
            throw std::runtime_error("gnuplot failed or is not installed");
    }

private:
    std::unique_ptr<std::FILE, int (*)(std::FILE*)> pipe_;
};

std::string setup(const std::string& file, const std::string& title, const std::string& footer)
{
    return "reset\nset terminal svg size 800,480 dynamic enhanced font 'sans-serif,13'"
           " background rgb 'white'\nset output '" +
           file + "'\nset title \"" + title + "\\n" + footer +
           "\" noenhanced\nset grid y lc rgb '#d0d0d0'\nset border 3\nset tics nomirror\n"
           "set key top left reverse Left noenhanced\n";
}

std::vector<std::string> peers_of(const results& r, group g)
{
    std::vector<std::string> names;
    for (const row& line : r.rows())
    {
        if (line.in == g && line.times.n != 0 &&
            std::find(names.begin(), names.end(), line.peer) == names.end())
            names.push_back(line.peer);
    }
    return names;
}

// A bar for each peer and place.
std::string bars(const results& r, group g)
{
    std::ostringstream s;
    s << "$data << EOD\n";
    for (const std::string& name : peers_of(r, g))
    {
        s << '"' << name << '"';
        for (const std::string& place : places)
        {
            const row* const line = r.find(g, name, place);
            s << ' ';
            if (line != nullptr && line->times.n != 0)
                s << line->times.median_us;
            else
                s << "NaN";
        }
        s << '\n';
    }
    s << "EOD\nset style data histogram\nset style histogram clustered gap 1\n"
         "set style fill solid 0.85 noborder\nset logscale y\nset ylabel 'median, microseconds'\n"
         "set xtics rotate by -35 noenhanced\nset bmargin 9\nset rmargin 12\n"
         "set key outside top center horizontal\n"
         "plot $data using 2:xtic(1) title 'disk' lc rgb '#2060a0',"
         " '' using 3 title 'tmpfs' lc rgb '#e08020'\n";
    return s.str();
}

using reader = std::optional<double> (*)(const row&);

std::optional<double> median_of(const row& r)
{
    return r.times.median_us;
}

std::optional<double> p99_of(const row& r)
{
    return r.times.p99_us;
}

std::optional<double> rate_of(const row& r)
{
    return r.figure("per_second");
}

std::optional<double> fairness_of(const row& r)
{
    return r.figure("jain_index");
}

std::optional<double> heap_of(const row& r)
{
    return r.figure("heap_bytes_per_lock");
}

struct curve
{
    std::string title;
    std::string peer;
    std::string place;
    reader read;
};

std::string curves(const results& r, group g, const std::vector<curve>& all)
{
    std::ostringstream data;
    std::ostringstream plot;
    int number = 0;
    for (const curve& c : all)
    {
        std::ostringstream points;
        for (const row& line : r.rows())
        {
            const auto value = line.in == g && line.peer == c.peer && line.place == c.place &&
                                       line.size != 0 && line.times.n != 0
                                   ? c.read(line)
                                   : std::nullopt;
            if (value)
                points << line.size << ' ' << *value << '\n';
        }
        if (points.str().empty())
            continue;
        const std::string name = "$curve" + std::to_string(number);
        data << name << " << EOD\n" << points.str() << "EOD\n";
        plot << (number == 0 ? "plot " : ", ") << name
             << " with linespoints lw 2 pt 7 ps 0.5 title '" << c.title << "'";
        ++number;
    }
    return number == 0 ? "" : data.str() + plot.str() + "\n";
}

std::vector<curve> of_all_peers(const results& r, group g, reader read)
{
    std::vector<curve> result;
    for (const std::string& name : peers_of(r, g))
        result.push_back({name, name, "tmpfs", read});
    return result;
}

std::string growth(
    const results& r,
    group g,
    const std::string& x,
    const std::string& y,
    const std::vector<curve>& all
)
{
    const std::string drawn = curves(r, g, all);
    return drawn.empty() ? ""
                         : "set logscale xy\nset xlabel '" + x + "'\nset ylabel '" + y +
                               "'\nset key outside right top\n" + drawn;
}

}  // namespace

void draw_plots(const std::string& directory, const machine& m, const results& r)
{
    std::filesystem::create_directories(directory);
    const std::string footer = m.date.substr(0, 10) + ", " + m.cpu + ", " +
                               std::to_string(m.cores) + " cores, " + m.kernel;
    gnuplot g;
    const auto draw = [&](const std::string& name, const std::string& title, std::string script) {
        if (!script.empty())
            g.run(
                setup(directory + "/" + name + ".svg", title, footer) + script + "unset output\n"
            );
    };
    const auto draw_bars = [&](group what, const std::string& title) {
        if (!peers_of(r, what).empty())
            draw(to_string(what), title, bars(r, what));
    };
    draw_bars(group::uncontended, "try_lock and unlock without contention");
    draw_bars(group::refused, "try_lock while another process holds the lock");
    draw_bars(group::handoff, "From unlock in one process to the waiter in another");
    draw_bars(group::crash, "From kill -9 of the holder to the waiter");

    std::vector<curve> waiters;
    std::vector<curve> times;
    std::vector<curve> heap;
    for (const std::string& place : places)
    {
        waiters.push_back({"median, " + place, own_async, place, median_of});
        waiters.push_back({"99 %, " + place, own_async, place, p99_of});
        times.push_back({"socketlock, " + place, own, place, median_of});
        times.push_back({"bare C, " + place, bare, place, median_of});
        heap.push_back({place, own, place, heap_of});
    }
    draw(
        "growth_waiters",
        "Handoff by number of waiters",
        growth(r, group::growth_waiters, "waiters", "microseconds", waiters)
    );
    draw(
        "growth_locks",
        "Time of a lock by number of locks held",
        growth(r, group::growth_locks, "locks", "median, microseconds", times)
    );
    draw(
        "growth_locks_heap",
        "Heap per lock by number of locks held",
        growth(r, group::growth_locks, "locks", "bytes per lock", heap)
    );
    const auto rates = of_all_peers(r, group::contention, rate_of);
    const auto fairness = of_all_peers(r, group::contention, fairness_of);
    draw(
        "contention",
        "Processes that lock and unlock one lock (tmpfs)",
        growth(r, group::contention, "processes", "acquisitions per second", rates)
    );
    draw(
        "contention_fairness",
        "How fairly processes share one lock (tmpfs)",
        growth(r, group::contention, "processes", "Jain index", fairness)
    );
    g.finish();
}

}  // namespace bench
