#pragma once

#include "store/core/list_conditions.hpp"

#include <string>
#include <string_view>

namespace wdx::store {

/// SQL over the row `k` of watchdxg_signal: its rank of 0..1 among the users of its X account; NULL without a risk, and
/// until the steps of the account (watchdxg_risk_step) are counted. Counted from the nearest step below.  Users may
/// have come since the steps were counted: at most what lies below the next step, so that a higher risk never has a
/// lower rank.
extern const std::string_view kRankOfOneSql;

/// SQL over the row `t` of users: whether that rank meets a condition.  The steps tell it of all users but those
/// between the two steps around the value, whose ranks are computed.
/// @param params  gets the values
std::string rank_condition_sql(const model::Condition& condition, SqlParams& params);

}  // namespace wdx::store
