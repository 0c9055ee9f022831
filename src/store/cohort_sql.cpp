#include "store/cohort_sql.hpp"

#include <fmt/format.h>

namespace wdx::store {

std::string handle_template_sql(std::string_view handle) {
    // A run of `a` becomes `<><>`, without `><` that is one `<>`: three replacements are faster than a regular
    // expression.
    const std::string plain = fmt::format(
        "translate({}, 'ABCDEFGHIJKLMNOPQRSTUVWXYZbcdefghijklmnopqrstuvwxyz123456789', "
        "'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa000000000')",
        handle);
    return fmt::format("CASE WHEN {} ~ '[0-9]' THEN replace(replace(replace({}, 'a', '<>'), '><', ''), '<>', 'a') END",
                       handle, plain);
}

std::string shared_text_sql(std::string_view text) {
    return fmt::format(R"(CASE WHEN {0} ~ '\S' THEN btrim({0}, E' \t\n\v\f\r') END)", text);
}

std::string month_sql(std::string_view day) {
    return fmt::format("date_trunc('month', ({})::timestamp)::date", day);
}

std::string larger_than_chance_sql(std::string_view members, std::string_view expected, std::string_view groups) {
    return fmt::format("({0} >= {3} AND {0} > {1} AND {0} * ln({0} / {1}) - {0} + {1} >= ln(100.0::float8 * {2}))",
                       members, expected, groups, kSmallestCohort);
}

}  // namespace wdx::store
