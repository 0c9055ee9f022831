#include "store/signals.hpp"

#include "api/lists.hpp"
#include "api/routes.hpp"
#include "base/json_writer.hpp"
#include "rest/error.hpp"
#include "store/row_json.hpp"

namespace wdx::api {
namespace {

namespace asio = boost::asio;
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

std::string describe(const Signal& signal, double weight) {
    std::string inputs;
    for (const std::string_view input : signal.inputs)
        if (!input.empty()) inputs += (inputs.empty() ? "" : ",") + base::json_string(input);
    return fmt::format(R"({{"id":{},"title":{},"why":{},"source":{},"inputs":[{}],"fires":{},"threshold":{},"full":{},)"
                       R"("weight":{}}})",
                       base::json_string(signal.id), base::json_string(signal.title), base::json_string(signal.why),
                       base::json_string(signal.source), inputs, base::json_string(fires(signal)),
                       base::json_number(signal.threshold), base::json_number(signal.full), weight);
}

asio::awaitable<http::Response> signals_once(Context& context, std::int64_t id) {
    const model::View users = co_await view_of(context, model::kUsers);
    const std::string sql = fmt::format(
        "WITH scope AS (SELECT $1::bigint AS id), {} SELECT '{}'::text AS version, s.risk, {} AS band, s.signals"
        " FROM signals AS s",
        signals_sql(context, users, store::Scope::few), model::kSignalsVersion, store::band_sql("s.risk"));
    db::Batch batch;
    const db::Query query{"user_signals", sql, false};
    const std::size_t index = batch.add(query, {id});
    co_await context.read(batch, db::Work::report);
    if (batch.rows(index).empty()) throw rest::not_found("No User matches the given query.");
    co_return ok(store::render_row(batch.rows(index)));
}

}  // namespace

/// GET /api/signals/ -> 200 {"version","formula","bias","bands","signals"}: the rules, with the weights that are set.
asio::awaitable<http::Response> describe_signals(Context& context) {
    co_await context.require_access();
    const model::SignalWeights& weights = context.services().signal_weights;
    std::string bands;
    for (const model::Band& band : model::kBands)
        bands += fmt::format(R"({}{{"name":{},"from":{}}})", bands.empty() ? "" : ",", base::json_string(band.name),
                             band.from);
    std::string signals;
    for (const Signal& signal : model::all_signals())
        signals += (signals.empty() ? "" : ",") + describe(signal, weights.of(signal));
    co_return ok(fmt::format(R"({{"version":{},"formula":{},"bias":{},"bands":[{}],"signals":[{}]}})",
                             base::json_string(model::kSignalsVersion), base::json_string(model::kRiskFormula),
                             weights.bias, bands, signals));
}

/// GET /api/users/{id}/signals/ -> 200 {"version","risk","band","signals"}, or 404.
asio::awaitable<http::Response> retrieve_signals(Context& context) {
    const std::int64_t id = context.path_id();
    const auto retrieve = [&] { return signals_once(context, id); };
    co_return co_await fit_to_schema(retrieve);
}

}  // namespace wdx::api
