#include "base/suggest.hpp"

#include <algorithm>
#include <limits>
#include <numeric>
#include <vector>

namespace wdx::base {
namespace {

constexpr std::size_t kLongestName = 100;  // nothing longer is a slip of a name, and the work stays bounded

// Levenshtein's distance, one row of the matrix at a time.
std::size_t edit_distance(std::string_view left, std::string_view right) {
    std::vector<std::size_t> row(right.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < left.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i + 1;
        for (std::size_t j = 0; j < right.size(); ++j) {
            const std::size_t replaced = diagonal + (left[i] == right[j] ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min({replaced, row[j] + 1, diagonal + 1});
        }
    }
    return row.back();
}

/// @param limit  edits that are too many
std::optional<std::string> find_nearest(std::string_view name, std::span<const std::string> candidates,
                                        std::size_t limit) {
    if (name.size() > kLongestName) return std::nullopt;
    std::optional<std::string> best;
    for (const std::string& candidate : candidates) {
        const std::size_t distance = edit_distance(name, candidate);
        if (distance >= limit) continue;
        limit = distance;
        best = candidate;
    }
    return best;
}

}  // namespace

std::optional<std::string> nearest_name(std::string_view name, std::span<const std::string> candidates) {
    return find_nearest(name, candidates, std::numeric_limits<std::size_t>::max());
}

std::optional<std::string> closest_name(std::string_view name, std::span<const std::string> candidates) {
    return find_nearest(name, candidates, std::max<std::size_t>(2, name.size() / 4) + 1);
}

}  // namespace wdx::base
