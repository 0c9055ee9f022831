#include "insight/probability.hpp"

#include "insight/logistic.hpp"
#include "model/crowd.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include <fmt/format.h>

namespace wdx::insight {
namespace {

using model::Labelled;

constexpr double kSlopeRidge = 1;  ///< half of it times the squared distance of the slope from 1 is added
constexpr double kDrawn = 2;       ///< so many users of the overall share are added to each tenth

/// The sampled verdicts, each with the one feature of Platt's curve.
struct Sample {
    std::vector<const Labelled*> users{};
    LogisticData data{1};
    std::size_t harmful = 0;
    bool has_ranks = true;
};

Sample sample_of(std::span<const Labelled> users) {
    Sample sample;
    for (const Labelled& user : users) {
        if (!user.sampled || !user.risk) continue;
        sample.users.push_back(&user);
        const double feature = logit(*user.risk);
        sample.data.add({&feature, 1}, user.harmful);
        sample.harmful += user.harmful ? 1 : 0;
        sample.has_ranks = sample.has_ranks && user.rank.has_value();
    }
    return sample;
}

LinearModel fit_curve(const Sample& sample, const LeftOut& left_out) {
    const LinearModel own{.bias = 0, .weights = {1}};
    LinearModel curve = fit_logistic(sample.data, own, kSlopeRidge, own, left_out);
    if (curve.weights[0] >= 0) return curve;
    curve.weights[0] = 0;
    return fit_bias(sample.data, curve, left_out);
}

/// Makes values not to fall: neighbours that do are pooled, and share their mean.
/// Source: Ayer et al., Annals of Mathematical Statistics 26, 1955.
std::array<double, 10> pooled(const std::array<double, 10>& values, const std::array<double, 10>& weights) {
    struct Block {
        double value;
        double weight;
        std::size_t size;
    };
    std::vector<Block> blocks;
    for (std::size_t i = 0; i < values.size(); ++i) {
        blocks.push_back({values[i], weights[i], 1});
        while (blocks.size() > 1 && blocks[blocks.size() - 2].value >= blocks.back().value) {
            const Block last = blocks.back();
            blocks.pop_back();
            Block& before = blocks.back();
            const double weight = before.weight + last.weight;
            before.value = (before.value * before.weight + last.value * last.weight) / weight;
            before.weight = weight;
            before.size += last.size;
        }
    }
    std::array<double, 10> result{};
    std::size_t place = 0;
    for (const Block& block : blocks)
        for (std::size_t i = 0; i < block.size; ++i) result[place++] = block.value;
    return result;
}

std::array<double, 10> fit_tenths(const Sample& sample, const LeftOut& left_out) {
    std::vector<Ranked> ranked;
    double harmful = 0;
    for (std::size_t i = 0; i < sample.users.size(); ++i) {
        if (left_out.has(i)) continue;
        ranked.push_back({*sample.users[i]->rank, sample.users[i]->harmful});
        harmful += sample.users[i]->harmful ? 1 : 0;
    }
    const double share = harmful / static_cast<double>(ranked.size());
    const Tenths tenths = tenths_of(ranked);
    std::array<double, 10> values{};
    std::array<double, 10> weights{};
    for (std::size_t i = 0; i < tenths.size(); ++i) {
        weights[i] = static_cast<double>(tenths[i].n) + kDrawn;
        values[i] = (static_cast<double>(tenths[i].harmful) + kDrawn * share) / weights[i];
    }
    return pooled(values, weights);
}

/// The mean loss of what each fold is given by the others.
/// @param log_odds  of a user, by a model that was fitted without a fold
template <typename Fit, typename LogOdds>
double cross_validated_loss(const Sample& sample, Fit fit, LogOdds log_odds) {
    const std::vector<std::size_t> folds = deal_folds(sample.data);
    double loss = 0;
    for (std::size_t fold = 0; fold < kFolds; ++fold) {
        const LeftOut left_out{folds, fold};
        const auto fitted = fit(sample, left_out);
        for (std::size_t i = 0; i < sample.users.size(); ++i)
            if (left_out.has(i)) loss += log_loss_at(log_odds(fitted, i), sample.data.harmful(i));
    }
    return loss / static_cast<double>(sample.users.size());
}

LinearModel fit_share(const Sample& sample, const LeftOut& left_out) {
    return fit_bias(sample.data, LinearModel{.bias = 0, .weights = {0}}, left_out);
}

}  // namespace

FittedProbability fit_probability(std::span<const Labelled> users) {
    const Sample sample = sample_of(users);
    const std::size_t n = sample.users.size();
    if (n < model::kLeastSampled)
        return {.reason =
                    fmt::format("A probability takes {} verdicts on users whom triage drew at random; there are {}.",
                                model::kLeastSampled, n)};
    if (std::min(sample.harmful, n - sample.harmful) < kLeastToCrossValidate)
        return {.reason = fmt::format("A probability takes {} users of each kind among those whom triage drew at "
                                      "random; {} of {} are harmful.",
                                      kLeastToCrossValidate, sample.harmful, n)};
    const auto on_line = [&](const LinearModel& line, std::size_t i) { return sample.data.linear(i, line); };
    const LinearModel curve = fit_curve(sample, {});
    ProbabilityModel model{.intercept = curve.bias, .slope = curve.weights[0], .n = n, .harmful = sample.harmful};
    model.log_loss = cross_validated_loss(sample, fit_curve, on_line);
    model.share_log_loss = cross_validated_loss(sample, fit_share, on_line);
    if (!sample.has_ranks) return {.model = model};
    const double of_tenths =
        cross_validated_loss(sample, fit_tenths, [&](const std::array<double, 10>& tenths, std::size_t i) {
            return logit(tenths[tenth_of(*sample.users[i]->rank)]);
        });
    if (of_tenths < model.log_loss) {
        model.tenths = fit_tenths(sample, {});
        model.log_loss = of_tenths;
    }
    return {.model = model};
}

double probability_of(const ProbabilityModel& model, double risk, std::optional<double> rank) {
    if (model.tenths && rank) return (*model.tenths)[tenth_of(*rank)];
    return logistic(model.intercept + model.slope * logit(risk));
}

}  // namespace wdx::insight
