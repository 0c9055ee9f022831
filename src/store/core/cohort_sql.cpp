#include "store/core/cohort_sql.hpp"

#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace wdx::store {
namespace {

const std::string kHasCohortSql =
    fmt::format("SELECT EXISTS (SELECT FROM watchdxg_cohort AS c WHERE {} = $1::text)", kCohortIdSql);

}  // namespace

std::string select_members_sql(std::string_view selected, std::string_view cohorts, std::string_view condition) {
    std::vector<std::string> kinds;
    for (const std::string_view kind : {"template", "bio", "link"})
        kinds.push_back(
            fmt::format("SELECT {0} FROM {1} AS c JOIN watchdxg_signal AS k ON k.account_id = c.account_id"
                        " AND k.month = c.month AND k.{2}_key = c.key"
                        " WHERE c.kind = '{2}' AND {3} AND k.person = k.user_id",
                        selected, cohorts, kind, condition));
    return fmt::format("{}", fmt::join(kinds, " UNION ALL "));
}

const db::Query kHasCohort{"has_cohort", kHasCohortSql};

}  // namespace wdx::store
