// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#ifndef SOCKETLOCK_BENCH_RESULTS_HPP
#define SOCKETLOCK_BENCH_RESULTS_HPP

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "peers.hpp"
#include "statistics.hpp"

namespace bench {

/// One line of the table.
struct row
{
    group in = group::uncontended;
    std::string peer;
    std::string place;
    /// Of the waiters, locks or processes; 0 where nothing grows.
    unsigned size = 0;
    summary times;
    /// Further figures, by names that tell their units.
    std::vector<std::pair<std::string, double>> more;
    std::string remark;
    std::optional<double> bare_ratio;
    std::optional<double> own_ratio;

    std::string name() const;
    std::optional<double> figure(const std::string& name) const;
};

class results
{
public:
    void add(row r) { rows_.push_back(std::move(r)); }
    const std::vector<row>& rows() const noexcept { return rows_; }
    const row* find(group in, const std::string& peer, const std::string& place, unsigned size = 0)
        const;

    /// Sets the rows' ratios.
    void relate();

private:
    std::vector<row> rows_;
};

/// The machine, as the header of the report.
struct machine
{
    std::string cpu;
    unsigned cores = 0;
    std::string kernel;
    std::string compiler;
    std::string boost;
    std::string date;
};

machine this_machine();

/// The type of the file system on which a directory is, such as "ext4".
std::string file_system_of(const std::string& directory);

}  // namespace bench

#endif
