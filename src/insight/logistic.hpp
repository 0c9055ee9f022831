#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <tuple>
#include <vector>

namespace wdx::insight {

/// 1 / (1 + exp(-x)), for any x.
double logistic(double x);

/// ln(p / (1 - p)), of a probability no surer than 1e-12.
double logit(double probability);

/// -ln(probability of the verdict), where the probability that it is harmful is logistic(x).
double log_loss_at(double x, bool harmful);

/// What a score is made of.
struct LinearModel {
    double bias = 0;
    std::vector<double> weights{};  ///< one for each feature

    bool operator==(const LinearModel&) const = default;
};

/// Verdicts with the features that they shall be predicted from.  Most features are 0, and only the others are kept.
class LogisticData {
  public:
    explicit LogisticData(std::size_t width) : width_(width) {}

    /// @param features  as many as `width`
    void add(std::span<const double> features, bool harmful);

    [[nodiscard]] std::size_t size() const noexcept { return harmful_.size(); }
    [[nodiscard]] std::size_t width() const noexcept { return width_; }
    [[nodiscard]] bool harmful(std::size_t row) const { return harmful_[row] != 0; }

    /// bias + sum of weight * feature
    [[nodiscard]] double linear(std::size_t row, const LinearModel& model) const;

    struct Entry {
        std::uint32_t feature;
        double value;
        bool operator==(const Entry&) const = default;
        bool operator<(const Entry& other) const {
            return std::tie(feature, value) < std::tie(other.feature, other.value);
        }
    };
    /// The features of a row that are not 0, the first ones first.
    [[nodiscard]] std::span<const Entry> entries(std::size_t row) const {
        return std::span(entries_).subspan(begins_[row], begins_[row + 1] - begins_[row]);
    }

    /// An order of rows by their features, in which those with the same ones are neither before nor behind each other.
    [[nodiscard]] bool row_less(std::size_t a, std::size_t b) const;

  private:
    std::size_t width_;
    std::vector<Entry> entries_{};
    std::vector<std::size_t> begins_{0};
    std::vector<std::uint8_t> harmful_{};
};

/// Rows that are left out of a fit, so that it can be judged by them.
struct LeftOut {
    std::span<const std::size_t> folds{};  ///< the fold of each row
    std::size_t fold = 0;

    [[nodiscard]] bool has(std::size_t row) const { return !folds.empty() && folds[row] == fold; }
};

/// Minimizes the sum of -ln(probability of the verdict) plus lambda / 2 times the squared distance of the weights from
/// those of `center`, by Newton's method.  The bias is free.
/// Source: le Cessie, van Houwelingen, Applied Statistics 41, 1992 (there the center is 0).
/// @param data    rows of both classes, those that are left out aside
/// @param lambda  above 0
/// @param start   where the search begins: near the minimum it is short
LinearModel fit_logistic(const LogisticData& data, const LinearModel& center, double lambda, const LinearModel& start,
                         const LeftOut& left_out = {});

/// The same for the bias alone: the weights stay.
LinearModel fit_bias(const LogisticData& data, const LinearModel& start, const LeftOut& left_out = {});

inline constexpr std::size_t kFolds = 10;  ///< of a cross-validation
/// Members of each class, so that no part of a cross-validation lacks one.
inline constexpr std::size_t kLeastToCrossValidate = 2;

/// The fold of each row for a cross-validation: the members of each class take turns, in the order of the rows, so that
/// each fold has its share of both.
std::vector<std::size_t> deal_folds(const LogisticData& data);

}  // namespace wdx::insight
