#include "store/insight/reports.hpp"

#include "api/insight/account_report.hpp"
#include "api/insight/insight_services.hpp"
#include "api/insight/new_users.hpp"
#include "api/insight/routes.hpp"
#include "api/lists/core_views.hpp"
#include "api/lists/users.hpp"
#include "api/request/work_pool.hpp"
#include "base/digest.hpp"
#include "base/json_value.hpp"
#include "insight/report_html.hpp"
#include "rest/fields.hpp"
#include "store/core/users.hpp"

#include <algorithm>

namespace wdx::api {
namespace {

namespace asio = boost::asio;
namespace json = boost::json;

constexpr std::array kReportFields{
    rest::BodyField{.name = "user_ids", .type = rest::BodyType::integers, .is_required = true, .most = 100}};
constexpr rest::Body kReportRequest{"ReportRequest", kReportFields};

constexpr std::string_view kVersion = "1";
// What a browser may do with the page: show it.
constexpr std::string_view kPolicy = "default-src 'none'; style-src 'unsafe-inline'; sandbox";

/// Reports of less than this do not count among those that wait for slow clients.
constexpr std::size_t kSmallReport = 1024 * 1024;
/// How many reports of the greatest size may wait for slow clients.
constexpr std::size_t kMostOnTheirWay = 2;
constexpr std::size_t kPiece = 256 * 1024;
constexpr std::chrono::seconds kRetryAfter{5};

/// The part of a report in the memory of all that are on their way.
class ReportShare {
  public:
    /// @throws ApiError 503 when that is used up
    ReportShare(const InsightServices& services, std::size_t bytes)
        : all_(services.reports_on_their_way), bytes_(bytes < kSmallReport ? 0 : bytes) {
        if (bytes_ > 0 && *all_ + bytes_ > kMostOnTheirWay * services.report_limit)
            throw rest::unavailable(kRetryAfter);
        *all_ += bytes_;
    }
    ReportShare(const ReportShare&) = delete;
    ReportShare& operator=(const ReportShare&) = delete;
    ~ReportShare() { *all_ -= bytes_; }

  private:
    std::shared_ptr<std::size_t> all_;
    std::size_t bytes_;
};

/// A report as a page.
class PageSource : public http::BodySource {
  public:
    PageSource(const InsightServices& services, WorkPool& pool, insight::ReportText report)
        : share_(services, report.json.size()), pool_(pool), page_(std::move(report)) {}

    asio::awaitable<void> next(std::string& out) override {
        const auto make = [this] {
            std::string piece;
            page_.next(piece);
            return piece;
        };
        out += co_await pool_.go_on(make);
    }
    void cancel() override {}  // the next piece comes soon

  private:
    ReportShare share_;
    WorkPool& pool_;
    insight::ReportPage page_;
};

/// A report as JSON, beside its hash.
class JsonSource : public http::BodySource {
  public:
    JsonSource(const InsightServices& services, insight::ReportText report)
        : share_(services, report.json.size()), report_(std::move(report)) {}

    asio::awaitable<void> next(std::string& out) override {
        if (shown_ == report_.json.size()) co_return;
        if (shown_ == 0) out += fmt::format(R"({{"sha256":"{}","report":)", report_.sha256);
        const std::string_view piece = std::string_view(report_.json).substr(shown_, kPiece);
        out += piece;
        shown_ += piece.size();
        if (shown_ == report_.json.size()) out += '}';
    }
    void cancel() override {}

  private:
    ReportShare share_;
    insight::ReportText report_;
    std::size_t shown_ = 0;  ///< bytes
};

/// The users' JSON is passed on as it is: the hash is over these bytes.
/// @param rows  are gone afterwards
insight::ReportText make_report(db::Rows& rows) {
    insight::ReportText report{.json = {},
                               .generated_at = std::string(store::read_report_time(rows)),
                               .generator = fmt::format("watchdxg-back {}", WDX_VERSION)};
    report.json = base::json_text(
        json::object{{"version", kVersion}, {"generated_at", report.generated_at}, {"generator", report.generator}});
    report.json.back() = ',';
    report.json += R"("users":[)";
    for (const store::Stretch& user : store::append_reports(rows, report.json))
        report.users.emplace_back(user.begin, user.size);
    report.json += "]}";
    rows = db::Rows();
    report.sha256 = base::sha256_hex(report.json);
    return report;
}

/// @param users  each only once
asio::awaitable<db::Rows> read_report(Context& context, const std::vector<std::int64_t>& users) {
    const store::CoreViews views = co_await core_views(context);
    co_await score_new_users(context, users);
    const std::string signals = signals_sql(context, store::Ranks::few);
    const store::Statement statement =
        store::select_reports(views, signals, signals_as_of(context), users, context.services().insight.report_limit);
    co_return co_await run_report(context, statement);
}

/// 413 with what to leave out, unless that is everybody.
rest::ApiError too_large(const store::Excess& excess, int users, std::size_t limit) {
    std::string detail =
        fmt::format("The report would have {} bytes of JSON; WDX_REPORT_LIMIT allows {}.", excess.bytes, limit);
    const std::size_t left_out = excess.largest.size();
    if (static_cast<int>(left_out) < users)
        detail += fmt::format(" Without user{} {} it fits.", left_out == 1 ? "" : "s", fmt::join(excess.largest, ", "));
    return {413, rest::detail_body(detail)};
}

/// @param rows  of users that all exist
/// @param name  of the file that a browser would save
/// @throws ApiError 413 for a report that would be too large; 503
asio::awaitable<http::Response> answer(Context& context, db::Rows rows, std::string name) {
    Services& services = context.services();
    if (const auto excess = store::read_excess(rows, services.insight.report_limit))
        throw too_large(*excess, rows.size(), services.insight.report_limit);
    const auto make = [&rows] { return make_report(rows); };
    insight::ReportText report = co_await services.computations.run(make);
    http::Response response;
    if (context.format != rest::Format::html) {
        response.stream = std::make_unique<JsonSource>(services.insight, std::move(report));
        co_return response;
    }
    const std::string day = report.generated_at.substr(0, report.generated_at.find('T'));
    response.stream = std::make_unique<PageSource>(services.insight, services.computations, std::move(report));
    response.set("Content-Type", "text/html; charset=utf-8");
    response.set("Content-Security-Policy", std::string(kPolicy));
    response.set("Content-Disposition", fmt::format(R"(inline; filename="{}-{}.html")", name, day));
    co_return response;
}

/// GET /api/users/{id}/report/?format= -> 200 a page, or {"sha256","report"}; 404.
asio::awaitable<http::Response> retrieve_report(Context& context) {
    const std::vector<std::int64_t> users{context.path_id()};
    db::Rows rows = co_await read_report(context, users);
    if (!store::read_missing_users(rows).empty()) throw no_such_user();
    std::string name = fmt::format("report-user-{}", users.front());
    co_return co_await answer(context, std::move(rows), std::move(name));
}

/// The ids that a request names, each only once.
/// @throws ApiError 400
std::vector<std::int64_t> wanted_users(const http::Request& request) {
    rest::FieldReader fields(request, kReportRequest);
    const auto given = fields.integers("user_ids");
    fields.throw_if_wrong();
    std::vector<std::int64_t> users;
    for (const std::int64_t id : *given)
        if (std::find(users.begin(), users.end(), id) == users.end()) users.push_back(id);
    return users;
}

/// @throws ApiError 400 naming the first of the missing users
void require_none(const std::vector<std::int64_t>& missing) {
    if (missing.empty()) return;
    const auto named = static_cast<std::ptrdiff_t>(std::min<std::size_t>(missing.size(), store::kMostUnknownIds));
    throw unknown_user_ids(fmt::format("{}", fmt::join(missing.begin(), missing.begin() + named, ", ")),
                           static_cast<std::int64_t>(missing.size()));
}

/// POST /api/reports/?format= {"user_ids"} -> 200 a page, or {"sha256","report"}; 400.  Writes nothing.
asio::awaitable<http::Response> create_report(Context& context) {
    const std::vector<std::int64_t> users = wanted_users(context.request());
    db::Rows rows = co_await read_report(context, users);
    require_none(store::read_missing_users(rows));
    std::string name = "report";
    co_return co_await answer(context, std::move(rows), std::move(name));
}

}  // namespace

std::span<const Route> report_routes() {
    static constexpr std::array kRoutes{
        Route{.verb = Verb::get,
              .pattern = "/api/users/{id}/report/",
              .handler = &retrieve_report,
              .work = WorkClass::reports,
              .formats = rest::Formats::report,
              .view = "User Report",
              .id = "retrieveReport",
              .tag = "reports",
              .summary = "Report on one X user, to keep or to send",
              .help = "Profile, verdict, signals, actions and posts at one moment, the newest 100 of each list, with a "
                      "SHA-256: one HTML file that needs nothing else, or the JSON in it.",
              .answer = "Report",
              .resource = &model::kUsers,
              .refusals = {413},
              .parameters = {"ReportFormat"},
              .headers = {"Content-Disposition"}},
        Route{.verb = Verb::post,
              .pattern = "/api/reports/",
              .handler = &create_report,
              .work = WorkClass::reports,
              .formats = rest::Formats::report,
              .body = &kReportRequest,
              .view = "Report",
              .id = "createReport",
              .tag = "reports",
              .summary = "Report on many X users",
              .help = "The same report on up to 100 users, in the order of `user_ids`. Nothing is written or kept.",
              .answer = "Report",
              .resource = &model::kUsers,
              .parameters = {"ReportFormat"},
              .headers = {"Content-Disposition"}},
    };
    return kRoutes;
}

}  // namespace wdx::api
