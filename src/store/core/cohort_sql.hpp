#pragma once

#include "db/batch.hpp"

#include <string>
#include <string_view>

namespace wdx::store {

/// SQL over the row `c` of watchdxg_cohort: its id as the API shows it, the same as long as account, kind, month and
/// key are.
inline constexpr std::string_view kCohortIdSql =
    "c.account_id || '-' || left(c.kind, 1) || to_char(c.month, 'YYYYMM') || '-' || to_hex(c.key)";

/// SQL over `c` and the row `k` of watchdxg_signal: the user is like the members of the cohort.
inline constexpr std::string_view kIsInCohortSql =
    "k.account_id = c.account_id AND k.month = c.month"
    " AND CASE c.kind WHEN 'template' THEN k.template_key WHEN 'bio' THEN k.bio_key ELSE k.link_key END = c.key";

/// SELECT of the members of cohorts, each person once for each cohort.  Each kind has an index of its own.
/// @param selected   SQL over `c` and `k`
/// @param cohorts    watchdxg_cohort, or what has its columns
/// @param condition  SQL over `c`
std::string select_members_sql(std::string_view selected, std::string_view cohorts, std::string_view condition);

/// Whether there is a cohort with the id `$1`: one boolean.
extern const db::Query kHasCohort;

}  // namespace wdx::store
