#include "insight/calibration.hpp"

#include "api/accounts.hpp"
#include "api/hash_pool.hpp"
#include "api/lists.hpp"
#include "api/routes.hpp"
#include "base/json_writer.hpp"
#include "store/insight_sql.hpp"

namespace wdx::api {
namespace {

namespace asio = boost::asio;
using insight::Calibration;
using insight::Labelled;
using insight::Quality;

constexpr std::string_view kNoVerdicts = "This generation of the core's schema has no verdicts.";

/// `"precision":...,"auc_high":...`
std::string members_of(const std::optional<Quality>& quality) {
    const Quality known = quality.value_or(Quality{});
    const auto count = [&](std::size_t number) { return quality ? fmt::format("{}", number) : "null"; };
    return fmt::format(R"("precision":{},"recall":{},"n":{},"fired":{},"auc":{},"auc_low":{},"auc_high":{})",
                       base::json_number(known.precision), base::json_number(known.recall), count(known.n),
                       count(known.fired), base::json_number(known.auc.area), base::json_number(known.auc.low),
                       base::json_number(known.auc.high));
}

std::string disagreement(const Labelled& user) {
    return fmt::format(R"({{"user":{{"id":{},"handle":{}}},"risk":{},"harmful":{}}})", user.id,
                       user.handle ? base::json_string(*user.handle) : "null", *user.risk, user.harmful);
}

/// Rounded for WDX_SIGNAL_WEIGHTS: more digits would say nothing.
std::string suggestion(const insight::Fit& fit) {
    std::string weights;
    std::string setting = fmt::format("bias={:.3f}", fit.bias);
    for (std::size_t i = 0; i < fit.weights.size(); ++i) {
        const std::string_view id = model::all_signals()[i].id;
        weights += fmt::format("{}{}:{}", i == 0 ? "" : ",", base::json_string(id), fit.weights[i]);
        setting += fmt::format(",{}={:.3f}", id, fit.weights[i]);
    }
    return fmt::format(R"({{"bias":{},"weights":{{{}}},"setting":{},"log_loss":{},"current_log_loss":{},)"
                       R"("auc":{},"auc_low":{},"auc_high":{}}})",
                       fit.bias, weights, base::json_string(setting), fit.log_loss, fit.current_log_loss,
                       base::json_number(fit.auc.area), base::json_number(fit.auc.low),
                       base::json_number(fit.auc.high));
}

/// @param calibration  nullopt: there is no table of verdicts
std::string render(const std::optional<Calibration>& calibration, std::span<const Labelled> users,
                   std::int64_t labels) {
    std::string signals;
    for (std::size_t i = 0; i < model::all_signals().size(); ++i) {
        const auto quality = calibration ? std::optional(calibration->signals[i]) : std::nullopt;
        signals += fmt::format(R"({}{{"id":{},{}}})", i == 0 ? "" : ",", base::json_string(model::all_signals()[i].id),
                               members_of(quality));
    }
    std::string counts = R"({"total":null,"n":null,"harmful":null})";
    std::string disagreements = "null";
    if (calibration) {
        counts = fmt::format(R"({{"total":{},"n":{},"harmful":{}}})", labels, users.size(), calibration->harmful);
        disagreements = "[";
        for (const std::size_t place : calibration->disagreements)
            disagreements += (disagreements.size() == 1 ? "" : ",") + disagreement(users[place]);
        disagreements += ']';
    }
    const bool has_suggestion = calibration && calibration->suggestion;
    const std::string_view reason = calibration ? std::string_view(calibration->reason) : kNoVerdicts;
    return fmt::format(R"({{"version":{},"labels":{},"score":{{{}}},"signals":[{}],"disagreements":{},)"
                       R"("suggested_weights":{},"reason":{}}})",
                       base::json_string(model::kSignalsVersion), counts,
                       members_of(calibration ? std::optional(calibration->score) : std::nullopt), signals,
                       disagreements, has_suggestion ? suggestion(*calibration->suggestion) : "null",
                       has_suggestion ? "null" : base::json_string(reason));
}

/// @param rows  as labels_sql gives them
std::string calibrate(const db::Rows& rows, const model::SignalWeights& weights) {
    std::vector<Labelled> users;
    users.reserve(static_cast<std::size_t>(rows.size()));
    std::int64_t labels = 0;
    for (int i = 0; i < rows.size(); ++i) {
        const db::Row row = rows[i];
        int column = 0;
        Labelled user;
        user.id = row.integer(column++);
        const auto handle = row.optional_text(column++);
        if (handle) user.handle = std::string(*handle);
        user.harmful = row.boolean(column++);
        labels = row.integer(column++);
        user.risk = row.optional_real(column++);
        for (std::size_t signal = 0; signal < model::all_signals().size(); ++signal)
            user.strengths.push_back(row.optional_real(column++));
        users.push_back(std::move(user));
    }
    return render(insight::calibrate(users, weights), users, labels);
}

asio::awaitable<std::string> calibrate_labels(Context& context, const Account& account, const store::CoreViews& views) {
    const std::string sql = store::labels_sql(views, signals_sql(context, views.users, store::Scope::many));
    db::Batch batch;
    const db::Query query{"calibration_labels", sql, false};
    const std::size_t index = batch.add(query, {account.id});
    co_await context.read(batch, db::Work::report);
    const auto compute = [&rows = batch.rows(index), &weights = context.services().signal_weights] {
        return calibrate(rows, weights);
    };
    co_return co_await context.services().hashes.run(compute);
}

asio::awaitable<http::Response> calibration_once(Context& context) {
    const Account account = co_await find_account(context);
    const store::CoreViews views = co_await core_views(context);
    if (views.has_classifications) co_return ok(co_await calibrate_labels(context, account, views));
    co_return ok(render(std::nullopt, {}, 0));
}

}  // namespace

/// GET /api/accounts/{handle}/calibration/ -> 200 {"version","labels","score","signals","disagreements",
/// "suggested_weights","reason"}.
asio::awaitable<http::Response> retrieve_calibration(Context& context) {
    const auto retrieve = [&] { return calibration_once(context); };
    co_return co_await fit_to_schema(retrieve);
}

}  // namespace wdx::api
