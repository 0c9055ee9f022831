#pragma once

#include "db/rows.hpp"
#include "model/facts.hpp"

#include <chrono>
#include <optional>
#include <string>

namespace wdx::store {

/// What statements of this folder select as numbers: days since 1970.
inline std::optional<std::chrono::sys_days> optional_day(const db::Row& row, int column) {
    const auto number = row.optional_integer(column);
    if (!number) return std::nullopt;
    return std::chrono::sys_days(std::chrono::days(*number));
}

/// Microseconds since 1970.
inline std::optional<model::Microseconds> optional_time(const db::Row& row, int column) {
    const auto number = row.optional_integer(column);
    if (!number) return std::nullopt;
    return model::Microseconds(std::chrono::microseconds(*number));
}

/// Text that outlives the rows.
inline std::optional<std::string> optional_string(const db::Row& row, int column) {
    return std::optional<std::string>(row.optional_text(column));
}

}  // namespace wdx::store
