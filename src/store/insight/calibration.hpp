#pragma once

#include "model/insight.hpp"
#include "store/core/core_views.hpp"
#include "store/insight/statement.hpp"

#include <cstdint>
#include <string_view>
#include <vector>

namespace wdx::store {

/// How many verdicts a calibration looks at, the newest ones.
inline constexpr int kMostLabels = 50000;

/// The verdicts on the users of an X account.
struct Labels {
    std::int64_t total = 0;                ///< verdicts that there are
    std::vector<model::Labelled> users{};  ///< the newest, at most kMostLabels, ordered by id
};

/// @param views    with classifications
/// @param signals  as signals_sql makes it
/// @param account  id of the X account
Statement select_labels(const CoreViews& views, std::string_view signals, std::int64_t account);
Labels read_labels(const db::Rows& rows);

}  // namespace wdx::store
