#include "store/insight/signals.hpp"

#include "api/insight/account_report.hpp"
#include "api/insight/new_users.hpp"
#include "api/insight/reasons.hpp"
#include "api/insight/routes.hpp"
#include "api/lists/core_views.hpp"
#include "api/lists/list_services.hpp"
#include "api/lists/lists.hpp"
#include "api/lists/users.hpp"
#include "base/json_value.hpp"
#include "base/json_writer.hpp"

#include <boost/json/array.hpp>

namespace wdx::api {
namespace {

namespace asio = boost::asio;
namespace json = boost::json;
using model::Signal;

std::string_view fires(const Signal& signal) {
    switch (signal.fires) {
        case model::Fires::from:
            return "from";
        case model::Fires::up_to:
            return "up_to";
        default:
            return "when_true";
    }
}

json::object describe(const Signal& signal, double weight) {
    json::array inputs;
    for (const std::string_view input : signal.inputs)
        if (!input.empty()) inputs.emplace_back(input);
    return {{"id", signal.id},
            {"title", signal.title},
            {"why", signal.why},
            {"source", signal.source},
            {"inputs", std::move(inputs)},
            {"fires", fires(signal)},
            {"threshold", base::or_null(signal.threshold)},
            {"full", base::or_null(signal.full)},
            {"weight", weight}};
}

std::string describe(const model::SignalWeights& weights) {
    json::array bands;
    for (const model::Band& band : model::kBands)
        bands.push_back(json::object{{"name", band.name}, {"from", band.from}, {"from_rank", band.from_rank}});
    json::array signals;
    for (const Signal& signal : model::all_signals()) signals.push_back(describe(signal, weights.of(signal)));
    return base::json_text(json::object{{"version", model::kSignalsVersion},
                                        {"formula", model::kRiskFormula},
                                        {"bias", weights.bias},
                                        {"bands", std::move(bands)},
                                        {"signals", std::move(signals)}});
}

/// GET /api/signals/ -> 200 {"version","formula","bias","bands","signals"}: the rules, with the weights that are set.
asio::awaitable<http::Response> describe_signals(Context& context) {
    co_await context.require_access();
    co_return ok(describe(context.services().lists.signal_weights));
}

/// The row's JSON, compact, with `reasons` as its last member.  Parsing it would cost the numbers their digits.
std::string with_reasons(const db::Row& row) {
    std::string body;
    base::append_compact_json(body, row.text(0));
    body.pop_back();
    body += ",\"reasons\":" + base::json_text(reasons_json(store::read_explanation(row, 1))) + "}";
    return body;
}

/// GET /api/users/{id}/signals/ -> 200 {"version","as_of","risk","rank","probability","band","signals","reasons"}, or
/// 404.
asio::awaitable<http::Response> retrieve_signals(Context& context) {
    const std::int64_t id = context.path_id();
    const std::string signals = signals_sql(context, store::Ranks::few);
    const store::Statement statement = store::select_user_signals(signals, signals_as_of(context), id);
    const db::Query query = statement.query();
    // The second time she has been computed, if there is such a user.
    for (bool is_computed = false;; is_computed = true) {
        db::Batch batch;
        const std::size_t index = batch.add(query, statement.params);
        co_await context.read(batch, db::Work::read);
        if (!batch.rows(index).empty()) {
            co_return ok(with_reasons(batch.rows(index).front()));
        }
        if (is_computed) throw no_such_user();
        co_await score_new_users(context, std::vector<std::int64_t>(1, id));
    }
}

}  // namespace

std::span<const Route> signal_routes() {
    static constexpr std::array kRoutes{
        Route{.verb = Verb::get,
              .pattern = "/api/users/{id}/signals/",
              .handler = &retrieve_signals,
              .view = "User Signals",
              .id = "retrieveSignals",
              .tag = "signals",
              .summary = "Explain the score of one X user",
              .help = "Each rule with its value and what it contributes to the score; `missing` names an input that "
                      "is not known. The score is a suggestion: nothing acts on it.",
              .answer = "UserSignals",
              .resource = &model::kUsers},
        Route{.verb = Verb::get,
              .pattern = "/api/signals/",
              .handler = &describe_signals,
              .view = "Signal Descriptions",
              .id = "describeSignals",
              .tag = "signals",
              .summary = "Describe the signals that make a score",
              .help = "The rules, where they come from, and the weights that are set.",
              .answer = "SignalRules"},
    };
    return kRoutes;
}

}  // namespace wdx::api
