#pragma once

#include "model/crowd.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace wdx::insight {

/// A figure with its 95 % interval.
struct Estimate {
    double estimate = 0;
    double low = 0;
    double high = 0;
};

/// People of neighbouring ranks, so many that enough of them are sampled.
struct Stratum {
    int from_level = 0;
    std::vector<model::Cell> unjudged{};
    std::vector<model::Cell> sampled{};
};

/// Sampled verdicts of a crowd.
std::size_t count_sampled(std::span<const model::Cell> crowd);
std::int64_t count_unjudged(std::span<const model::Cell> crowd);

/// The crowd's ranks in strata of at least a few sampled verdicts each; there has to be one sampled verdict.
std::vector<Stratum> strata_of(std::span<const model::Cell> crowd);

/// The share of the sampled people of a stratum whose verdict is so.
double share_of(const Stratum& stratum, const std::function<bool(const model::Cell&)>& is_so);

/// What is counted: a person, or the followers of each.
enum class Count { people, followers };

/// How many of the unjudged a verdict would find to be so: the sampled verdicts answer for the unjudged of their
/// stratum.  The estimate is a ratio, post-stratified by rank (of people it is the post-stratified mean); its variance
/// is that of a prediction of the unjudged, where a stratum of few verdicts borrows from all of them; the interval is
/// Wilson's for as many verdicts as that variance is worth. Source: Cochran, Sampling Techniques, 3rd ed. 1977, 5A.9
/// and 6.11; Valliant, Dorfman, Royall, Finite Population Sampling and Inference, 2000, chapter 2; Kott, Carr, Journal
/// of Official Statistics 13, 1997; Franco, Little, Louis, Slud, Journal of Survey Statistics and Methodology 7, 2019.
/// @param crowd  with a sampled verdict
Estimate estimate_unjudged(std::span<const model::Cell> crowd, Count count,
                           const std::function<bool(const model::Cell&)>& is_so);

}  // namespace wdx::insight
