#include "insight/calibration.hpp"

#include <algorithm>
#include <cmath>
#include <memory>
#include <numeric>

#include <fmt/format.h>

namespace wdx::insight {
namespace {

constexpr double kNormal95 = 1.959963984540054;  ///< the 97.5 % quantile of the normal distribution
constexpr int kMostSteps = 50;
constexpr int kMostHalvings = 20;            ///< of a step
constexpr double kSmallestGain = 1e-9;       ///< of the penalized loss; a smaller one ends the search
constexpr double kLeastProbability = 1e-15;  ///< nobody is surer than that

double logistic(double x) {
    return 1 / (1 + std::exp(-std::clamp(x, -700.0, 700.0)));
}

double log_loss_of(double probability, bool harmful) {
    const double said = harmful ? probability : 1 - probability;
    return -std::log(std::clamp(said, kLeastProbability, 1.0));
}

/// The rank of each value, from 1; equal ones share the mean of theirs.
std::vector<double> midranks(const std::vector<double>& values) {
    std::vector<std::size_t> order(values.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
    std::vector<double> ranks(values.size());
    for (std::size_t first = 0; first < order.size();) {
        std::size_t end = first + 1;
        while (end < order.size() && values[order[end]] == values[order[first]]) ++end;
        for (std::size_t i = first; i < end; ++i) ranks[order[i]] = static_cast<double>(first + end + 1) / 2;
        first = end;
    }
    return ranks;
}

double mean_of(const std::vector<double>& values) {
    return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double variance_of(const std::vector<double>& values) {
    const double mean = mean_of(values);
    double sum = 0;
    for (const double value : values) sum += (value - mean) * (value - mean);
    return sum / static_cast<double>(values.size() - 1);
}

/// A regression: its rows begin with a 1, for the bias.
struct Regression {
    std::vector<const std::vector<double>*> rows;
    std::vector<bool> harmful;
    std::size_t width = 0;

    [[nodiscard]] double linear(const std::vector<double>& row, const std::vector<double>& weights) const {
        double sum = weights[0];
        for (std::size_t j = 1; j < width; ++j) sum += weights[j] * row[j - 1];
        return sum;
    }

    [[nodiscard]] double penalized_loss(const std::vector<double>& weights) const {
        double loss = 0;
        for (std::size_t i = 0; i < rows.size(); ++i)
            loss += log_loss_of(logistic(linear(*rows[i], weights)), harmful[i]);
        for (std::size_t j = 1; j < width; ++j) loss += kRidge / 2 * weights[j] * weights[j];
        return loss;
    }
};

/// Solves a system with a positive definite matrix, given by rows, by Cholesky's decomposition.
std::vector<double> solve(std::vector<double> matrix, std::vector<double> right) {
    const std::size_t n = right.size();
    for (std::size_t j = 0; j < n; ++j) {
        for (std::size_t k = 0; k < j; ++k) matrix[j * n + j] -= matrix[j * n + k] * matrix[j * n + k];
        matrix[j * n + j] = std::sqrt(std::max(matrix[j * n + j], 1e-12));
        for (std::size_t i = j + 1; i < n; ++i) {
            for (std::size_t k = 0; k < j; ++k) matrix[i * n + j] -= matrix[i * n + k] * matrix[j * n + k];
            matrix[i * n + j] /= matrix[j * n + j];
        }
    }
    for (std::size_t i = 0; i < n; ++i) {
        for (std::size_t k = 0; k < i; ++k) right[i] -= matrix[i * n + k] * right[k];
        right[i] /= matrix[i * n + i];
    }
    for (std::size_t i = n; i-- > 0;) {
        for (std::size_t k = i + 1; k < n; ++k) right[i] -= matrix[k * n + i] * right[k];
        right[i] /= matrix[i * n + i];
    }
    return right;
}

/// Newton's step: the Hessian's inverse times the gradient.
std::vector<double> newton_step(const Regression& problem, const std::vector<double>& weights) {
    const std::size_t n = problem.width;
    std::vector<double> hessian(n * n);
    std::vector<double> gradient(n);
    std::vector<double> x(n, 1.0);
    for (std::size_t i = 0; i < problem.rows.size(); ++i) {
        std::copy(problem.rows[i]->begin(), problem.rows[i]->end(), x.begin() + 1);
        const double p = logistic(problem.linear(*problem.rows[i], weights));
        const double error = p - (problem.harmful[i] ? 1.0 : 0.0);
        const double curvature = p * (1 - p);
        for (std::size_t j = 0; j < n; ++j) {
            if (x[j] == 0) continue;
            gradient[j] += error * x[j];
            for (std::size_t k = 0; k <= j; ++k) hessian[j * n + k] += curvature * x[j] * x[k];
        }
    }
    hessian[0] += 1e-9;  // of the bias alone: it has no penalty
    for (std::size_t j = 1; j < n; ++j) {
        gradient[j] += kRidge * weights[j];
        hessian[j * n + j] += kRidge;
    }
    return solve(std::move(hessian), std::move(gradient));
}

std::vector<double> minimize(const Regression& problem) {
    std::vector<double> weights(problem.width);
    double loss = problem.penalized_loss(weights);
    for (int i = 0; i < kMostSteps; ++i) {
        const std::vector<double> step = newton_step(problem, weights);
        std::vector<double> next = weights;
        double next_loss = loss;
        // Where the whole step leads upwards, a shorter one does not: the loss is convex.
        for (int halved = 0; halved < kMostHalvings; ++halved) {
            const double size = std::ldexp(1.0, -halved);
            for (std::size_t j = 0; j < next.size(); ++j) next[j] = weights[j] - size * step[j];
            next_loss = problem.penalized_loss(next);
            if (next_loss <= loss) break;
        }
        if (next_loss > loss) break;
        weights = next;
        const double gain = loss - next_loss;
        loss = next_loss;
        if (gain < kSmallestGain) break;
    }
    return weights;
}

std::vector<double> features_of(const Labelled& user) {
    std::vector<double> features;
    features.reserve(user.strengths.size());
    for (const auto& strength : user.strengths) features.push_back(strength.value_or(0));
    return features;
}

/// The fold of each user: those of a class are dealt out in turn.
std::vector<std::size_t> folds_of(std::span<const Labelled> users) {
    std::vector<std::size_t> folds;
    std::size_t dealt[2] = {0, 0};
    for (const Labelled& user : users) folds.push_back(dealt[user.harmful ? 1 : 0]++ % kFolds);
    return folds;
}

Fit fit_weights(std::span<const Labelled> users, const model::SignalWeights& current) {
    std::vector<std::vector<double>> features;
    for (const Labelled& user : users) features.push_back(features_of(user));
    const std::size_t width = features.front().size() + 1;
    const std::vector<std::size_t> folds = folds_of(users);
    const auto problem_without = [&](std::size_t fold) {
        Regression problem{.rows = {}, .harmful = {}, .width = width};
        for (std::size_t i = 0; i < users.size(); ++i) {
            if (folds[i] == fold) continue;
            problem.rows.push_back(&features[i]);
            problem.harmful.push_back(users[i].harmful);
        }
        return problem;
    };
    Fit fit;
    std::vector<Ranked> out_of_sample;
    for (std::size_t fold = 0; fold < kFolds; ++fold) {
        const Regression problem = problem_without(fold);
        const std::vector<double> weights = minimize(problem);
        for (std::size_t i = 0; i < users.size(); ++i) {
            if (folds[i] != fold) continue;
            const double p = logistic(problem.linear(features[i], weights));
            out_of_sample.push_back({p, users[i].harmful});
            fit.log_loss += log_loss_of(p, users[i].harmful);
        }
    }
    for (const Labelled& user : users)
        fit.current_log_loss += log_loss_of(user.risk.value_or(logistic(current.bias)), user.harmful);
    fit.log_loss /= static_cast<double>(users.size());
    fit.current_log_loss /= static_cast<double>(users.size());
    fit.auc = area_under_curve(out_of_sample);
    std::vector<double> weights = minimize(problem_without(kFolds));
    for (double& weight : weights) weight = std::clamp(weight, -model::kMostWeight, model::kMostWeight);
    fit.bias = weights.front();
    fit.weights.assign(weights.begin() + 1, weights.end());
    return fit;
}

/// The users on whom score and verdict are on different sides of one half, the farthest apart first.
std::vector<std::size_t> disagreements_of(std::span<const Labelled> users) {
    const auto difference = [&](std::size_t i) { return std::abs(*users[i].risk - (users[i].harmful ? 1.0 : 0.0)); };
    std::vector<std::size_t> places;
    for (std::size_t i = 0; i < users.size(); ++i)
        if (users[i].risk && difference(i) > 0.5) places.push_back(i);
    const auto kept = static_cast<std::ptrdiff_t>(std::min(places.size(), kMostDisagreements));
    std::partial_sort(places.begin(), places.begin() + kept, places.end(), [&](std::size_t a, std::size_t b) {
        return difference(a) != difference(b) ? difference(a) > difference(b) : users[a].id < users[b].id;
    });
    places.resize(static_cast<std::size_t>(kept));
    return places;
}

double from_band(std::string_view name) {
    const auto* const band = std::find_if(model::kBands.begin(), model::kBands.end(),
                                          [&](const model::Band& one) { return one.name == name; });
    return band->from;
}

}  // namespace

Auc area_under_curve(std::span<const Ranked> ranked) {
    std::vector<double> harmful;
    std::vector<double> others;
    for (const Ranked& one : ranked) (one.harmful ? harmful : others).push_back(one.score);
    if (harmful.empty() || others.empty()) return {};
    std::vector<double> all = harmful;
    all.insert(all.end(), others.begin(), others.end());
    const std::vector<double> in_all = midranks(all);
    const std::vector<double> in_harmful = midranks(harmful);
    const std::vector<double> in_others = midranks(others);
    const auto m = static_cast<double>(harmful.size());
    const auto n = static_cast<double>(others.size());
    // The share of the others that rank below each harmful one, and of the harmful that rank above each other one.
    std::vector<double> below(harmful.size());
    std::vector<double> above(others.size());
    for (std::size_t i = 0; i < below.size(); ++i) below[i] = (in_all[i] - in_harmful[i]) / n;
    for (std::size_t i = 0; i < above.size(); ++i) above[i] = 1 - (in_all[below.size() + i] - in_others[i]) / m;
    Auc auc;
    auc.area = mean_of(below);
    if (below.size() < 2 || above.size() < 2) return auc;
    const double deviation = std::sqrt(variance_of(below) / m + variance_of(above) / n);
    auc.low = std::max(0.0, *auc.area - kNormal95 * deviation);
    auc.high = std::min(1.0, *auc.area + kNormal95 * deviation);
    return auc;
}

Quality quality_of(std::span<const Ranked> ranked, double threshold, bool inclusive) {
    Quality quality;
    quality.n = ranked.size();
    std::size_t right = 0;
    std::size_t harmful = 0;
    for (const Ranked& one : ranked) {
        const bool fires = one.score > threshold || (inclusive && one.score == threshold);
        quality.fired += fires ? 1 : 0;
        right += fires && one.harmful ? 1 : 0;
        harmful += one.harmful ? 1 : 0;
    }
    if (quality.fired > 0) quality.precision = static_cast<double>(right) / static_cast<double>(quality.fired);
    if (harmful > 0) quality.recall = static_cast<double>(right) / static_cast<double>(harmful);
    quality.auc = area_under_curve(ranked);
    return quality;
}

std::vector<double> fit_logistic(std::span<const std::vector<double>> features, const std::vector<bool>& harmful) {
    Regression problem{.rows = {}, .harmful = harmful, .width = features.front().size() + 1};
    for (const std::vector<double>& row : features) problem.rows.push_back(&row);
    return minimize(problem);
}

Calibration calibrate(std::span<const Labelled> users, const model::SignalWeights& weights) {
    Calibration calibration;
    std::vector<Ranked> ranked;
    for (const Labelled& user : users) {
        calibration.harmful += user.harmful ? 1 : 0;
        if (user.risk) ranked.push_back({*user.risk, user.harmful});
    }
    calibration.score = quality_of(ranked, from_band("high"), true);
    for (std::size_t signal = 0; signal < model::all_signals().size(); ++signal) {
        ranked.clear();
        for (const Labelled& user : users)
            if (user.strengths[signal]) ranked.push_back({*user.strengths[signal], user.harmful});
        calibration.signals.push_back(quality_of(ranked, 0, false));
    }
    calibration.disagreements = disagreements_of(users);
    const std::size_t smaller = std::min(calibration.harmful, users.size() - calibration.harmful);
    if (users.size() < kLeastLabels || smaller < kLeastOfEachClass) {
        calibration.reason =
            fmt::format("Weights are fitted to {} verdicts or more, {} of each kind.", kLeastLabels, kLeastOfEachClass);
        return calibration;
    }
    const Fit fit = fit_weights(users, weights);
    if (fit.log_loss < fit.current_log_loss) {
        calibration.suggestion = fit;
    } else {
        calibration.reason = "The weights in effect foretell the verdicts as well as fitted ones.";
    }
    return calibration;
}

}  // namespace wdx::insight
