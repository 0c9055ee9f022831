#include "model/list_query.hpp"

#include <algorithm>
#include <array>

namespace wdx::model {
namespace {

constexpr std::array kOfNumbers{Lookup::exact, Lookup::gt,    Lookup::gte, Lookup::lt,
                                Lookup::lte,   Lookup::range, Lookup::in,  Lookup::isnull};
constexpr std::array kOfText{Lookup::exact,      Lookup::iexact,      Lookup::contains, Lookup::icontains,
                             Lookup::startswith, Lookup::istartswith, Lookup::in,       Lookup::isnull};
constexpr std::array kOfBooleans{Lookup::exact, Lookup::isnull};
constexpr std::array kOfJson{Lookup::isnull};

}  // namespace

std::string_view name_of(Lookup lookup) {
    switch (lookup) {
        case Lookup::exact:
            return "exact";
        case Lookup::iexact:
            return "iexact";
        case Lookup::contains:
            return "contains";
        case Lookup::icontains:
            return "icontains";
        case Lookup::startswith:
            return "startswith";
        case Lookup::istartswith:
            return "istartswith";
        case Lookup::gt:
            return "gt";
        case Lookup::gte:
            return "gte";
        case Lookup::lt:
            return "lt";
        case Lookup::lte:
            return "lte";
        case Lookup::range:
            return "range";
        case Lookup::in:
            return "in";
        case Lookup::isnull:
            break;
    }
    return "isnull";
}

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
            return kOfText;
        case Type::boolean:
            return kOfBooleans;
        case Type::json:
            return kOfJson;
        case Type::verdict:
        case Type::signals:
            break;
    }
    return {};
}

bool is_orderable(const Column& column) {
    return column.is_present && column.field->filterable && column.field->use != Use::filter_only &&
           column.type != Type::json && column.type != Type::verdict && column.type != Type::signals;
}

bool is_of_signals(const Column& column) {
    return column.type == Type::real || column.type == Type::signals;
}

bool is_chosen_by_signals(const ListQuery& query) {
    return std::any_of(query.conditions.begin(), query.conditions.end(),
                       [](const Condition& condition) { return is_of_signals(*condition.column); }) ||
           std::any_of(query.order.begin(), query.order.end(),
                       [](const Order& order) { return is_of_signals(*order.column); });
}

bool needs_signals(const ListQuery& query) {
    return is_chosen_by_signals(query) || std::any_of(query.output.begin(), query.output.end(),
                                                      [](const Column* column) { return is_of_signals(*column); });
}

}  // namespace wdx::model
