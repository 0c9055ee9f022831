#pragma once

#include "store/core/core_views.hpp"
#include "store/insight/statement.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace wdx::store {

/// A known fault of the data that the core writes.
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

/// What a check found.
struct DataFinding {
    const DataCheck* check;
    std::optional<std::int64_t>
        rows;                   ///< how many it affects; nullopt: this generation of the core's schema cannot tell
    std::string examples_json;  ///< their smallest ids, at most kMostExamples: an array, ids of posts as strings
};

/// @param account  id of the X account
Statement select_data_quality(const CoreViews& views, std::int64_t account);
/// @return a finding for each of data_checks(), in their order
std::vector<DataFinding> read_data_quality(const db::Rows& rows);

/// An X account whose rows can be checked.
struct CheckedAccount {
    std::int64_t id;
    std::optional<std::string> handle;
};

extern const db::Query kListCheckedAccounts;
std::vector<CheckedAccount> read_checked_accounts(const db::Rows& rows);

}  // namespace wdx::store
