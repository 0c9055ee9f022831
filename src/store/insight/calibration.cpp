#include "store/insight/calibration.hpp"

#include "store/core/column_sql.hpp"

#include <utility>

#include <fmt/format.h>

namespace wdx::store {
namespace {

std::string strength_columns() {
    std::string columns;
    for (const model::Signal& signal : model::all_signals()) columns += fmt::format(", s.\"s_{}\"", signal.id);
    return columns;
}

}  // namespace

Statement select_labels(const CoreViews& views, std::string_view signals, std::int64_t account) {
    const std::string own = fmt::format(
        "FROM users AS t JOIN (SELECT t.user_id, coalesce({}, false) AS harmful, {} AS at FROM classification AS t) AS "
        "v"
        " ON v.user_id = t.id WHERE {} = $1::bigint",
        sql_of(views.classifications, "harmful", "boolean"),
        sql_of(views.classifications, "classified_at", "timestamptz"), sql_of(views.users, "account_id", "integer"));
    std::string sql = fmt::format(
        "WITH labels AS MATERIALIZED (SELECT t.id, {handle} AS handle, v.harmful {own}"
        " ORDER BY v.at DESC NULLS LAST, t.id LIMIT {most}), {signals}"
        " SELECT l.id::bigint, l.handle, l.harmful, (SELECT count(*) {own}) AS labels, s.risk, s.rank,"
        " EXISTS (SELECT FROM watchdxg_sampled_verdict AS m WHERE m.user_id = l.id){strengths}"
        " FROM labels AS l JOIN signals AS s ON s.id = l.id WHERE s.account_id = $1::bigint ORDER BY l.id",
        fmt::arg("handle", sql_of(views.users, "handle", "text")), fmt::arg("own", own), fmt::arg("most", kMostLabels),
        fmt::arg("signals", signals), fmt::arg("strengths", strength_columns()));
    return {"calibration_labels", std::move(sql), {account}};
}

// Reads the columns in the order of the SELECT list above.
Labels read_labels(const db::Rows& rows) {
    Labels labels;
    labels.users.reserve(static_cast<std::size_t>(rows.size()));
    for (int i = 0; i < rows.size(); ++i) {
        const db::Row row = rows[i];
        model::Labelled user{.id = row.integer(0),
                             .harmful = row.boolean(2),
                             .risk = row.optional_real(4),
                             .rank = row.optional_real(5),
                             .sampled = row.boolean(6)};
        if (const auto handle = row.optional_text(1)) user.handle = std::string(*handle);
        labels.total = row.integer(3);
        int column = 7;
        user.strengths.reserve(model::all_signals().size());
        for (std::size_t signal = 0; signal < model::all_signals().size(); ++signal)
            user.strengths.push_back(row.optional_real(column++));
        labels.users.push_back(std::move(user));
    }
    return labels;
}

}  // namespace wdx::store
