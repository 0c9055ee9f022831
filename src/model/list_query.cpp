#include "model/list_query.hpp"

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
            return kOfNumbers;
        case Type::text:
            return kOfText;
        case Type::boolean:
            return kOfBooleans;
        case Type::json:
            return kOfJson;
        case Type::verdict:
            break;
    }
    return {};
}

bool is_orderable(const Column& column) {
    return column.is_present && column.field->filterable && column.field->use != Use::filter_only &&
           column.type != Type::json && column.type != Type::verdict;
}

}  // namespace wdx::model
