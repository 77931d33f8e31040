// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#include <boost/json.hpp>

#include <fstream>
#include <stdexcept>

#include "report.hpp"

namespace bench {

namespace {

namespace json = boost::json;

json::value or_null(const std::optional<double>& value)
{
    return value ? json::value(*value) : json::value();
}

json::object describe(const row& r)
{
    const bool measured = r.times.n != 0;
    json::object o;
    o["group"] = to_string(r.in);
    o["name"] = r.name();
    o["n"] = r.times.n;
    o["median_us"] = measured ? json::value(r.times.median_us) : json::value();
    o["p99_us"] = measured ? json::value(r.times.p99_us) : json::value();
    o["bare_ratio"] = or_null(r.bare_ratio);
    // More than is needed to tell the rows apart.
    o["peer"] = r.peer;
    o["place"] = r.place;
    if (r.size != 0)
        o["size"] = r.size;
    o["socketlock_ratio"] = or_null(r.own_ratio);
    for (const auto& [name, value] : r.more)
        o[name] = value;
    if (!r.remark.empty())
        o["remark"] = r.remark;
    return o;
}

}  // namespace

void write_json(
    const std::string& path,
    const machine& m,
    const std::vector<measured_place>& places,
    const results& r
)
{
    json::object systems;
    for (const measured_place& p : places)
        systems[p.where.name] = p.file_system;
    json::array rows;
    for (const row& line : r.rows())
        rows.push_back(describe(line));
    const json::object all{
        {"header",
         {
             {"date", m.date},
             {"cpu", m.cpu},
             {"cores", m.cores},
             {"kernel", m.kernel},
             {"compiler", m.compiler},
             {"boost", m.boost},
             {"file_systems", systems},
         }             },
        {"rows",   rows},
    };
    std::ofstream out(path);
    out << all << '\n';
    if (!out.flush())
        throw std::runtime_error("cannot write " + path);
}

}  // namespace bench
