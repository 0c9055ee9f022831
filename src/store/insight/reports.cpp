#include "store/insight/reports.hpp"

#include "base/json_writer.hpp"
#include "store/core/column_sql.hpp"
#include "store/insight/signals.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace wdx::store {
namespace {

using model::View;

/// SQL: the rows of the user `w.id`, the newest first; `null` where there is no such table.
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

Statement select_reports(const CoreViews& views, std::string_view signals, std::string_view as_of,
                         std::span<const std::int64_t> users, std::size_t most_bytes) {
    std::string sql = fmt::format(
        "WITH wanted AS MATERIALIZED (SELECT id, place FROM unnest($1::bigint[]) WITH ORDINALITY AS g (id, place)),"
        " {signals}"
        // Made once, and measured before anything is sent.
        ", made AS MATERIALIZED (SELECT w.id, w.place, CASE WHEN t.id IS NOT NULL THEN json_build_object('profile', "
        "{profile}, 'account',"
        " (SELECT json_build_object('id', a.id, 'handle', a.handle) FROM accounts AS a WHERE a.id = {account}),"
        " 'verdict', {verdict}, 'signals', json_build_object({members}), 'actions', {actions}, 'posts', {posts}) END "
        "AS report"
        " FROM wanted AS w LEFT JOIN users AS t ON t.id = w.id LEFT JOIN signals AS s ON s.id = w.id),"
        " sizes AS (SELECT place, coalesce(octet_length(report::text), 0)::bigint AS bytes FROM made)"
        " SELECT m.id, {at} AS at, m.report IS NOT NULL AS there, s.bytes, CASE WHEN (SELECT sum(bytes) FROM sizes) <= "
        "$2"
        " THEN m.report END AS report FROM made AS m JOIN sizes AS s ON s.place = m.place ORDER BY m.place",
        fmt::arg("signals", signals), fmt::arg("at", json_time_sql("statement_timestamp()")),
        fmt::arg("profile", row_json_sql(views.users, model::Use::on_request)),
        fmt::arg("account", sql_of(views.users, "account_id", "integer")), fmt::arg("verdict", verdict(views)),
        fmt::arg("members", signal_members_sql(as_of)), fmt::arg("actions", newest(views.actions, views.has_actions)),
        fmt::arg("posts", newest(views.posts, views.has_posts)));
    return {"report", std::move(sql), {fmt::format("{{{}}}", fmt::join(users, ",")), std::to_string(most_bytes)}};
}

// These read the columns in the order of the SELECT list above.

std::vector<std::int64_t> read_missing_users(const db::Rows& rows) {
    std::vector<std::int64_t> missing;
    for (int i = 0; i < rows.size(); ++i)
        if (!rows[i].boolean(2)) missing.push_back(rows[i].integer(0));
    std::sort(missing.begin(), missing.end());
    return missing;
}

std::optional<Excess> read_excess(const db::Rows& rows, std::size_t most_bytes) {
    struct Size {
        std::int64_t user;
        std::int64_t bytes;
    };
    std::vector<Size> sizes;
    Excess excess{.bytes = 0, .largest = {}};
    for (int i = 0; i < rows.size(); ++i) {
        sizes.push_back({rows[i].integer(0), rows[i].integer(3)});
        excess.bytes += sizes.back().bytes;
    }
    const auto most = static_cast<std::int64_t>(most_bytes);
    if (excess.bytes <= most) return std::nullopt;
    std::stable_sort(sizes.begin(), sizes.end(), [](const Size& a, const Size& b) { return a.bytes > b.bytes; });
    std::int64_t rest = excess.bytes;
    for (const Size& size : sizes) {
        if (rest <= most) break;
        rest -= size.bytes;
        excess.largest.push_back(size.user);
    }
    return excess;
}

std::string_view read_report_time(const db::Rows& rows) {
    return rows.front().text(1);
}

std::vector<Stretch> append_reports(const db::Rows& rows, std::string& json) {
    std::vector<Stretch> users;
    for (int i = 0; i < rows.size(); ++i) {
        if (i > 0) json += ',';
        const std::size_t begin = json.size();
        base::append_compact_json(json, rows[i].text(4));
        users.push_back({begin, json.size() - begin});
    }
    return users;
}

}  // namespace wdx::store
