#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The names of backups, and which of them are kept.  Pure.
namespace wdx::backup {

/// `watchdxg-back-20261130T214500Z.backup`
std::string backup_name(std::chrono::sys_seconds made_at);

/// @return when it was made, by its name; nullopt for what is no backup's name
std::optional<std::chrono::sys_seconds> time_of_name(std::string_view name);

/// Which backups `--keep` takes away: all but those of the newest `keep` days, `keep` weeks (ISO 8601, from Monday) and
/// `keep` months, all in UTC, that have one; of a day, a week or a month its newest stays.
/// @param names  of files; those that are no backup's are passed over
/// @param keep   1 or more
/// @return names, the oldest first
std::vector<std::string> list_superseded(const std::vector<std::string>& names, unsigned keep);

}  // namespace wdx::backup
