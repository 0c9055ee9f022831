#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace wdx::insight {

/// A number that ranks a user, and the user's verdict.
struct Ranked {
    double score;
    bool harmful;
};

/// The area under the ROC curve, with its 95 % interval: 0..1.
struct Auc {
    std::optional<double> area{};  ///< nullopt where a class has no member
    std::optional<double> low{};   ///< nullopt where a class has fewer than two
    std::optional<double> high{};
};

/// How often a harmful user ranks above another one; a tie counts half.  The interval is the normal one around the area
/// with DeLong's variance, cut to 0..1.
/// Source: DeLong, DeLong, Clarke-Pearson, Biometrics 44, 1988; Sun, Xu, IEEE Signal Processing Letters 21, 2014.
Auc area_under_curve(std::span<const Ranked> ranked);

/// How well a rule, or the score, matches the verdicts.
struct Quality {
    std::size_t n = 0;                  ///< users with a verdict about whom it says something
    std::size_t fired = 0;              ///< those that it calls harmful
    std::optional<double> precision{};  ///< harmful among those; nullopt when there are none
    std::optional<double> recall{};     ///< fired among the harmful; nullopt when there are none
    Auc auc{};
};

/// @param called  for each user whether she is called harmful
Quality quality_of(std::span<const Ranked> ranked, const std::vector<bool>& called);

/// What becomes of the verdicts when everybody with a score of `threshold` or more is called harmful.
struct RocPoint {
    std::optional<double> threshold{};  ///< nullopt: nobody is
    double false_positive_rate = 0;     ///< of the users that are not harmful, those called so
    double true_positive_rate = 0;      ///< of the harmful ones, those called so
};

inline constexpr std::size_t kMostRocPoints = 100;

/// The ROC curve from (0, 0) to (1, 1), the highest threshold first.  Where there are more thresholds than points, the
/// points are those nearest to even steps along the curve.
/// @return empty where a class has no member
std::vector<RocPoint> roc_of(std::span<const Ranked> ranked);

struct Tenth {
    std::size_t n = 0;
    std::size_t harmful = 0;
};
using Tenths = std::array<Tenth, 10>;

/// Which tenth of 0..1 a rank is in; one on the edge of two is in the upper one, 1 in the last.
std::size_t tenth_of(double rank);

/// @param ranked  with scores of 0..1
Tenths tenths_of(std::span<const Ranked> ranked);

/// The same users with their rank among themselves instead of the score: the share of those with a lower one plus half
/// of those with an equal one.
std::vector<Ranked> by_rank(std::span<const Ranked> ranked);

}  // namespace wdx::insight
