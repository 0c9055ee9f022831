#pragma once

#include "model/resource.hpp"

#include <cstdint>
#include <span>
#include <string>

namespace wdx::store {

// What is known to be wrong in rows of the core and can be made right from other columns of the same row.
// Definitions and limits: docs/data-quality.md.

/// Makes `users` show the counts that `following_str` and `followers_str` say, where the core took a decimal comma for
/// one between thousands.  Nothing is corrected where this generation lacks the texts.
void correct_users(model::View& users);

/// Makes `posts` show likes and replies at their places, and no reposts, for the users of the X accounts whose counters
/// were swapped.
/// @param accounts  as swapped_accounts_sql lists them
void correct_posts(model::View& posts, std::span<const std::int64_t> accounts);

/// The X accounts whose posts' counters were swapped: rows of `account_id`.  `$1`: one account to look at, or NULL.
/// Empty where the columns are not there.
std::string swapped_accounts_sql(const model::View& posts);

/// SQL, an aggregate over the posts of an account that have both counts: they were swapped, for `reposts` and `replies`
/// are the same on every one of them, and not only because nobody reacted.
/// @param reposts  SQL
/// @param replies  SQL
std::string is_swapped_sql(const std::string& reposts, const std::string& replies);

}  // namespace wdx::store
