#pragma once

#include "db/rows.hpp"
#include "model/resource.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace wdx::store {

// What is known to be wrong in rows of the core and can be made right from other columns of the same row.
// Definitions and limits: docs/data-quality.md.

/// Makes `users` show the counts that `following_str` and `followers_str` say, where the core took a decimal comma for
/// one between thousands, or a point between thousands for a decimal one.  Nothing is corrected where this generation
/// lacks the texts, or a second time.
void correct_users(model::View& users);

// SQL over the row `t`, a condition on the stored counts; empty where this generation lacks the texts.
/// @param users  as they are stored
std::string decimal_comma_sql(const model::View& users);
std::string thousands_point_sql(const model::View& users);
/// The text does not say the count, and nothing is certain.
std::string unclear_counts_sql(const model::View& users);

/// Makes `posts` show likes and replies at their places, and no reposts, for the users of the X accounts whose counters
/// were swapped.
/// @param accounts  as read_swapped_accounts gives them
void correct_posts(model::View& posts, std::span<const std::int64_t> accounts);

/// The X accounts whose posts' counters were swapped: rows of `account_id`.  `$1`: one account to look at, or NULL.
/// Empty where the columns are not there.
std::string swapped_accounts_sql(const model::View& posts);
std::vector<std::int64_t> read_swapped_accounts(const db::Rows& rows);

/// SQL, an aggregate over the posts of an account that have both counts: they were swapped, for `reposts` and `replies`
/// are the same on every one of them, and some of them are not 0.
/// @param reposts  SQL
/// @param replies  SQL
std::string is_swapped_sql(const std::string& reposts, const std::string& replies);

}  // namespace wdx::store
