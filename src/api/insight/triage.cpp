#include "store/insight/triage.hpp"

#include "api/insight/account_report.hpp"
#include "api/insight/insight_services.hpp"
#include "api/insight/no_verdicts.hpp"
#include "api/insight/reasons.hpp"
#include "api/insight/routes.hpp"
#include "api/lists/core_views.hpp"
#include "base/json_value.hpp"
#include "base/unicode.hpp"
#include "insight/estimate_json.hpp"
#include "insight/sampling.hpp"
#include "insight/triage_summary.hpp"
#include "rest/list_query.hpp"
#include "rest/paging.hpp"
#include "store/insight/crowd.hpp"

#include <unordered_set>

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>

namespace wdx::api {
namespace {

namespace asio = boost::asio;
namespace json = boost::json;

constexpr std::int64_t kMostUsers = 200;
constexpr std::int64_t kDefaultUsers = 20;

/// Those who are snoozed wait until they no longer are, unless the client says otherwise.
bool wants_snoozed(const rest::QueryParams& query) {
    constexpr std::string_view kName = "exclude_snoozed";
    const std::string* text = query.last(kName);
    if (text == nullptr || base::strip(*text).empty()) return false;
    return !rest::read_flag(query, kName);
}

/// The next users, in the order in which they are shown.
asio::awaitable<std::vector<model::Turn>> find_turns(Context& context, const AccountReport& report, std::int64_t most,
                                                     bool with_snoozed) {
    const store::Statement statement = store::select_waiting(report.views, report.account.id, most, with_snoozed);
    const store::Waiting waiting = store::read_waiting(co_await run_report(context, statement));
    co_return insight::take_turns(waiting.by_gain, waiting.drawn, context.services().insight.triage_sample,
                                  static_cast<std::size_t>(most));
}

/// The user's JSON has no fractions, so parsing it loses nothing.
json::object describe(const store::TriageRow& row, bool sampled) {
    json::value user = json::parse(row.user_json);
    user.as_object()["same_person"] = json::parse(row.same_person_json);
    return {{"user", std::move(user)},         {"risk", base::or_null(row.risk)},
            {"rank", base::or_null(row.rank)}, {"reasons", reasons_json(row.explanation)},
            {"gain", base::or_null(row.gain)}, {"sampled", sampled}};
}

std::string render(const std::vector<store::TriageRow>& rows, const std::vector<model::Turn>& turns) {
    std::unordered_set<std::int64_t> sampled;
    for (const model::Turn& turn : turns)
        if (turn.sampled) sampled.insert(turn.user_id);
    json::array list;
    for (const store::TriageRow& row : rows) list.push_back(describe(row, sampled.contains(row.user_id)));
    return base::json_text(list);
}

/// GET /api/accounts/{handle}/triage/?limit=&exclude_snoozed= -> 200
/// [{"user","risk","rank","reasons","gain","sampled"}].
asio::awaitable<http::Response> list_triage(Context& context) {
    rest::FieldErrors errors;
    const auto limit = rest::read_whole_number(context.query(), "limit", 1, kMostUsers, errors);
    errors.throw_if_any();
    const bool with_snoozed = wants_snoozed(context.query());
    const AccountReport report = co_await find_account_report(context);
    const auto turns = co_await find_turns(context, report, limit.value_or(kDefaultUsers), with_snoozed);
    const std::string signals = signals_sql(context, store::Ranks::few);
    const store::Statement statement = store::select_triage(report.views, signals, turns);
    const db::Rows rows = co_await run_report(context, statement);
    co_return ok(render(store::read_triage(rows), turns));
}

json::object describe(const insight::TriageSummary& summary) {
    json::array next;
    for (std::size_t i = 0; i < insight::kNextVerdicts.size(); ++i)
        next.push_back({{"verdicts", insight::kNextVerdicts[i]}, {"expected_harmful", base::or_null(summary.next[i])}});
    return {{"unjudged", summary.unjudged},
            {"expected_harmful_left", insight::estimate_json(summary.harmful_left)},
            {"next", std::move(next)},
            {"text", summary.text}};
}

/// Without verdicts there is nothing to estimate with.
json::object without_verdicts() {
    json::array next;
    for (const std::size_t verdicts : insight::kNextVerdicts)
        next.push_back({{"verdicts", verdicts}, {"expected_harmful", nullptr}});
    return {{"unjudged", nullptr},
            {"expected_harmful_left", nullptr},
            {"next", std::move(next)},
            {"text", kNoVerdictsKept}};
}

/// GET /api/accounts/{handle}/triage/summary/ -> 200 {"unjudged","expected_harmful_left","next","text"}.
asio::awaitable<http::Response> retrieve_triage_summary(Context& context) {
    const AccountReport report = co_await find_account_report(context);
    if (!report.views.has_classifications) co_return ok(base::json_text(without_verdicts()));
    const auto turns =
        co_await find_turns(context, report, static_cast<std::int64_t>(insight::kNextVerdicts.back()), false);
    const store::Statement statement = store::select_crowd(report.views, report.account.id, store::Crowd::everybody);
    const std::vector<model::Cell> crowd = store::read_crowd(co_await run_report(context, statement));
    co_return ok(base::json_text(describe(insight::summarize_triage(crowd, turns))));
}

}  // namespace

std::span<const Route> triage_routes() {
    static constexpr std::array kRoutes{
        Route{.verb = Verb::get,
              .pattern = "/api/accounts/{handle}/triage/",
              .handler = &list_triage,
              .work = WorkClass::reports,
              .view = "Account Triage",
              .id = "listTriage",
              .tag = "signals",
              .summary = "Users most worth judging next",
              .help = "The users without a verdict whose verdict would help most, best first, with the reasons in "
                      "words. Every third place goes to a user drawn at random: send `\"sampled\": true` with the "
                      "verdict on one, so that calibration and estimates stay honest.",
              .answer = "Triage",
              .resource = &model::kAccounts,
              .parameters = {"TriageLimit", "ExcludeSnoozed"}},
        Route{.verb = Verb::get,
              .pattern = "/api/accounts/{handle}/triage/summary/",
              .handler = &retrieve_triage_summary,
              .work = WorkClass::reports,
              .view = "Account Triage Summary",
              .id = "retrieveTriageSummary",
              .tag = "signals",
              .summary = "Whether more verdicts are worth it",
              .help = "How many harmful users are probably left, what the next verdicts are expected to find, and the "
                      "same in a sentence. Null with fewer than 30 verdicts on users drawn at random.",
              .answer = "TriageSummary",
              .resource = &model::kAccounts},
    };
    return kRoutes;
}

}  // namespace wdx::api
