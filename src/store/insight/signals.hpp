#pragma once

#include "db/rows.hpp"
#include "model/insight.hpp"
#include "model/signals.hpp"
#include "store/insight/statement.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wdx::store {

/// How the ranks of users are found.
enum class Ranks {
    few,  ///< of some users, each by herself
    all,  ///< of all users at once, for lists in their order
};

/// SQL to follow WITH: `signals`, what is kept of the users' signals (docs/adr/0018-kept-signals.md).  Its columns:
///   `id`; `account_id`; `person`, the row that stands for the person;
///   `risk`, a double of 0..1, NULL when every input is missing; `rank`, 0..1; `tie`, which orders equal risks;
///   and for each signal
///   `v_<id>`: its value, NULL when an input is missing; `m_<id>`: which inputs are, as text, NULL when none is;
///   `s_<id>`: its strength of 0..1, NULL when an input is missing; `c_<id>`: its contribution, 0 then;
///   `signals`, the array in the API's shape, of type json.
/// Each is only computed where it is selected.
std::string signals_sql(const model::SignalWeights& weights, Ranks ranks);

/// SQL: the members of the object of a user's signals, over the row `s` of `signals`, for json_build_object.
/// @param as_of  a time as text, or empty
std::string signal_members_sql(std::string_view as_of);

/// What insight::reasons_of makes sentences of.
struct Explanation {
    std::optional<double> following{};     ///< accounts that the user follows
    std::optional<double> followers{};     ///< and that follow her
    std::vector<model::Finding> findings;  ///< signals that contribute something, in the order of model::all_signals()
};

/// SQL: the columns of an Explanation, over the row `s` of `signals`.
std::string explanation_columns();
/// @param first  number of the first of those columns; they are the last ones of the row
Explanation read_explanation(const db::Row& row, int first);

/// The score of a user, explained: a row with the JSON of `version`, `as_of`, `risk`, `rank`, `probability`, `band` and
/// `signals`, and then the explanation_columns(); no row when nothing is kept of her, or she is gone.
/// @param signals  as signals_sql makes it
Statement select_user_signals(std::string_view signals, std::string_view as_of, std::int64_t user);

/// Those of some users that the core has and of whom nothing is kept yet: rows of their ids.
Statement select_new_users(const std::vector<std::int64_t>& ids);

}  // namespace wdx::store
