#pragma once

#include "insight/logistic.hpp"
#include "insight/score.hpp"
#include "insight/suggestion.hpp"
#include "model/insight.hpp"
#include "model/signals.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

namespace wdx::insight {

/// Random numbers that are the same everywhere: splitmix64.
class Dice {
  public:
    explicit Dice(std::uint64_t seed) : state_(seed * 7919) {}

    std::uint64_t next() {
        state_ += 0x9e3779b97f4a7c15U;
        std::uint64_t z = state_;
        z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
        z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
        return z ^ (z >> 31U);
    }
    double share() { return static_cast<double>(next() >> 11U) * 0x1p-53; }
    bool falls(double probability) { return share() < probability; }
    std::size_t below(std::size_t end) { return static_cast<std::size_t>(next() % end); }

  private:
    std::uint64_t state_;
};

inline std::size_t place_of(std::string_view id) {
    const auto all = model::all_signals();
    return static_cast<std::size_t>(
        std::find_if(all.begin(), all.end(), [&](const model::Signal& one) { return one.id == id; }) - all.begin());
}

/// Strengths such as a crowd of followers has: a third of it is of the kind with whom most rules fire more often.
inline std::vector<std::optional<double>> draw_strengths(Dice& dice) {
    std::vector<std::optional<double>> strengths(model::all_signals().size(), 0.0);
    const bool is_odd = dice.falls(0.3);
    const auto fires = [&](double usually, double oddly) { return dice.falls(is_odd ? oddly : usually); };
    const auto set = [&](std::string_view id, std::optional<double> value) {
        const std::size_t place = place_of(id);
        if (place < strengths.size()) strengths[place] = value;
    };
    const auto yes_or_no = [&](std::string_view id, double usually, double oddly) {
        set(id, fires(usually, oddly) ? 1.0 : 0.0);
    };
    const auto graded = [&](std::string_view id, double usually, double oddly) {
        set(id, fires(usually, oddly) ? 0.5 + dice.share() / 2 : 0.0);
    };
    const bool below_100 = fires(0.35, 0.75);
    const bool below_15 = below_100 && fires(0.3, 0.55);
    set("followers_below_100", below_100 ? 1.0 : 0.0);
    set("followers_below_15", below_15 ? 1.0 : 0.0);
    if (below_15) graded("follow_ratio", 0.15, 0.5);
    yes_or_no("following_limit", 0.01, 0.05);
    graded("account_age", 0.05, 0.25);
    graded("following_per_day", 0.03, 0.2);
    yes_or_no("no_bio", 0.3, 0.5);
    yes_or_no("no_link", 0.75, 0.92);
    graded("handle_digits", 0.15, 0.4);
    graded("handle_generated", 0.08, 0.25);
    yes_or_no("name_is_handle", 0.03, 0.08);
    yes_or_no("certified", 0.1, 0.06);
    yes_or_no("wave", 0.02, 0.2);
    if (fires(0.8, 0.6)) {
        yes_or_no("repost_share", 0.05, 0.2);
        yes_or_no("repeated_text", 0.03, 0.15);
        yes_or_no("inactive", 0.4, 0.3);
    } else {
        for (const std::string_view id : {"repost_share", "repeated_text", "inactive"}) set(id, std::nullopt);
        yes_or_no("no_posts", 0.7, 0.7);
    }
    return strengths;
}

inline constexpr std::size_t kCrowd = 2000;
inline constexpr double kHarmfulShare = 0.2;

/// The log-odds of a user without the bias.
inline double sum_of(const model::Labelled& user, const LinearModel& weights) {
    double sum = 0;
    for (std::size_t i = 0; i < user.strengths.size(); ++i) sum += weights.weights[i] * user.strengths[i].value_or(0);
    return sum;
}

/// Users whose verdicts, given or not, follow `truth`; its bias is moved so that kHarmfulShare of them are harmful.
/// Their risk and rank are those of the weights in effect.
inline std::vector<model::Labelled> draw_crowd(Dice& dice, const LinearModel& truth, const LinearModel& in_effect) {
    std::vector<model::Labelled> crowd(kCrowd);
    std::vector<double> sums;
    for (std::size_t i = 0; i < crowd.size(); ++i) {
        crowd[i].id = static_cast<std::int64_t>(i + 1);
        crowd[i].strengths = draw_strengths(dice);
        crowd[i].risk = risk_of(crowd[i].strengths, in_effect.weights, in_effect.bias);
        sums.push_back(sum_of(crowd[i], truth));
    }
    double low = -30;
    double high = 30;
    for (int i = 0; i < 40; ++i) {
        double expected = 0;
        for (const double sum : sums) expected += logistic(sum + (low + high) / 2);
        (expected < kHarmfulShare * static_cast<double>(kCrowd) ? low : high) = (low + high) / 2;
    }
    std::vector<Ranked> ranked;
    for (std::size_t i = 0; i < crowd.size(); ++i) {
        crowd[i].harmful = dice.falls(logistic(sums[i] + low));
        ranked.push_back({*crowd[i].risk, false});
    }
    ranked = by_rank(ranked);
    for (std::size_t i = 0; i < crowd.size(); ++i) crowd[i].rank = ranked[i].score;
    return crowd;
}

/// The crowd after so many verdicts.
struct Judged {
    std::vector<model::Labelled> judged{};
    std::vector<model::Labelled> rest{};
};

/// Lets an operator judge in triage's order, in rounds of 20: every third place, give or take, goes to a user drawn at
/// random, and is marked; the others go by what a verdict is worth.
inline Judged judge(Dice& dice, std::vector<model::Labelled> crowd, std::size_t verdicts) {
    constexpr double kSample = 0.33;
    constexpr std::size_t kRound = 20;
    const auto gain = [](const model::Labelled& user) {
        return 0.5 * 4 * *user.risk * (1 - *user.risk) + 0.5 * *user.risk;
    };
    for (std::size_t i = crowd.size(); i-- > 1;) std::swap(crowd[i], crowd[dice.below(i + 1)]);
    std::vector<std::size_t> drawn(crowd.size());
    for (std::size_t i = 0; i < drawn.size(); ++i) drawn[i] = i;
    std::vector<std::size_t> by_gain = drawn;
    for (std::size_t i = drawn.size(); i-- > 1;) std::swap(drawn[i], drawn[dice.below(i + 1)]);
    std::stable_sort(by_gain.begin(), by_gain.end(),
                     [&](std::size_t a, std::size_t b) { return gain(crowd[a]) > gain(crowd[b]); });
    std::vector<bool> is_judged(crowd.size());
    const auto next_of = [&](const std::vector<std::size_t>& order) {
        return *std::find_if(order.begin(), order.end(), [&](std::size_t user) { return !is_judged[user]; });
    };
    Judged result;
    for (std::size_t i = 0; i < verdicts; ++i) {
        const auto place = static_cast<double>(i % kRound + 1);
        const bool sampled = std::floor(place * kSample) > std::floor((place - 1) * kSample);
        const std::size_t user = next_of(sampled ? drawn : by_gain);
        is_judged[user] = true;
        result.judged.push_back(crowd[user]);
        result.judged.back().sampled = sampled;
    }
    for (std::size_t i = 0; i < crowd.size(); ++i)
        if (!is_judged[i]) result.rest.push_back(crowd[i]);
    std::sort(result.judged.begin(), result.judged.end(),
              [](const model::Labelled& a, const model::Labelled& b) { return a.id < b.id; });
    return result;
}

/// How well weights order users.
inline double auc_of(const std::vector<model::Labelled>& users, const LinearModel& weights) {
    std::vector<Ranked> ranked;
    for (const model::Labelled& user : users) ranked.push_back({sum_of(user, weights), user.harmful});
    return *area_under_curve(ranked).area;
}

}  // namespace wdx::insight
