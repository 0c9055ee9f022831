#pragma once

#include "db/batch.hpp"

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

namespace wdx::store {

/// Which entries of watchdxg_log are wanted: those that meet every condition.
struct LogFilter {
    std::optional<std::vector<std::string>> levels;  ///< any of
    std::optional<std::vector<std::string>> events;  ///< any of
    std::optional<std::string> operator_name;
    std::optional<std::string> address;
    std::optional<std::string> request_id;
    std::optional<std::int64_t> user_id;
    // From the first up to, not including, the second.
    std::int64_t id_from = std::numeric_limits<std::int64_t>::min();
    std::int64_t id_to = std::numeric_limits<std::int64_t>::max();
    std::int64_t time_from = std::numeric_limits<std::int64_t>::min();  ///< microseconds since 1970-01-01 UTC
    std::int64_t time_to = std::numeric_limits<std::int64_t>::max();
};

/// The entries that a filter leaves, newest first, with the columns of an entry as /api/logs/ shows it.
extern const db::Query kListLogs;
/// One row: how many a filter leaves.
extern const db::Query kCountLogs;

/// The parameters of kListLogs.
/// @param limit  nullopt: all
std::vector<db::Param> list_logs_params(const LogFilter& filter, std::int64_t offset,
                                        std::optional<std::int64_t> limit);
std::vector<db::Param> count_logs_params(const LogFilter& filter);

}  // namespace wdx::store
