#pragma once

#include "base/json_reader.hpp"
#include "model/signals.hpp"

#include <string>
#include <string_view>

namespace wdx::insight {

// How a report says numbers, times, verdicts and signals to a person.  Times that are none are passed on as they stand.

/// An integer of any size, its thousands apart: `4980` is `4,980`.
std::string count_words(std::string_view digits);

/// No more digits than say something: `4,980`, `12.3`, `0.05`; a minus sign below zero.
std::string number_words(double number);

/// A score of 0..1 with two digits: `0.94`; `above 0.99` and `below 0.01` where these would say 1 and 0.
std::string score_words(double score);

/// What a signal adds to the sum behind the score: `+1.50`, with a minus sign below zero.
std::string contribution_words(double contribution);

/// `2026-01-02T03:04:05Z` is `2 January 2026 at 03:04 UTC`.
std::string moment_words(std::string_view time);

/// `2026-01-02T03:04:05.123456Z` is `2026-01-02 03:04:05`.
std::string table_time(std::string_view time);

/// `2020-01-01` is `January 2020`: X shows no more of when somebody joined.
std::string month_words(std::string_view date);

/// `Harmful`, `Not harmful, inactive`, `None yet` where there is none; what a verdict does not say is left out.
std::string verdict_words(const base::JsonValue& verdict);

/// What was found, with its unit: `415 accounts followed for each follower`, `93 %`, `yes`.
/// @param value  1 where the signal is a yes-or-no rule
std::string value_words(const model::Signal& signal, double value);

/// Where the signal fires: `at least 50`, `at most 14`, `if so`.
/// @param threshold  that was in effect; of no meaning for a yes-or-no rule
std::string threshold_words(const model::Signal& signal, double threshold);

}  // namespace wdx::insight
