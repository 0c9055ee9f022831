#pragma once

#include "store/statistics.hpp"

#include <span>
#include <string>
#include <string_view>

namespace wdx::store {

/// Something that is known to go wrong in data that the core writes.
struct DataCheck {
    std::string_view id;
    std::string_view title;
    std::string_view effect;        ///< on the figures, a sentence or more
    std::string_view corrected_by;  ///< the parameter of lists and statistics that corrects it; empty: nothing does
    bool of_account = true;         ///< false: about rows that belong to no X account, the same for each
};

/// Definitions: docs/data-quality.md.
std::span<const DataCheck> data_checks();

inline constexpr int kMostExamples = 5;

/// A row for each of data_checks(), in their order: `rows`, how many are affected, NULL where the schema cannot tell;
/// `examples`, the smallest ids, a JSON array, those of posts as strings.  `$1`: the X account's id.
std::string data_quality_sql(const CoreViews& views);

}  // namespace wdx::store
