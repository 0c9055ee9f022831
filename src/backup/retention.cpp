#include "backup/retention.hpp"

#include <map>
#include <set>
#include <utility>

#include <fmt/chrono.h>
#include <fmt/format.h>

namespace wdx::backup {
namespace {

using namespace std::chrono;

constexpr std::string_view kPrefix = "watchdxg-back-";
constexpr std::string_view kSuffix = ".backup";
constexpr std::string_view kTime = "00000000T000000Z";  ///< `0` stands for a digit

bool has_form(std::string_view text, std::string_view form) {
    if (text.size() != form.size()) return false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool fits = form[i] == '0' ? text[i] >= '0' && text[i] <= '9' : text[i] == form[i];
        if (!fits) return false;
    }
    return true;
}

unsigned number_at(std::string_view text, std::size_t first, std::size_t count) {
    unsigned number = 0;
    for (const char c : text.substr(first, count)) number = number * 10 + static_cast<unsigned>(c - '0');
    return number;
}

sys_days monday_of(sys_days day) {
    return day - (weekday(day) - Monday);
}

/// Marks the newest backup of each of the `keep` newest periods.
template <typename PeriodOf>
void keep_newest(const std::map<sys_seconds, std::string>& backups, unsigned keep, std::set<sys_seconds>& kept,
                 const PeriodOf& period_of) {
    std::set<decltype(period_of(sys_days()))> periods;
    for (auto backup = backups.rbegin(); backup != backups.rend(); ++backup) {
        const auto period = period_of(floor<days>(backup->first));
        if (periods.contains(period)) continue;
        if (periods.size() == keep) return;
        periods.insert(period);
        kept.insert(backup->first);
    }
}

}  // namespace

std::string backup_name(sys_seconds made_at) {
    return fmt::format("{}{:%Y%m%dT%H%M%S}Z{}", kPrefix, fmt::gmtime(system_clock::to_time_t(made_at)), kSuffix);
}

std::optional<sys_seconds> time_of_name(std::string_view name) {
    if (!name.starts_with(kPrefix) || !name.ends_with(kSuffix) || name.size() < kPrefix.size() + kSuffix.size())
        return std::nullopt;
    const std::string_view time = name.substr(kPrefix.size(), name.size() - kPrefix.size() - kSuffix.size());
    if (!has_form(time, kTime)) return std::nullopt;
    const year_month_day date{year(static_cast<int>(number_at(time, 0, 4))), month(number_at(time, 4, 2)),
                              day(number_at(time, 6, 2))};
    if (!date.ok()) return std::nullopt;
    return sys_days(date) + hours(number_at(time, 9, 2)) + minutes(number_at(time, 11, 2)) +
           seconds(number_at(time, 13, 2));
}

std::vector<std::string> list_superseded(const std::vector<std::string>& names, unsigned keep) {
    std::map<sys_seconds, std::string> backups;
    for (const std::string& name : names)
        if (const auto made_at = time_of_name(name)) backups.emplace(*made_at, name);
    std::set<sys_seconds> kept;
    keep_newest(backups, keep, kept, [](sys_days day) { return day; });
    keep_newest(backups, keep, kept, monday_of);
    keep_newest(backups, keep, kept, [](sys_days day) {
        const year_month_day date(day);
        return std::pair(static_cast<int>(date.year()), static_cast<unsigned>(date.month()));
    });
    std::vector<std::string> superseded;
    for (const auto& [made_at, name] : backups)
        if (!kept.contains(made_at)) superseded.push_back(name);
    return superseded;
}

}  // namespace wdx::backup
