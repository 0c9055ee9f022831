#include "store/report_sql.hpp"

#include "model/signals.hpp"
#include "store/column_sql.hpp"
#include "store/signals.hpp"

#include <fmt/format.h>

namespace wdx::store {
namespace {

using model::View;

/// SQL: what belongs to the user `w.id`, the newest first; `null` where there is no such table.
std::string newest(const View& view, bool there) {
    if (!there) return "NULL::json";
    const std::string own = fmt::format("{} AS t WHERE {} = w.id", view.resource->table, view.find("user_id")->sql);
    return fmt::format(
        "(SELECT json_build_object('total', (SELECT count(*) FROM {own}), 'rows', coalesce(json_agg(n.row ORDER BY n.at"
        " DESC NULLS LAST, n.id DESC), '[]')) FROM (SELECT t.id, {at} AS at, {row} AS row FROM {own}"
        " ORDER BY 2 DESC NULLS LAST, 1 DESC LIMIT {most}) AS n)",
        fmt::arg("own", own), fmt::arg("at", sql_of(view, "timestamp", "timestamptz")),
        fmt::arg("row", row_json_sql(view)), fmt::arg("most", kMostReportRows));
}

std::string verdict(const CoreViews& views) {
    if (!views.has_classifications) return "NULL::json";
    return fmt::format("(SELECT {} FROM classification AS t WHERE t.user_id = w.id)",
                       row_json_sql(views.classifications));
}

}  // namespace

std::string report_sql(const CoreViews& views, std::string_view signals) {
    return fmt::format(
        "WITH wanted AS MATERIALIZED (SELECT id, place FROM unnest($1::bigint[]) WITH ORDINALITY AS g (id, place)),"
        " scope AS (SELECT id FROM wanted), {signals}"
        " SELECT w.id, {at} AS at, CASE WHEN t.id IS NOT NULL THEN json_build_object('profile', {profile}, 'account',"
        " (SELECT json_build_object('id', a.id, 'handle', a.handle) FROM accounts AS a WHERE a.id = {account}),"
        " 'verdict', {verdict}, 'signals', json_build_object('version', '{version}', 'risk', s.risk, 'band', {band},"
        " 'signals', s.signals), 'actions', {actions}, 'posts', {posts}) END AS report"
        " FROM wanted AS w LEFT JOIN users AS t ON t.id = w.id LEFT JOIN signals AS s ON s.id = w.id ORDER BY w.place",
        fmt::arg("signals", signals), fmt::arg("at", json_time_sql("statement_timestamp()")),
        fmt::arg("profile", row_json_sql(views.users, model::Use::on_request)),
        fmt::arg("account", sql_of(views.users, "account_id", "integer")), fmt::arg("verdict", verdict(views)),
        fmt::arg("version", model::kSignalsVersion), fmt::arg("band", band_sql("s.risk")),
        fmt::arg("actions", newest(views.actions, views.has_actions)),
        fmt::arg("posts", newest(views.posts, views.has_posts)));
}

}  // namespace wdx::store
