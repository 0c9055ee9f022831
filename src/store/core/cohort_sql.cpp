#include "store/core/cohort_sql.hpp"

#include <string>

#include <fmt/format.h>

namespace wdx::store {
namespace {

const std::string kHasCohortSql =
    fmt::format("SELECT EXISTS (SELECT FROM watchdxg_cohort AS c WHERE {} = $1::text)", kCohortIdSql);

}  // namespace

const db::Query kHasCohort{"has_cohort", kHasCohortSql};

}  // namespace wdx::store
