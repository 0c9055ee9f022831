#include "model/list_query.hpp"

#include <algorithm>
#include <array>

namespace wdx::model {
namespace {

/// The lookups that a kind of types has.
template <bool LookupRule::*kHas>
constexpr auto lookups_where() {
    constexpr auto kCount =
        std::count_if(kLookups.begin(), kLookups.end(), [](const auto& rule) { return rule.*kHas; });
    std::array<Lookup, kCount> found{};
    auto* next = found.begin();
    for (const LookupRule& rule : kLookups)
        if (rule.*kHas) *next++ = rule.lookup;
    return found;
}

constexpr auto kOfNumbers = lookups_where<&LookupRule::of_numbers>();
constexpr auto kOfTexts = lookups_where<&LookupRule::of_texts>();
constexpr auto kOfBooleans = lookups_where<&LookupRule::of_booleans>();
constexpr auto kOfJson = lookups_where<&LookupRule::of_json>();

/// A column of that kind decides which rows there are, or in which order.
bool is_chosen_by(const ListQuery& query, bool (*is_kind)(const Column&)) {
    return std::any_of(query.conditions.begin(), query.conditions.end(),
                       [&](const Condition& condition) { return is_kind(*condition.column); }) ||
           std::any_of(query.order.begin(), query.order.end(),
                       [&](const Order& order) { return is_kind(*order.column); });
}

}  // namespace

std::span<const Lookup> lookups_of(const Column& column) {
    if (!column.field->filterable) return {};
    switch (column.type) {
        case Type::integer:
        case Type::bigint:
        case Type::date:
        case Type::date_time:
        case Type::real:
            return kOfNumbers;
        case Type::text:
            return kOfTexts;
        case Type::boolean:
            return kOfBooleans;
        case Type::json:
            return kOfJson;
        case Type::verdict:
        case Type::signals:
        case Type::people:
        case Type::cohorts:
            break;
    }
    return {};
}

bool is_expandable(const Column& column) {
    return column.type == Type::verdict || column.type == Type::signals || is_of_likeness(column);
}

bool is_orderable(const Column& column) {
    return column.is_present && column.field->filterable && column.field->use != Use::filter_only &&
           column.type != Type::json && column.type != Type::verdict && column.type != Type::signals;
}

bool is_of_likeness(const Column& column) {
    return column.type == Type::people || column.type == Type::cohorts;
}

bool needs_likeness(const ListQuery& query) {
    return std::any_of(query.output.begin(), query.output.end(),
                       [](const Column* column) { return is_of_likeness(*column); });
}

bool is_of_signals(const Column& column) {
    return column.type == Type::real || column.type == Type::signals;
}

bool is_chosen_by_signals(const ListQuery& query) {
    return is_chosen_by(query, &is_of_signals);
}

bool is_rank(const Column& column) {
    return column.field->name == "rank";
}

bool is_chosen_by_ranks(const ListQuery& query) {
    return is_chosen_by(query, &is_rank);
}

bool is_ordered_by_rank(const ListQuery& query) {
    return std::any_of(query.order.begin(), query.order.end(),
                       [](const Order& order) { return is_rank(*order.column); });
}

bool needs_signals(const ListQuery& query) {
    return is_chosen_by_signals(query) || std::any_of(query.output.begin(), query.output.end(),
                                                      [](const Column* column) { return is_of_signals(*column); });
}

}  // namespace wdx::model
