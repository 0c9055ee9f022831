#include "insight/logistic.hpp"

#include <algorithm>
#include <cmath>

namespace wdx::insight {
namespace {

constexpr int kMostSteps = 50;
constexpr int kMostHalvings = 30;        ///< of a step
constexpr double kSmallestGain = 1e-10;  ///< of the penalized loss; where less is expected the search ends
constexpr double kBiasCurvature = 1e-9;  ///< added for the bias, which has no penalty

/// Solves a system with a positive definite matrix, of which the lower half is given by rows, by Cholesky's
/// decomposition.
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

/// The penalized loss at a point, and its derivatives.  Place 0 is the bias, the weights follow.
struct Slope {
    double loss = 0;
    std::vector<double> gradient;
    std::vector<double> hessian;  ///< its lower half, by rows
};

struct Problem {
    const LogisticData& data;
    const LinearModel& center;
    double lambda;
    const LeftOut& left_out;

    [[nodiscard]] Slope at(const LinearModel& point) const {
        const std::size_t n = data.width() + 1;
        Slope slope{.loss = 0, .gradient = std::vector<double>(n), .hessian = std::vector<double>(n * n)};
        for (std::size_t row = 0; row < data.size(); ++row)
            if (!left_out.has(row)) add_row(row, point, slope);
        slope.hessian[0] += kBiasCurvature;
        for (std::size_t j = 1; j < n; ++j) {
            const double distance = point.weights[j - 1] - center.weights[j - 1];
            slope.loss += lambda / 2 * distance * distance;
            slope.gradient[j] += lambda * distance;
            slope.hessian[j * n + j] += lambda;
        }
        return slope;
    }

  private:
    void add_row(std::size_t row, const LinearModel& point, Slope& slope) const {
        const std::size_t n = data.width() + 1;
        const double x = data.linear(row, point);
        const double p = logistic(x);
        const double error = p - (data.harmful(row) ? 1.0 : 0.0);
        const double curvature = p * (1 - p);
        slope.loss += log_loss_at(x, data.harmful(row));
        slope.gradient[0] += error;
        slope.hessian[0] += curvature;
        const auto entries = data.entries(row);
        for (std::size_t a = 0; a < entries.size(); ++a) {
            const std::size_t place = entries[a].feature + 1;
            const double weighted = curvature * entries[a].value;
            slope.gradient[place] += error * entries[a].value;
            slope.hessian[place * n] += weighted;
            for (std::size_t b = 0; b <= a; ++b)
                slope.hessian[place * n + entries[b].feature + 1] += weighted * entries[b].value;
        }
    }
};

LinearModel moved(const LinearModel& from, const std::vector<double>& step, double size) {
    LinearModel to = from;
    to.bias -= size * step[0];
    for (std::size_t j = 0; j < to.weights.size(); ++j) to.weights[j] -= size * step[j + 1];
    return to;
}

/// How much less the loss is after a step, to the second order.
double expected_gain(const Slope& slope, const std::vector<double>& step) {
    double gain = 0;
    for (std::size_t j = 0; j < step.size(); ++j) gain += slope.gradient[j] * step[j] / 2;
    return gain;
}

}  // namespace

double logistic(double x) {
    return 1 / (1 + std::exp(-std::clamp(x, -700.0, 700.0)));
}

double logit(double probability) {
    constexpr double kSurest = 1e-12;
    const double p = std::clamp(probability, kSurest, 1 - kSurest);
    return std::log(p / (1 - p));
}

double log_loss_at(double x, bool harmful) {
    const double against = harmful ? -x : x;
    return std::max(against, 0.0) + std::log1p(std::exp(-std::abs(against)));
}

void LogisticData::add(std::span<const double> features, bool harmful) {
    for (std::size_t j = 0; j < width_; ++j)
        if (features[j] != 0) entries_.push_back({static_cast<std::uint32_t>(j), features[j]});
    begins_.push_back(entries_.size());
    harmful_.push_back(harmful ? 1 : 0);
}

double LogisticData::linear(std::size_t row, const LinearModel& model) const {
    double sum = model.bias;
    for (const Entry& entry : entries(row)) sum += model.weights[entry.feature] * entry.value;
    return sum;
}

bool LogisticData::row_less(std::size_t a, std::size_t b) const {
    const auto of_a = entries(a);
    const auto of_b = entries(b);
    return std::lexicographical_compare(of_a.begin(), of_a.end(), of_b.begin(), of_b.end());
}

LinearModel fit_logistic(const LogisticData& data, const LinearModel& center, double lambda, const LinearModel& start,
                         const LeftOut& left_out) {
    const Problem problem{data, center, lambda, left_out};
    LinearModel point = start;
    Slope slope = problem.at(point);
    for (int i = 0; i < kMostSteps; ++i) {
        const std::vector<double> step = solve(slope.hessian, slope.gradient);
        if (expected_gain(slope, step) < kSmallestGain) return moved(point, step, 1);
        // Where the whole step leads upwards, a shorter one does not: the loss is convex.
        bool is_better = false;
        for (int halved = 0; halved < kMostHalvings && !is_better; ++halved) {
            LinearModel next = moved(point, step, std::ldexp(1.0, -halved));
            Slope next_slope = problem.at(next);
            is_better = next_slope.loss <= slope.loss;
            if (!is_better) continue;
            point = std::move(next);
            slope = std::move(next_slope);
        }
        if (!is_better) break;
    }
    return point;
}

LinearModel fit_bias(const LogisticData& data, const LinearModel& start, const LeftOut& left_out) {
    constexpr double kFarthest = 1000;
    constexpr double kNearEnough = 1e-10;
    std::vector<double> offsets;
    double harmful = 0;
    for (std::size_t row = 0; row < data.size(); ++row) {
        if (left_out.has(row)) continue;
        offsets.push_back(data.linear(row, start) - start.bias);
        harmful += data.harmful(row) ? 1 : 0;
    }
    // The sum of the errors grows with the bias: the minimum lies between two where its signs differ.  A step of
    // Newton's method that leads out of there is replaced by halving.
    double low = -kFarthest;
    double high = kFarthest;
    LinearModel fitted = start;
    for (int i = 0; i < kMostSteps && high - low > kNearEnough; ++i) {
        double error = -harmful;
        double curvature = kBiasCurvature;
        for (const double offset : offsets) {
            const double p = logistic(fitted.bias + offset);
            error += p;
            curvature += p * (1 - p);
        }
        (error < 0 ? low : high) = fitted.bias;
        const double next = fitted.bias - error / curvature;
        if (std::abs(next - fitted.bias) < kNearEnough) break;
        fitted.bias = low < next && next < high ? next : (low + high) / 2;
    }
    return fitted;
}

std::vector<std::size_t> deal_folds(const LogisticData& data) {
    std::vector<std::size_t> dealt;
    dealt.reserve(data.size());
    std::size_t turns[2] = {0, 0};
    for (std::size_t row = 0; row < data.size(); ++row) dealt.push_back(turns[data.harmful(row) ? 1 : 0]++ % kFolds);
    return dealt;
}

}  // namespace wdx::insight
