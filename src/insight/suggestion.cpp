#include "insight/suggestion.hpp"

#include "insight/probability.hpp"
#include "insight/score.hpp"
#include "model/crowd.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace wdx::insight {
namespace {

using model::Labelled;

/// The verdicts, and what cross-validation does with them.  A score stands for its log-odds here.
class Verdicts {
  public:
    Verdicts(std::span<const Labelled> users, LinearModel in_effect) : in_effect_(std::move(in_effect)) {
        std::vector<double> features(in_effect_.weights.size());
        for (const Labelled& user : users) {
            for (std::size_t j = 0; j < features.size(); ++j) features[j] = user.strengths[j].value_or(0);
            data_.add(features, user.harmful);
            sampled_.push_back(user.sampled);
            sampled_count_ += user.sampled ? 1 : 0;
            harmful_ += user.harmful ? 1 : 0;
        }
        folds_ = deal_folds(data_);
        find_alike();
    }

    [[nodiscard]] std::size_t size() const { return data_.size(); }
    [[nodiscard]] std::size_t harmful() const { return harmful_; }
    [[nodiscard]] std::size_t smaller_class() const { return std::min(harmful_, size() - harmful_); }
    [[nodiscard]] std::size_t sampled() const { return sampled_count_; }
    [[nodiscard]] bool has_enough_sampled() const { return sampled_count_ >= model::kLeastSampled; }

    /// @param lambda  nullopt: the bias alone
    [[nodiscard]] LinearModel fit(std::optional<double> lambda, const LinearModel& start,
                                  const LeftOut& left_out = {}) const {
        return lambda ? fit_logistic(data_, in_effect_, *lambda, start, left_out)
                      : fit_bias(data_, in_effect_, left_out);
    }

    /// The scores of all users, each by a model that was fitted without her fold.
    /// @param whole  the model fitted to all: from there it is not far
    [[nodiscard]] std::vector<double> out_of_sample(std::optional<double> lambda, const LinearModel& whole) const {
        std::vector<double> scores(size());
        for (std::size_t fold = 0; fold < kFolds; ++fold) {
            const LeftOut left_out{folds_, fold};
            const LinearModel model = fit(lambda, whole, left_out);
            for (std::size_t i = 0; i < size(); ++i)
                if (left_out.has(i)) scores[i] = data_.linear(i, model);
        }
        return scores;
    }

    [[nodiscard]] std::vector<double> scores_by(const LinearModel& model) const {
        std::vector<double> scores;
        scores.reserve(size());
        for (std::size_t i = 0; i < size(); ++i) scores.push_back(data_.linear(i, model));
        return scores;
    }

    /// The loss of each user.
    [[nodiscard]] std::vector<double> losses(const std::vector<double>& scores) const {
        std::vector<double> losses;
        losses.reserve(size());
        for (std::size_t i = 0; i < size(); ++i) losses.push_back(log_loss_at(scores[i], data_.harmful(i)));
        return losses;
    }

    /// Those that a fit is judged by.
    [[nodiscard]] bool judges(std::size_t i) const { return sampled_[i] || !has_enough_sampled(); }

    [[nodiscard]] double mean_loss(const std::vector<double>& scores) const {
        double loss = 0;
        std::size_t n = 0;
        for (std::size_t i = 0; i < size(); ++i) {
            if (!judges(i)) continue;
            loss += log_loss_at(scores[i], data_.harmful(i));
            n += 1;
        }
        return loss / static_cast<double>(n);
    }

    /// Scores from several models as one: users with the same strengths get the mean of theirs.  No weights put one of
    /// these before another, but models without a fold do: each puts those whom it has not seen on the wrong side.
    /// Source: Parker, Guenter, Bedo, Stratification bias in low signal microarray studies, BMC Bioinformatics 8, 2007.
    [[nodiscard]] std::vector<double> merged(const std::vector<double>& scores) const {
        std::vector<double> sums(size());
        std::vector<double> counts(size());
        for (std::size_t i = 0; i < size(); ++i) {
            sums[first_alike_[i]] += scores[i];
            counts[first_alike_[i]] += 1;
        }
        std::vector<double> merged;
        merged.reserve(size());
        for (const std::size_t first : first_alike_) merged.push_back(sums[first] / counts[first]);
        return merged;
    }

    [[nodiscard]] Auc auc(const std::vector<double>& scores) const {
        std::vector<Ranked> ranked;
        for (std::size_t i = 0; i < size(); ++i)
            if (judges(i)) ranked.push_back({scores[i], data_.harmful(i)});
        return area_under_curve(ranked);
    }

    [[nodiscard]] const LinearModel& in_effect() const { return in_effect_; }

  private:
    void find_alike() {
        std::vector<std::size_t> order(size());
        std::iota(order.begin(), order.end(), std::size_t{0});
        std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return data_.row_less(a, b); });
        first_alike_.resize(size());
        for (std::size_t i = 0; i < order.size(); ++i) {
            const bool is_new = i == 0 || data_.row_less(order[i - 1], order[i]);
            first_alike_[order[i]] = is_new ? order[i] : first_alike_[order[i - 1]];
        }
    }

    LinearModel in_effect_;
    LogisticData data_{in_effect_.weights.size()};
    std::vector<bool> sampled_{};
    std::size_t sampled_count_ = 0;
    std::size_t harmful_ = 0;
    std::vector<std::size_t> folds_{};
    std::vector<std::size_t> first_alike_{};  ///< a user with the same strengths, the same one for all of these
};

/// By how much the losses of `b` are smaller than those of `a` in sum, and the standard error of that.
struct Difference {
    double sum = 0;
    double error = 0;
};

Difference difference_of(const std::vector<double>& a, const std::vector<double>& b) {
    const auto n = static_cast<double>(a.size());
    Difference difference;
    double squares = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        difference.sum += a[i] - b[i];
        squares += (a[i] - b[i]) * (a[i] - b[i]);
    }
    difference.error = std::sqrt(std::max(0.0, squares - difference.sum * difference.sum / n));
    return difference;
}

/// A fit of which cross-validation has said how good it is.
struct Candidate {
    std::optional<double> lambda{};
    LinearModel model{};
    std::vector<double> scores{};  ///< out of sample
    std::vector<double> losses{};
};

Candidate candidate(const Verdicts& verdicts, std::optional<double> lambda, const LinearModel& start) {
    Candidate fitted{.lambda = lambda, .model = verdicts.fit(lambda, start)};
    fitted.scores = verdicts.out_of_sample(lambda, fitted.model);
    fitted.losses = verdicts.losses(fitted.scores);
    return fitted;
}

/// The most careful lambda that is about as good as the best one.
Candidate best_weights(const Verdicts& verdicts) {
    std::vector<Candidate> candidates;
    const LinearModel* start = &verdicts.in_effect();
    candidates.reserve(kLambdas.size());
    for (auto lambda = kLambdas.rbegin(); lambda != kLambdas.rend(); ++lambda) {
        candidates.push_back(candidate(verdicts, *lambda, *start));
        start = &candidates.back().model;
    }
    const auto best = std::max_element(
        candidates.begin(), candidates.end(),
        [](const Candidate& a, const Candidate& b) { return difference_of(a.losses, b.losses).sum > 0; });
    const auto careful = std::find_if(candidates.begin(), candidates.end(), [&](const Candidate& one) {
        const Difference difference = difference_of(one.losses, best->losses);
        return difference.sum <= difference.error;
    });
    return std::move(*careful);
}

/// Why weights are not fitted at all; empty: they can be.
std::string lacking(const Verdicts& verdicts) {
    std::vector<std::string> lacking;
    const auto look_at = [&](std::string_view what, std::size_t n, std::size_t least) {
        if (n < least) lacking.push_back(fmt::format("{} of {} {}", n, least, what));
    };
    look_at("verdicts", verdicts.size(), kLeastLabels);
    look_at("harmful ones", verdicts.harmful(), kLeastOfEachClass);
    look_at("others", verdicts.size() - verdicts.harmful(), kLeastOfEachClass);
    look_at("on users whom triage drew at random", verdicts.sampled(), model::kLeastSampled);
    if (lacking.empty()) return {};
    return fmt::format("Only the bias is fitted. For weights there are too few verdicts: {}.",
                       fmt::join(lacking, ", "));
}

/// Why the weights in effect stay, though others could be fitted; empty: the others are better.
std::string objection(const Verdicts& verdicts, const Candidate& bias, const Candidate& weights) {
    if (difference_of(bias.losses, weights.losses).sum <= 0)
        return "Only the bias is fitted: other weights would not predict the verdicts better.";
    const auto current = verdicts.auc(verdicts.scores_by(verdicts.in_effect())).area;
    const auto fitted = verdicts.auc(verdicts.merged(weights.scores)).area;
    if (!current)
        return "Only the bias is fitted: the users whom triage drew at random are all of one kind, so that other "
               "weights cannot be tested on them.";
    if (*fitted < *current - kMostLostAuc)
        return "Only the bias is fitted: other weights would put the users whom triage drew at random into a worse "
               "order.";
    return {};
}

Suggestion judged(const Verdicts& verdicts, const Candidate& chosen) {
    const std::vector<double> current = verdicts.scores_by(verdicts.in_effect());
    Suggestion suggestion{.model = chosen.model,
                          .lambda = chosen.lambda,
                          .is_judged_by_sampled = verdicts.has_enough_sampled(),
                          .n = verdicts.has_enough_sampled() ? verdicts.sampled() : verdicts.size(),
                          .current_log_loss = verdicts.mean_loss(current),
                          .current_auc = verdicts.auc(current)};
    // A bias moves all scores alike: the order stays.
    suggestion.auc = chosen.lambda ? verdicts.auc(verdicts.merged(chosen.scores)) : suggestion.current_auc;
    if (verdicts.smaller_class() >= kLeastToCrossValidate) suggestion.log_loss = verdicts.mean_loss(chosen.scores);
    const auto cut = [](double& weight) { weight = std::clamp(weight, -model::kMostWeight, model::kMostWeight); };
    cut(suggestion.model.bias);
    std::for_each(suggestion.model.weights.begin(), suggestion.model.weights.end(), cut);
    return suggestion;
}

}  // namespace

LinearModel linear_model(const model::SignalWeights& weights) {
    return {.bias = weights.bias, .weights = weights_of(weights)};
}

Suggested suggest_weights(std::span<const Labelled> users, const model::SignalWeights& in_effect) {
    const Verdicts verdicts(users, linear_model(in_effect));
    if (verdicts.smaller_class() == 0)
        return {.reason = "A fit takes harmful users and others; there are verdicts of one kind at most."};
    Candidate bias = candidate(verdicts, std::nullopt, verdicts.in_effect());
    std::string reason = lacking(verdicts);
    if (!reason.empty()) return {.suggestion = judged(verdicts, bias), .reason = std::move(reason)};
    const Candidate weights = best_weights(verdicts);
    reason = objection(verdicts, bias, weights);
    return {.suggestion = judged(verdicts, reason.empty() ? weights : bias), .reason = std::move(reason)};
}

}  // namespace wdx::insight
