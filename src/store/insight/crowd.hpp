#pragma once

#include "model/crowd.hpp"
#include "store/core/core_views.hpp"
#include "store/insight/statement.hpp"

#include <cstdint>
#include <vector>

namespace wdx::store {

enum class Crowd {
    everybody,  ///< how many follow them is left out
    followers,  ///< those who follow the X account
};

/// The people of an X account, by rank, by what is known of them and by their verdicts; each by the row that stands for
/// her.  Of verdicts on several rows of a person the newest counts; without a table of verdicts nobody is judged.
/// @param account  id of the X account
Statement select_crowd(const CoreViews& views, std::int64_t account, Crowd crowd);
std::vector<model::Cell> read_crowd(const db::Rows& rows);

}  // namespace wdx::store
