#pragma once

#include "model/kept_signals.hpp"
#include "store/core/core_views.hpp"
#include "store/insight/statement.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wdx::store {

inline constexpr int kMostCohorts = 200;
inline constexpr int kMostMembers = 1000;  ///< that a cohort names

/// A group of people that look alike, larger than chance explains.
struct Cohort {
    std::string id;          ///< the same as long as kind and key are
    std::string_view kind;   ///< valid as long as the rows
    std::string_view month;  ///< `2024-05`
    std::string sample;      ///< what a member has: a handle for `template`, else the bio or the link as it is stored
    std::int64_t size = 0;
    double expected = 0;
    std::string_view members;  ///< a JSON array of ids
    std::optional<std::int64_t> harmful{};
    std::optional<std::int64_t> unclassified{};
};

/// The largest cohorts of an X account, the largest first.
Statement select_cohorts(const CoreViews& views, std::int64_t account);
std::vector<Cohort> read_cohorts(const db::Rows& rows);

}  // namespace wdx::store
