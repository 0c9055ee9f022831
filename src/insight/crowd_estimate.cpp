#include "insight/crowd_estimate.hpp"

#include <algorithm>
#include <cmath>
#include <map>

namespace wdx::insight {
namespace {

using model::Cell;
using model::Known;

/// Fewer sampled verdicts are no stratum of their own.
constexpr std::int64_t kLeastOfStratum = 8;
/// So many verdicts' worth of the variance of all strata is added to that of each.
constexpr double kBorrowed = 1;
constexpr double kNormal = 1.959963984540054;

std::int64_t people_of(std::span<const Cell> cells) {
    std::int64_t people = 0;
    for (const Cell& cell : cells) people += cell.people;
    return people;
}

/// The 97.5 % point of Student's distribution, from the normal one.
/// Source: Abramowitz, Stegun, Handbook of Mathematical Functions, 26.7.5.
double student(double freedom) {
    const double z = kNormal;
    return z + (std::pow(z, 3) + z) / (4 * freedom) +
           (5 * std::pow(z, 5) + 16 * std::pow(z, 3) + 3 * z) / (96 * freedom * freedom);
}

struct Interval {
    double low;
    double high;
};

/// Source: Wilson, Journal of the American Statistical Association 22, 1927.
Interval wilson(double share, double n) {
    const double z2 = kNormal * kNormal;
    const double middle = (share + z2 / (2 * n)) / (1 + z2 / n);
    const double half = kNormal / (1 + z2 / n) * std::sqrt(share * (1 - share) / n + z2 / (4 * n * n));
    return {share <= 0 ? 0 : std::max(0.0, middle - half), share >= 1 ? 1 : std::min(1.0, middle + half)};
}

/// What the sampled people of a stratum count, and those of them that are so.
struct Sample {
    double n = 0;
    double unjudged = 0;  ///< people
    double unjudged_size = 0;
    double unjudged_squares = 0;
    double size = 0;
    double size_so = 0;
    double squares = 0;
    double squares_so = 0;

    [[nodiscard]] double mean() const { return size / n; }
    [[nodiscard]] double mean_so() const { return size_so / n; }
    /// The squared deviations of what is so from its share of the size.
    [[nodiscard]] double deviations(double share) const {
        const double sum = size_so - share * size;
        const double squared = squares_so * (1 - share) * (1 - share) + (squares - squares_so) * share * share;
        return std::max(0.0, squared - sum * sum / n);
    }
};

Sample sample_of(const Stratum& stratum, Count count, const std::function<bool(const Cell&)>& is_so) {
    Sample sample;
    const auto size = [&](const Cell& cell) {
        return count == Count::people ? static_cast<double>(cell.people) : cell.followers;
    };
    const auto square = [&](const Cell& cell) {
        return count == Count::people ? static_cast<double>(cell.people) : cell.followers_squared;
    };
    for (const Cell& cell : stratum.unjudged) {
        sample.unjudged += static_cast<double>(cell.people);
        sample.unjudged_size += size(cell);
        sample.unjudged_squares += square(cell);
    }
    for (const Cell& cell : stratum.sampled) {
        sample.n += static_cast<double>(cell.people);
        sample.size += size(cell);
        sample.squares += square(cell);
        if (!is_so(cell)) continue;
        sample.size_so += size(cell);
        sample.squares_so += square(cell);
    }
    return sample;
}

/// The share of all that the unjudged count, and for how many verdicts of a simple sample it is as good.
struct Share {
    double share;
    double verdicts;
};

/// How many people of equal size the sampled ones, and the unjudged that they speak for, are worth.
/// Source: Kish, Survey Sampling, 1965, 11.7.
double worth(std::span<const Sample> samples) {
    double size = 0;
    double squares = 0;
    double unjudged_size = 0;
    double unjudged_squares = 0;
    for (const Sample& sample : samples) {
        const double weight = sample.unjudged / sample.n;
        size += weight * sample.size;
        squares += weight * weight * sample.squares;
        unjudged_size += sample.unjudged_size;
        unjudged_squares += sample.unjudged_squares;
    }
    return 1 / (squares / (size * size) + unjudged_squares / (unjudged_size * unjudged_size));
}

/// The variance of the share; nothing where all or none are so.
double variance_of(std::span<const Sample> samples, double share, double size, double freedom) {
    double deviations = 0;
    for (const Sample& sample : samples) deviations += sample.deviations(share);
    const double pooled = deviations / freedom;
    double variance = 0;
    for (const Sample& sample : samples) {
        const double own = (sample.deviations(share) + kBorrowed * pooled) / (sample.n - 1 + kBorrowed);
        variance += sample.unjudged * (sample.unjudged + sample.n) * own / sample.n;
    }
    return variance / (size * size);
}

Share share_of_unjudged(std::span<const Sample> samples, Count count) {
    double size = 0;
    double size_so = 0;
    double n = 0;
    for (const Sample& sample : samples) {
        size += sample.unjudged * sample.mean();
        size_so += sample.unjudged * sample.mean_so();
        n += sample.n;
    }
    if (size <= 0) return {0, 1};  // nobody who was sampled has a follower
    const double share = size_so / size;
    // Few have most of the followers: what deviates among them is no measure of what may.
    const double of_equal_size = count == Count::people ? n : worth(samples);
    const auto freedom = std::max(1.0, of_equal_size - static_cast<double>(samples.size()));
    const double variance = count == Count::people ? variance_of(samples, share, size, freedom) : 0;
    const double verdicts = variance > 0 ? share * (1 - share) / variance : worth(samples);
    return {share, verdicts * std::pow(kNormal / student(freedom), 2)};
}

}  // namespace

std::size_t count_sampled(std::span<const Cell> crowd) {
    std::size_t sampled = 0;
    for (const Cell& cell : crowd)
        if (cell.known == Known::sampled) sampled += static_cast<std::size_t>(cell.people);
    return sampled;
}

std::int64_t count_unjudged(std::span<const Cell> crowd) {
    std::int64_t unjudged = 0;
    for (const Cell& cell : crowd)
        if (cell.known == Known::unjudged) unjudged += cell.people;
    return unjudged;
}

std::vector<Stratum> strata_of(std::span<const Cell> crowd) {
    std::map<int, Stratum, std::greater<>> levels;
    for (const Cell& cell : crowd) {
        if (cell.known == Known::judged) continue;
        Stratum& stratum = levels[cell.level];
        (cell.known == Known::sampled ? stratum.sampled : stratum.unjudged).push_back(cell);
    }
    // From the highest rank down, where the ranks differ most; what is left at the end belongs to the last one.
    std::vector<Stratum> strata;
    bool is_open = false;
    for (auto& [level, stratum] : levels) {
        if (!is_open) strata.emplace_back();
        Stratum& last = strata.back();
        last.from_level = level;
        last.unjudged.insert(last.unjudged.end(), stratum.unjudged.begin(), stratum.unjudged.end());
        last.sampled.insert(last.sampled.end(), stratum.sampled.begin(), stratum.sampled.end());
        is_open = people_of(last.sampled) < kLeastOfStratum;
    }
    if (is_open && strata.size() > 1) {
        Stratum rest = std::move(strata.back());
        strata.pop_back();
        Stratum& last = strata.back();
        last.from_level = rest.from_level;
        last.unjudged.insert(last.unjudged.end(), rest.unjudged.begin(), rest.unjudged.end());
        last.sampled.insert(last.sampled.end(), rest.sampled.begin(), rest.sampled.end());
    }
    return strata;
}

double share_of(const Stratum& stratum, const std::function<bool(const Cell&)>& is_so) {
    const Sample sample = sample_of(stratum, Count::people, is_so);
    return sample.mean_so();
}

Estimate estimate_unjudged(std::span<const Cell> crowd, Count count, const std::function<bool(const Cell&)>& is_so) {
    std::vector<Sample> samples;
    double size = 0;
    for (const Stratum& stratum : strata_of(crowd)) {
        samples.push_back(sample_of(stratum, count, is_so));
        size += samples.back().unjudged_size;
    }
    if (size <= 0) return {};
    const Share share = share_of_unjudged(samples, count);
    const Interval interval = wilson(share.share, share.verdicts);
    return {size * share.share, size * interval.low, size * interval.high};
}

}  // namespace wdx::insight
