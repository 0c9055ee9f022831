#pragma once

#include "model/crowd.hpp"
#include "model/insight.hpp"
#include "store/core/core_views.hpp"
#include "store/insight/signals.hpp"
#include "store/insight/statement.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace wdx::store {

/// The people who wait for a verdict, each by the row that stands for her.
struct Waiting {
    std::vector<model::Turn> by_gain;  ///< those whose verdict is worth most, the best first; equal ones by `tie`
    std::vector<model::Turn> drawn;    ///< those who were drawn today, in the order of the draw
};

/// Reads two lists in one statement.
/// @param account  id of the X account
/// @param limit    how many of each at most
/// @param with_snoozed  those who are snoozed, too
Statement select_waiting(const CoreViews& views, std::int64_t account, std::int64_t limit, bool with_snoozed);
Waiting read_waiting(const db::Rows& rows);

/// A user whom triage shows.
struct TriageRow {
    std::int64_t user_id;
    std::string user_json;         ///< the user's standard fields: whole numbers, texts and booleans
    std::string same_person_json;  ///< ids of the other rows of the person
    std::optional<double> risk;    ///< 0..1
    std::optional<double> rank;    ///< 0..1 among the users of the X account
    std::optional<double> gain;    ///< how much a verdict on the user is worth, see gain_sql
    Explanation explanation;
};

/// What triage shows of users.
/// @param signals  as signals_sql makes it
/// @param users    at most a few hundred ids
Statement select_triage(const CoreViews& views, std::string_view signals, std::span<const model::Turn> users);
std::vector<TriageRow> read_triage(const db::Rows& rows);

/// SQL: how much a verdict on a user is worth, 0..1: half for what it would tell (the variance of a yes-or-no of that
/// probability, 4 p (1 - p)), half for the harm that it may stop (p).
/// Source: Settles, Active Learning Literature Survey, 2009 (uncertainty sampling).
/// @param risk  SQL
std::string gain_sql(std::string_view risk);

}  // namespace wdx::store
