#include "store/insight/history.hpp"

#include "api/insight/routes.hpp"
#include "api/lists/accounts.hpp"
#include "base/unicode.hpp"
#include "rest/body.hpp"
#include "rest/error.hpp"
#include "rest/filter_values.hpp"
#include "store/core/row_json.hpp"

namespace wdx::api {
namespace {

namespace asio = boost::asio;

/// A parameter that is a date; an empty one is as if absent.
/// @throws ApiError 400 naming it
std::optional<std::string> date_of(const rest::QueryParams& query, std::string_view name) {
    const std::string* text = query.last(name);
    if (text == nullptr || base::strip(*text).empty()) return std::nullopt;
    std::optional<std::string> date = rest::parse_date(*text);
    if (!date) throw rest::field_error(name, rest::kEnterADate);
    return date;
}

/// GET /api/accounts/{handle}/history/?from=&to= -> 200, an array: one object for each day that has a snapshot.
asio::awaitable<http::Response> list_history(Context& context) {
    const auto from = date_of(context.query(), "from");
    const auto to = date_of(context.query(), "to");
    const Account account = co_await find_account(context);
    db::Batch batch;
    const std::size_t index = batch.add(store::kListSnapshots, {account.id, from, to});
    co_await context.report(batch);
    co_return ok(store::render_rows(batch.rows(index)));
}

/// GET /api/accounts/{handle}/changes/?since=&until= -> 200
/// {"since","as_of","observed_since","totals","new","gone","renamed","jumped"}.
asio::awaitable<http::Response> list_changes(Context& context) {
    const auto since = date_of(context.query(), "since");
    if (!since) throw rest::field_error("since", rest::kRequired);
    const auto until = date_of(context.query(), "until");
    const Account account = co_await find_account(context);
    db::Batch batch;
    const std::size_t index = batch.add(store::kListChanges, {account.id, *since, until});
    co_await context.report(batch);
    co_return ok(store::render_row(batch.rows(index)));
}

}  // namespace

std::span<const Route> history_routes() {
    static constexpr std::array kRoutes{
        Route{.verb = Verb::get,
              .pattern = "/api/accounts/{handle}/history/",
              .handler = &list_history,
              .work = WorkClass::reports,
              .view = "Account History",
              .id = "listHistory",
              .tag = "statistics",
              .summary = "An account's audience, day by day",
              .help =
                  "The counts of the statistics, one object for each day (UTC) on which the server ran, as they were "
                  "when it last looked on that day.",
              .answer = "History",
              .resource = &model::kAccounts,
              .parameters = {"From", "To"}},
        Route{.verb = Verb::get,
              .pattern = "/api/accounts/{handle}/changes/",
              .handler = &list_changes,
              .work = WorkClass::reports,
              .view = "Account Changes",
              .id = "listChanges",
              .tag = "statistics",
              .summary = "What has changed in an account's audience",
              .help = "Users that are new, gone or renamed since a day (UTC), or between two days, and those whose "
                      "counts jumped: at most 1,000 of each, the newest first. Nothing is known about the time before "
                      "`observed_since`.",
              .answer = "Changes",
              .resource = &model::kAccounts,
              .parameters = {"Since", "Until"}},
    };
    return kRoutes;
}

}  // namespace wdx::api
