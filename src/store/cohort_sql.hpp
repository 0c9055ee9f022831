#pragma once

#include <string>
#include <string_view>

namespace wdx::store {

/// The fewest users that make a cohort.
inline constexpr int kSmallestCohort = 3;

/// SQL: what a handle looks like with its letters and digits taken away: each run of letters is `a`, each digit `0`,
/// all else stays (`Maria_84736` -> `a_00000`).  NULL for a handle without a digit: nobody counts those through.
/// @param handle  SQL, a text
std::string handle_template_sql(std::string_view handle);

/// SQL: a text of a profile without white space around it; NULL where there is nothing else in it.
/// @param text  SQL
std::string shared_text_sql(std::string_view text);

/// SQL: the first day of the month, NULL for NULL.
/// @param day  SQL, a finite date
std::string month_sql(std::string_view day);

/// SQL, a boolean: a group has more members than chance explains.  The chance that a Poisson variable of mean λ is k or
/// more is at most exp(-(k ln(k/λ) - k + λ)) for k > λ (Chernoff's bound: Mitzenmacher, Upfal, Probability and
/// Computing, theorem 5.4); that has to be below 1/100 of one in as many groups as were looked at (Bonferroni's
/// correction).
/// @param members   SQL, k: a positive number
/// @param expected  SQL, λ: a positive double
/// @param groups    SQL, how many groups were looked at: positive
std::string larger_than_chance_sql(std::string_view members, std::string_view expected, std::string_view groups);

}  // namespace wdx::store
