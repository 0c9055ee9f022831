#include "insight/calibration.hpp"

#include "api/insight/account_report.hpp"
#include "api/insight/no_verdicts.hpp"
#include "api/insight/routes.hpp"
#include "api/lists/core_views.hpp"
#include "api/lists/list_services.hpp"
#include "api/request/work_pool.hpp"
#include "base/json_value.hpp"
#include "model/crowd.hpp"
#include "rest/fields.hpp"
#include "store/insight/calibration.hpp"

#include <boost/json/array.hpp>

namespace wdx::api {
namespace {

namespace asio = boost::asio;
namespace json = boost::json;
using insight::Calibration;
using insight::Figures;
using insight::Quality;
using model::SignalWeights;
using rest::BodyField;
using rest::BodyType;

constexpr std::array kWeightsFields{
    BodyField{.name = "bias",
              .type = BodyType::number,
              .help = "The value in effect unless you send it.",
              .farthest = model::kMostWeight},
    BodyField{.name = "weights",
              .type = BodyType::numbers,
              .help = "Weights by the ids of their signals; those that you do not send stay as they are in effect.",
              .farthest = model::kMostWeight},
};
constexpr rest::Body kWeights{.name = "CalibrationWeights", .fields = kWeightsFields};

json::object weights_by_id(const insight::LinearModel& model) {
    json::object weights;
    for (std::size_t i = 0; i < model.weights.size(); ++i) weights[model::all_signals()[i].id] = model.weights[i];
    return weights;
}

void add_auc(json::object& object, const insight::Auc& auc, std::string_view prefix = {}) {
    const auto name = [&](std::string_view end) { return fmt::format("{}{}", prefix, end); };
    object[name("auc")] = base::or_null(auc.area);
    object[name("auc_low")] = base::or_null(auc.low);
    object[name("auc_high")] = base::or_null(auc.high);
}

void add_quality(json::object& object, const Quality& quality) {
    object["precision"] = base::or_null(quality.precision);
    object["recall"] = base::or_null(quality.recall);
    object["n"] = quality.n;
    object["fired"] = quality.fired;
    add_auc(object, quality.auc);
}

json::object score_of(const Figures& figures) {
    json::object score;
    add_quality(score, figures.score);
    return score;
}

json::array signals_of(const Figures& figures) {
    json::array signals;
    for (std::size_t i = 0; i < figures.signals.size(); ++i) {
        json::object signal{{"id", model::all_signals()[i].id}};
        add_quality(signal, figures.signals[i]);
        signals.push_back(std::move(signal));
    }
    return signals;
}

/// An edge of a tenth.
double edge(std::size_t tenth) {
    constexpr double kTenths = 10;
    return static_cast<double>(tenth) / kTenths;
}

json::array bins_of(const Figures& figures) {
    json::array bins;
    for (std::size_t i = 0; i < figures.bins.size(); ++i)
        bins.push_back(json::object{
            {"from", edge(i)}, {"to", edge(i + 1)}, {"n", figures.bins[i].n}, {"harmful", figures.bins[i].harmful}});
    return bins;
}

/// @return null where a class has no member
json::value roc_of(const Figures& figures) {
    if (figures.roc.empty()) return nullptr;
    json::array roc;
    for (const insight::RocPoint& point : figures.roc)
        roc.push_back(json::object{{"threshold", base::or_null(point.threshold)},
                                   {"false_positive_rate", point.false_positive_rate},
                                   {"true_positive_rate", point.true_positive_rate}});
    return roc;
}

json::array disagreements_of(const store::Labels& labels, const Figures& figures) {
    json::array list;
    for (const std::size_t place : figures.disagreements) {
        const model::Labelled& user = labels.users[place];
        list.push_back(json::object{{"user", json::object{{"id", user.id}, {"handle", base::or_null(user.handle)}}},
                                    {"risk", *user.risk},
                                    {"harmful", user.harmful},
                                    {"sampled", user.sampled}});
    }
    return list;
}

json::object figures_of(const store::Labels& labels, const Figures& figures) {
    return {{"n", figures.n},
            {"harmful", figures.harmful},
            {"score", score_of(figures)},
            {"signals", signals_of(figures)},
            {"bins_by", figures.is_by_labels ? "labels" : "account"},
            {"bins", bins_of(figures)},
            {"roc", roc_of(figures)},
            {"disagreements", disagreements_of(labels, figures)},
            {"reason", nullptr}};
}

/// Where there are no figures.
/// @param n, harmful  null: there are no verdicts
json::object no_figures(json::value n, json::value harmful, std::string_view reason) {
    return {{"n", std::move(n)},  {"harmful", std::move(harmful)},
            {"score", nullptr},   {"signals", nullptr},
            {"bins_by", nullptr}, {"bins", nullptr},
            {"roc", nullptr},     {"disagreements", nullptr},
            {"reason", reason}};
}

json::object sampled_figures(const store::Labels& labels, const Figures& figures) {
    if (figures.n >= model::kLeastSampled) return figures_of(labels, figures);
    return no_figures(figures.n, figures.harmful,
                      fmt::format("Too few verdicts are on users whom triage drew at random: {} of {}. Without them "
                                  "nothing can be said of the users not judged yet.",
                                  figures.n, model::kLeastSampled));
}

json::value probability_of(const insight::FittedProbability& fitted) {
    if (!fitted.model) return nullptr;
    const insight::ProbabilityModel& model = *fitted.model;
    json::object probability{{"method", model.tenths ? "bins" : "platt"},
                             {"intercept", model.intercept},
                             {"slope", model.slope},
                             {"bins", nullptr},
                             {"n", model.n},
                             {"harmful", model.harmful},
                             {"log_loss", model.log_loss},
                             {"share_log_loss", model.share_log_loss}};
    if (model.tenths) {
        json::array bins;
        for (std::size_t i = 0; i < model.tenths->size(); ++i)
            bins.push_back(json::object{{"from", edge(i)}, {"to", edge(i + 1)}, {"probability", (*model.tenths)[i]}});
        probability["bins"] = std::move(bins);
    }
    return probability;
}

/// The setting with these weights; rounded: more digits would say nothing.
std::string setting_of(const insight::LinearModel& model) {
    std::string setting = fmt::format("bias={:.3f}", model.bias);
    for (std::size_t i = 0; i < model.weights.size(); ++i)
        setting += fmt::format(",{}={:.3f}", model::all_signals()[i].id, model.weights[i]);
    return setting;
}

json::value suggestion_of(const insight::Suggested& suggested) {
    if (!suggested.suggestion) return nullptr;
    const insight::Suggestion& suggestion = *suggested.suggestion;
    json::object object{{"fitted", suggestion.lambda ? "weights" : "bias"},
                        {"lambda", base::or_null(suggestion.lambda)},
                        {"bias", suggestion.model.bias},
                        {"weights", weights_by_id(suggestion.model)},
                        {"setting", setting_of(suggestion.model)},
                        {"judged_by", suggestion.is_judged_by_sampled ? "sampled" : "all"},
                        {"n", suggestion.n},
                        {"log_loss", base::or_null(suggestion.log_loss)},
                        {"current_log_loss", base::or_null(suggestion.current_log_loss)}};
    add_auc(object, suggestion.auc);
    add_auc(object, suggestion.current_auc, "current_");
    return object;
}

json::value reason_or_null(const std::string& reason) {
    return reason.empty() ? json::value(nullptr) : json::value(reason);
}

/// The answer without verdicts, in the order of its members.
json::object frame(const SignalWeights& weights) {
    return {{"version", model::kSignalsVersion},
            {"bias", weights.bias},
            {"weights", weights_by_id(insight::linear_model(weights))},
            {"labels", json::object{{"total", nullptr}, {"n", nullptr}, {"harmful", nullptr}, {"sampled", nullptr}}},
            {"all", no_figures(nullptr, nullptr, kNoVerdictsKept)},
            {"sampled", no_figures(nullptr, nullptr, kNoVerdictsKept)},
            {"disagreements", nullptr},
            {"probability", nullptr},
            {"probability_reason", kNoVerdictsKept},
            {"suggested_weights", nullptr},
            {"reason", kNoVerdictsKept}};
}

std::string render(const store::Labels& labels, const SignalWeights& weights) {
    const Calibration calibration = insight::calibrate(labels.users, weights);
    json::object answer = frame(weights);
    answer["labels"] = json::object{{"total", labels.total},
                                    {"n", calibration.all.n},
                                    {"harmful", calibration.all.harmful},
                                    {"sampled", calibration.sampled.n}};
    answer["all"] = figures_of(labels, calibration.all);
    answer["sampled"] = sampled_figures(labels, calibration.sampled);
    answer["disagreements"] = disagreements_of(labels, calibration.all);
    answer["probability"] = probability_of(calibration.probability);
    answer["probability_reason"] = reason_or_null(calibration.probability.reason);
    answer["suggested_weights"] = suggestion_of(calibration.weights);
    answer["reason"] = reason_or_null(calibration.weights.reason);
    return base::json_text(answer);
}

/// @param weights  outlives the await
asio::awaitable<http::Response> answer(Context& context, const SignalWeights& weights) {
    const AccountReport report = co_await find_account_report(context);
    if (!report.views.has_classifications) co_return ok(base::json_text(frame(weights)));
    const std::string signals = signals_sql(context, store::Ranks::few);
    const store::Statement statement = store::select_labels(report.views, signals, report.account.id);
    const db::Rows rows = co_await run_report(context, statement);
    const auto compute = [&rows, &weights, &in_effect = context.services().lists.signal_weights] {
        store::Labels labels = store::read_labels(rows);
        if (insight::linear_model(weights) != insight::linear_model(in_effect)) insight::rescore(labels.users, weights);
        return render(labels, weights);
    };
    co_return ok(co_await context.services().computations.run(compute));
}

/// GET /api/accounts/{handle}/calibration/ -> 200 {"version","bias","weights","labels","all","sampled","disagreements",
/// "probability","probability_reason","suggested_weights","reason"}.
asio::awaitable<http::Response> retrieve_calibration(Context& context) {
    co_return co_await answer(context, context.services().lists.signal_weights);
}

/// The weights in effect, with those that a request names in their place.
/// @throws ApiError 400
SignalWeights wanted_weights(Context& context) {
    SignalWeights weights = context.services().lists.signal_weights;
    std::vector<std::string> known;
    for (const model::Signal& signal : model::all_signals()) known.emplace_back(signal.id);
    rest::FieldReader fields(context.request(), kWeights);
    if (const auto bias = fields.number("bias")) weights.bias = *bias;
    if (const auto named = fields.numbers("weights", known))
        for (const auto& [id, weight] : *named) weights.weights.insert_or_assign(id, weight);
    fields.throw_if_wrong();
    return weights;
}

/// POST /api/accounts/{handle}/calibration/ {"bias"?,"weights"?} -> 200 as above, for those weights; 400.  Writes
/// nothing.
asio::awaitable<http::Response> try_calibration(Context& context) {
    const SignalWeights weights = wanted_weights(context);
    co_return co_await answer(context, weights);
}

}  // namespace

std::span<const Route> calibration_routes() {
    static constexpr std::array kRoutes{
        Route{.verb = Verb::get,
              .pattern = "/api/accounts/{handle}/calibration/",
              .handler = &retrieve_calibration,
              .work = WorkClass::reports,
              .view = "Account Calibration",
              .id = "retrieveCalibration",
              .tag = "signals",
              .summary = "How well the signals and the score match your verdicts",
              .help = "How often each signal and the score are right about the users with a verdict, and about those "
                      "of them whom triage drew at random; the users where score and verdict disagree most; what "
                      "share of users with a score is harmful; and a bias, or weights, that fit the verdicts better.",
              .answer = "Calibration",
              .resource = &model::kAccounts},
        Route{.verb = Verb::post,
              .pattern = "/api/accounts/{handle}/calibration/",
              .handler = &try_calibration,
              .work = WorkClass::reports,
              .body = &kWeights,
              .view = "Account Calibration",
              .id = "tryCalibration",
              .tag = "signals",
              .summary = "The same figures for other weights",
              .help = "What the calibration would say if these weights were set. Nothing is written, and the weights "
                      "in effect stay.",
              .answer = "Calibration",
              .resource = &model::kAccounts},
    };
    return kRoutes;
}

}  // namespace wdx::api
