#pragma once

#include "model/lookup.hpp"
#include "model/resource.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace wdx::model {

/// The lookups that a column has, by its type; none for one that is not filterable.
std::span<const Lookup> lookups_of(const Column& column);
/// A list can be ordered by it.
bool is_orderable(const Column& column);

/// What `classification=` chooses.  Harmful and inactive users may be both.
enum class VerdictFilter { harmful, inactive, sane, unclassified };
inline constexpr std::string_view kVerdictFilters[] = {"harmful", "inactive", "sane", "unclassified"};  ///< as above

/// A filter whose values have been validated.
struct Condition {
    const Column* column;
    Lookup lookup;
    /// One; two for `range`; any number for `in`.  Whole numbers in decimal, `true` or `false` (also for `isnull`),
    /// dates as `2026-11-25`, numbers with a fraction as PostgreSQL reads them, times as microseconds since 1970-01-01
    /// UTC, text as it is.
    std::vector<std::string> values;
};

struct Order {
    const Column* column;
    bool descending = false;
};

/// Which rows of a resource are wanted, in which order and with which fields.  Points into the View it was made for.
struct ListQuery {
    std::vector<const Column*> output{};
    std::vector<Condition> conditions{};    ///< all of them
    std::vector<VerdictFilter> verdicts{};  ///< any of them; empty: all users
    std::vector<std::string> words{};       ///< all of them, each in any of the searched fields
    std::string cohort{};                   ///< the users in it, by its id; empty: all users
    std::vector<Order> order{};             ///< ends with the key; NULLs come last in either direction
    /// SQL: a common table expression that makes `signals`; only where the query `needs_signals`.
    std::string signals{};
    std::string signals_as_of{};  ///< a time as text: every commit before it is in them; empty: not known
};

/// `expand` may name it.
bool is_expandable(const Column& column);
/// What users have in common with others is in the answer.
bool needs_likeness(const ListQuery& query);
/// The column is made of the user's signals.
bool is_of_signals(const Column& column);
/// The column says what a user has in common with others: the other rows of the person, or her cohorts.
bool is_of_likeness(const Column& column);
/// Which users are in the list, or in which order, depends on their signals.
bool is_chosen_by_signals(const ListQuery& query);
/// That, or signals are in the answer.
bool needs_signals(const ListQuery& query);
/// The column is the user's rank.
bool is_rank(const Column& column);
/// Which users are in the list, or in which order, depends on their ranks.
bool is_chosen_by_ranks(const ListQuery& query);
bool is_ordered_by_rank(const ListQuery& query);

/// Where in an order a page begins: the values of its columns in the row before, each as PostgreSQL's text.
using Position = std::vector<std::optional<std::string>>;

/// Which part of the rows is wanted.
struct Window {
    std::optional<std::int64_t> limit{};
    std::int64_t offset = 0;
    std::optional<Position> after{};  ///< the rows behind it; needs a limit
    bool backwards = false;           ///< the rows before it instead, nearest first
    bool inclusive = false;           ///< the row at the position, too
    bool with_positions = false;      ///< also the position of each row, as `_1`, `_2`, ...
};

}  // namespace wdx::model
