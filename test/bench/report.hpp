// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#ifndef SOCKETLOCK_BENCH_REPORT_HPP
#define SOCKETLOCK_BENCH_REPORT_HPP

#include <string>
#include <vector>

#include "peers.hpp"
#include "results.hpp"

namespace bench {

/// A place and what file system it is.
struct measured_place
{
    place where;
    std::string file_system;
};

void print_header(const machine& m, const std::vector<measured_place>& places);
void print_table(const results& r, const std::vector<peer>& peers);

/// The figures to reach, and what was measured.
void print_bars(const results& r);

void write_json(
    const std::string& path,
    const machine& m,
    const std::vector<measured_place>& places,
    const results& r
);

/// SVG files, drawn by gnuplot.
void draw_plots(const std::string& directory, const machine& m, const results& r);

}  // namespace bench

#endif
