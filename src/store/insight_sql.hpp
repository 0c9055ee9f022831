#pragma once

#include "store/statistics.hpp"

#include <string>
#include <string_view>

namespace wdx::store {

/// The newest verdicts that a calibration looks at.
inline constexpr int kMostLabels = 50000;

/// Users of an X account with their verdicts, by id: `id`, `handle`, `harmful`, `labels` (how many verdicts there are),
/// `risk`, and the strength of each of model::all_signals().  `$1`: the account's id.
/// @param views    with classifications
/// @param signals  common table expressions as signal_ctes makes them
std::string labels_sql(const CoreViews& views, std::string_view signals);

/// How much a verdict on a user is worth, 0..1: half for what it would tell (the variance of a yes-or-no of that
/// probability, 4 p (1 - p)), half for the harm that it may stop (p).
/// Source: Settles, Active Learning Literature Survey, 2009 (uncertainty sampling).
/// @param risk  SQL
std::string gain_sql(std::string_view risk);

/// The users without a verdict whose verdict is worth most: `user` (JSON), `risk`, `gain`, and for each of
/// model::all_signals() its value and its contribution as float8.  `$1`: the X account's id; `$2`: how many.
std::string triage_sql(const CoreViews& views, std::string_view signals);

}  // namespace wdx::store
