#pragma once

#include <string>
#include <string_view>

namespace wdx::store {

// Users whom chance chooses to be judged: what is found among them holds for all who are not judged.

/// So many users of an X account are drawn on a day.
inline constexpr int kDrawn = 1000;

/// SQL over the row `s` of watchdxg_signal: it stands for a person.  Written so that PostgreSQL expects many such rows:
/// of two equal columns it expects one row in two hundred.
inline constexpr std::string_view kStandsForPerson = "CASE WHEN s.person = s.user_id THEN true ELSE false END";

/// SQL over the row `s` of watchdxg_signal: true where the condition holds for any row of the person.
/// @param exists  what follows SELECT: FROM and a condition, `{}` standing for the id of a user
std::string any_row_sql(std::string_view exists);

/// SQL, a SELECT of `user_id` and `place` (from 1): the users of an X account who are drawn on a day (UTC), the kDrawn
/// with the lowest hashes of (id, day) among the people who were not judged when it began, each by the row that stands
/// for her.  The hash is `tie`, minus a hash of the day: the draw begins somewhere in the order of the ties, and reads
/// no more rows of watchdxg_signal than it needs.
/// @param account, day  SQL, of the types bigint and date
/// @param has_verdicts  there is a table of them
std::string draw_sql(std::string_view account, std::string_view day, bool has_verdicts);

}  // namespace wdx::store
