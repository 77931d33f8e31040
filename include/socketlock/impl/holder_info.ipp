// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#ifndef SOCKETLOCK_IMPL_HOLDER_INFO_IPP
#define SOCKETLOCK_IMPL_HOLDER_INFO_IPP

#include <socketlock/holder_info.hpp>

#include <cstdio>

namespace socketlock {

SOCKETLOCK_DECL std::string to_iso8601(std::chrono::system_clock::time_point time)
{
    using namespace std::chrono;
    const std::int64_t seconds = floor<std::chrono::seconds>(time).time_since_epoch().count();
    const std::int64_t days = (seconds >= 0 ? seconds : seconds - 86399) / 86400;
    const std::int64_t second_of_day = seconds - days * 86400;
    // The proleptic Gregorian calendar, with years that begin in March so that the leap day is
    // last.
    const std::int64_t shifted = days + 719468;
    const std::int64_t era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
    const std::int64_t day_of_era = shifted - era * 146097;
    const std::int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 -
                                      day_of_era / 146096) /
                                     365;
    const std::int64_t day_of_year = day_of_era -
                                     (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    const std::int64_t month_from_march = (5 * day_of_year + 2) / 153;
    const int day = static_cast<int>(day_of_year - (153 * month_from_march + 2) / 5 + 1);
    const int month = static_cast<int>(
        month_from_march < 10 ? month_from_march + 3 : month_from_march - 9
    );
    const long long year = year_of_era + era * 400 + (month <= 2 ? 1 : 0);

    char text[64];
    std::snprintf(
        text,
        sizeof text,
        "%04lld-%02d-%02dT%02d:%02d:%02dZ",
        year,
        month,
        day,
        static_cast<int>(second_of_day / 3600),
        static_cast<int>(second_of_day / 60 % 60),
        static_cast<int>(second_of_day % 60)
    );
    return text;
}

SOCKETLOCK_DECL std::string to_string(const holder_info& holder)
{
    std::string text = "PID " + std::to_string(holder.pid);
    if (holder.in_other_pid_namespace)
        text += " (in another PID namespace)";
    if (holder.port != 0)
        text += " on port " + std::to_string(holder.port);
    return text + " since " + to_iso8601(holder.since);
}

}  // namespace socketlock

#endif
