#pragma once

#include "db/batch.hpp"
#include "db/rows.hpp"
#include "store/core/list_sql.hpp"
#include "store/core/user_filter.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wdx::store {

/// The users that a bulk write is about: those that are named, or those that a filter chooses when it happens.
struct ChosenUsers {
    std::vector<std::int64_t> ids{};
    std::optional<UserFilter> filter{};
    std::optional<std::int64_t> expected_count{};  ///< any other number of users, and nothing is written
};

/// A statement's CTE `asked`, with `user_id`, and the values that it takes.  $7 are the ids, $8 is the count that is
/// expected.
struct AskedSql {
    std::string sql;                ///< a SELECT
    std::vector<db::Param> params;  ///< of a filter; the first one has the number that was given
};
/// @param first_param  number of the first parameter that is free
/// @param is_ordered   also `position`, in the order of the ids
AskedSql asked_sql(const ChosenUsers& users, std::size_t first_param, bool is_ordered);

/// $7 of it.
db::Param ids_param(const ChosenUsers& users);

/// A SELECT of `user_id` alone.
ListSql chosen_users_sql(const ChosenUsers& users);

/// What a bulk write would be about.
struct UserPreview {
    std::int64_t count = 0;
    std::vector<std::int64_t> sample{};  ///< some of them, chosen by a hash of the id
    std::int64_t unclassified = 0;       ///< how many have no verdict
    std::string unknown{};               ///< ids that were named and are not there, `7, 9`
    std::int64_t unknown_count = 0;
};
inline constexpr int kPreviewSample = 10;

/// A statement that counts the users.
/// @param has_verdicts  the table classification is there, and is of interest
ListSql preview_sql(const ChosenUsers& users, bool has_verdicts);
UserPreview read_preview(const db::Rows& rows);

}  // namespace wdx::store
