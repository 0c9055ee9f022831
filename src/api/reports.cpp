#include "api/lists.hpp"
#include "api/routes.hpp"
#include "api/writes.hpp"
#include "base/digest.hpp"
#include "base/json_writer.hpp"
#include "insight/report_html.hpp"
#include "rest/fields.hpp"
#include "store/report_sql.hpp"

#include <algorithm>

namespace wdx::api {
namespace {

namespace asio = boost::asio;

constexpr std::size_t kMostUsers = 100;
constexpr std::string_view kVersion = "1";
// What a browser may do with the page: show it.
constexpr std::string_view kPolicy = "default-src 'none'; style-src 'unsafe-inline'; sandbox";

/// What is sent, and what a copy of it is called.
struct Report {
    std::string body;
    std::string day;  ///< `2026-11-28`
};

/// @param rows  as report_sql gives them, all of users that exist
Report render(const db::Rows& rows, rest::Format format) {
    const std::string_view at = rows.front().text(1);
    std::string report = fmt::format(R"({{"version":"{}","generated_at":"{}","generator":"watchdxg-back {}","users":[)",
                                     kVersion, at, WDX_VERSION);
    for (int i = 0; i < rows.size(); ++i) {
        if (i > 0) report += ',';
        base::append_compact_json(report, rows[i].text(2));
    }
    report += "]}";
    const std::string sha256 = base::sha256_hex(report);
    std::string body = format == rest::Format::html ? insight::render_report_html(report, sha256)
                                                    : fmt::format(R"({{"sha256":"{}","report":{}}})", sha256, report);
    return {std::move(body), std::string(at.substr(0, at.find('T')))};
}

/// The ids of the wanted users that do not exist, in ascending order.
std::vector<std::int64_t> missing_users(const db::Rows& rows) {
    std::vector<std::int64_t> missing;
    for (int i = 0; i < rows.size(); ++i)
        if (!rows[i].optional_text(2)) missing.push_back(rows[i].integer(0));
    std::sort(missing.begin(), missing.end());
    return missing;
}

/// One statement, one snapshot.
/// @param users  none of them twice
asio::awaitable<db::Rows> read_report(Context& context, const std::vector<std::int64_t>& users) {
    const store::CoreViews views = co_await core_views(context);
    const std::string sql = store::report_sql(views, signals_sql(context, views.users, store::Scope::few));
    db::Batch batch;
    const db::Query query{"report", sql, false};
    const std::size_t index = batch.add(query, {fmt::format("{{{}}}", fmt::join(users, ","))});
    co_await context.read(batch, db::Work::report);
    co_return batch.take_rows(index);
}

/// @param name  of the file that a browser would save
asio::awaitable<http::Response> answer(Context& context, const db::Rows& rows, const std::string& name) {
    const auto make = [&rows, format = context.format] { return render(rows, format); };
    Report report = co_await context.services().hashes.run(make);
    http::Response response = ok(std::move(report.body));
    if (context.format == rest::Format::html) {
        response.set("Content-Type", "text/html; charset=utf-8");
        response.set("Content-Security-Policy", std::string(kPolicy));
        response.set("Content-Disposition", fmt::format(R"(inline; filename="{}-{}.html")", name, report.day));
    }
    co_return response;
}

asio::awaitable<http::Response> report_on_user(Context& context, std::int64_t id) {
    const std::vector<std::int64_t> users{id};
    const db::Rows rows = co_await read_report(context, users);
    if (!missing_users(rows).empty()) throw no_such_user();
    co_return co_await answer(context, rows, fmt::format("report-user-{}", id));
}

asio::awaitable<http::Response> report_on_users(Context& context, const std::vector<std::int64_t>& users) {
    const db::Rows rows = co_await read_report(context, users);
    const std::vector<std::int64_t> missing = missing_users(rows);
    if (!missing.empty()) {
        const auto named = std::min<std::size_t>(missing.size(), store::kMostUnknownIds);
        throw unknown_user_ids(
            fmt::format("{}", fmt::join(missing.begin(), missing.begin() + std::ptrdiff_t(named), ", ")),
            static_cast<std::int64_t>(missing.size()));
    }
    co_return co_await answer(context, rows, "report");
}

}  // namespace

/// GET /api/users/{id}/report/?format= -> 200 a page, or {"sha256","report"}; 404.
asio::awaitable<http::Response> retrieve_report(Context& context) {
    const std::int64_t id = context.path_id();
    const auto retrieve = [&] { return report_on_user(context, id); };
    co_return co_await fit_to_schema(retrieve);
}

/// POST /api/reports/?format= {"user_ids"} -> 200 a page, or {"sha256","report"}; 400.  Writes nothing.
asio::awaitable<http::Response> create_report(Context& context) {
    rest::FieldReader fields(context.request());
    const auto given = fields.integers("user_ids", rest::Presence::required, kMostUsers);
    fields.throw_if_wrong();
    std::vector<std::int64_t> users;
    for (const std::int64_t id : *given)
        if (std::find(users.begin(), users.end(), id) == users.end()) users.push_back(id);
    const auto create = [&] { return report_on_users(context, users); };
    co_return co_await fit_to_schema(create);
}

}  // namespace wdx::api
