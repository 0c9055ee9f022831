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

/// The users of an X account who are drawn on a day (UTC): the kDrawn with the lowest hashes of (id, day) among the
/// people who were not judged when it began, each by the row that stands for her.  The hash is `tie`, minus a hash of
/// the day: the draw begins somewhere in the order of the ties, goes on to the last of them, and from the first.
struct Draw {
    std::string account;       ///< SQL of the type bigint
    std::string day;           ///< SQL of the type date
    bool has_verdicts = true;  ///< there is a table of them
};

/// SQL, a SELECT of columns of watchdxg_signal (user_id, account_id, person, handle_key, risk, tie) in the order of the
/// draw: those from where it begins to the last tie.  It reads no more than is asked of it.
std::string drawn_first_sql(const Draw& draw);

/// SQL, such a SELECT: those who come after them.
/// @param first  SQL: how many they are
std::string drawn_last_sql(const Draw& draw, std::string_view first);

/// SQL over the row `p` of watchdxg_signal, which stands for a person: whether she is drawn.  Written for few people:
/// it counts who is drawn before her.
/// @param draw  of the account of `p`
std::string is_drawn_sql(const Draw& draw);

}  // namespace wdx::store
