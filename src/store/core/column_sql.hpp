#pragma once

#include "model/resource.hpp"
#include "store/core/core_schema.hpp"

#include <string>
#include <string_view>

namespace wdx::store {

/// The core has the table, and we may read it.
bool is_readable(const CoreSchema& schema, std::string_view table);

/// SQL over the row `t`: the column's value; a NULL of the type where this generation lacks the column.
/// @param type  PostgreSQL's name of the type, for that NULL
std::string sql_of(const model::View& view, std::string_view name, std::string_view type);

/// SQL over the row `t`: a date or a time as a day in UTC.  NULL where it is no day that ISO 8601 can carry, years 1 to
/// 9999.
std::string utc_day_sql(const model::View& view, std::string_view name);

/// SQL over the row `t`: a column as it stands within JSON that PostgreSQL makes, times as API.md has them: in UTC with
/// `Z`, microseconds where there are any, null where ISO 8601 cannot carry them.
std::string json_value_sql(const model::Column& column);

/// SQL over the row `t`: a JSON array with the names of the fields whose values were replaced.
/// @param view  a corrected one
std::string corrected_names_sql(const model::View& view);

/// SQL over the row `t`: a JSON object with its fields, those of its own table.
/// @param up_to  `standard`: those that a list shows by default; `on_request`: all
std::string row_json_sql(const model::View& view, model::Use up_to = model::Use::standard);

/// SQL: a timestamptz as text in that form.
/// @param timestamp  SQL
std::string json_time_sql(std::string_view timestamp);

/// SQL over the row `s` of the signals: how probable it is that the user is harmful, by the model of her account; NULL
/// where there is none, or no risk.  The same as insight::probability_of; exp() would refuse what is not within its
/// bounds.  A row without a model is left out: greatest() and least() pass over a NULL.
inline constexpr std::string_view kProbabilitySql = R"sql((
    SELECT CASE WHEN p.tenths IS NOT NULL AND s.rank IS NOT NULL
                THEN p.tenths[least(greatest(floor(s.rank * 10), 0), 9)::int + 1]
                WHEN s.risk IS NOT NULL
                THEN 1 / (1 + exp(least(greatest(-(p.intercept + p.slope * (
                         ln(least(greatest(s.risk, 1e-12), 1 - 1e-12)) - ln(1 - least(greatest(s.risk, 1e-12), 1 - 1e-12))
                     )), -700), 700)))
           END
      FROM watchdxg_probability AS p
     WHERE p.account_id = s.account_id
       AND p.intercept IS NOT NULL))sql";

/// SQL: the name of the band of a risk and its rank; NULL where there is no risk, or it takes the rank and that is not
/// known.
std::string band_sql(std::string_view risk, std::string_view rank);

}  // namespace wdx::store
