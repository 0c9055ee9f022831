#include "insight/quality.hpp"

#include <algorithm>
#include <cmath>

namespace wdx::insight {
namespace {

constexpr double kNormal95 = 1.959963984540054;  ///< the 97.5 % quantile of the normal distribution

/// Users with one score.
struct Tie {
    double score = 0;
    double harmful = 0;
    double others = 0;
};

/// The lowest score first.
std::vector<Tie> ties_of(std::span<const Ranked> ranked) {
    std::vector<Ranked> sorted(ranked.begin(), ranked.end());
    std::sort(sorted.begin(), sorted.end(), [](const Ranked& a, const Ranked& b) { return a.score < b.score; });
    std::vector<Tie> ties;
    for (const Ranked& one : sorted) {
        if (ties.empty() || ties.back().score != one.score) ties.push_back({.score = one.score});
        (one.harmful ? ties.back().harmful : ties.back().others) += 1;
    }
    return ties;
}

/// All users together.
Tie sum_of(const std::vector<Tie>& ties) {
    Tie sum;
    for (const Tie& tie : ties) {
        sum.harmful += tie.harmful;
        sum.others += tie.others;
    }
    return sum;
}

}  // namespace

Auc area_under_curve(std::span<const Ranked> ranked) {
    const std::vector<Tie> ties = ties_of(ranked);
    const Tie all = sum_of(ties);
    if (all.harmful == 0 || all.others == 0) return {};
    // Of each tie: the share of the others that rank below its harmful users, and of the harmful that rank above its
    // others.
    std::vector<double> below;
    std::vector<double> above;
    Auc auc{.area = 0};
    Tie lower;
    for (const Tie& tie : ties) {
        below.push_back((lower.others + tie.others / 2) / all.others);
        above.push_back((all.harmful - lower.harmful - tie.harmful / 2) / all.harmful);
        *auc.area += below.back() * tie.harmful / all.harmful;
        lower.harmful += tie.harmful;
        lower.others += tie.others;
    }
    if (all.harmful < 2 || all.others < 2) return auc;
    double of_harmful = 0;  // both have the area as their mean
    double of_others = 0;
    for (std::size_t i = 0; i < ties.size(); ++i) {
        of_harmful += ties[i].harmful * (below[i] - *auc.area) * (below[i] - *auc.area);
        of_others += ties[i].others * (above[i] - *auc.area) * (above[i] - *auc.area);
    }
    const double variance = of_harmful / (all.harmful - 1) / all.harmful + of_others / (all.others - 1) / all.others;
    auc.low = std::max(0.0, *auc.area - kNormal95 * std::sqrt(variance));
    auc.high = std::min(1.0, *auc.area + kNormal95 * std::sqrt(variance));
    return auc;
}

Quality quality_of(std::span<const Ranked> ranked, const std::vector<bool>& called) {
    Quality quality;
    quality.n = ranked.size();
    std::size_t right = 0;
    std::size_t harmful = 0;
    for (std::size_t i = 0; i < ranked.size(); ++i) {
        quality.fired += called[i] ? 1U : 0U;
        right += called[i] && ranked[i].harmful ? 1U : 0U;
        harmful += ranked[i].harmful ? 1U : 0U;
    }
    if (quality.fired > 0) quality.precision = static_cast<double>(right) / static_cast<double>(quality.fired);
    if (harmful > 0) quality.recall = static_cast<double>(right) / static_cast<double>(harmful);
    quality.auc = area_under_curve(ranked);
    return quality;
}

std::vector<RocPoint> roc_of(std::span<const Ranked> ranked) {
    const std::vector<Tie> ties = ties_of(ranked);
    const Tie all = sum_of(ties);
    if (all.harmful == 0 || all.others == 0) return {};
    std::vector<RocPoint> points{RocPoint{}};
    // Both rates together grow from 0 to 2: of the points within a step of that way the last one is kept.
    constexpr double kSteps = static_cast<double>(kMostRocPoints - 2);
    const bool keeps_all = ties.size() < kMostRocPoints;
    const auto step_of = [](const RocPoint& point) {
        return std::floor((point.false_positive_rate + point.true_positive_rate) / 2 * kSteps);
    };
    Tie called;
    for (std::size_t i = ties.size(); i-- > 0;) {
        called.harmful += ties[i].harmful;
        called.others += ties[i].others;
        const RocPoint point{.threshold = ties[i].score,
                             .false_positive_rate = called.others / all.others,
                             .true_positive_rate = called.harmful / all.harmful};
        const bool replaces = !keeps_all && points.size() > 1 && step_of(points.back()) == step_of(point);
        if (replaces) points.pop_back();
        points.push_back(point);
    }
    return points;
}

std::size_t tenth_of(double rank) {
    constexpr double kTenths = 10;
    return static_cast<std::size_t>(std::clamp(std::floor(rank * kTenths), 0.0, kTenths - 1));
}

Tenths tenths_of(std::span<const Ranked> ranked) {
    Tenths tenths{};
    for (const Ranked& one : ranked) {
        Tenth& tenth = tenths[tenth_of(one.score)];
        tenth.n += 1;
        tenth.harmful += one.harmful ? 1 : 0;
    }
    return tenths;
}

std::vector<Ranked> by_rank(std::span<const Ranked> ranked) {
    const std::vector<Tie> ties = ties_of(ranked);
    std::vector<double> ranks;
    double lower = 0;
    for (const Tie& tie : ties) {
        const double size = tie.harmful + tie.others;
        ranks.push_back((lower + size / 2) / static_cast<double>(ranked.size()));
        lower += size;
    }
    std::vector<Ranked> result;
    result.reserve(ranked.size());
    for (const Ranked& one : ranked) {
        const auto tie = std::lower_bound(ties.begin(), ties.end(), one.score,
                                          [](const Tie& each, double score) { return each.score < score; });
        result.push_back({ranks[static_cast<std::size_t>(tie - ties.begin())], one.harmful});
    }
    return result;
}

}  // namespace wdx::insight
