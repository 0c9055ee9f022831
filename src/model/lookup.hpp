#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace wdx::model {

/// How a filter compares: `exact` is the bare field name, the others stand behind it after two underscores.
/// Source: Django "Field lookups".
enum class Lookup {
    exact,
    iexact,
    contains,
    icontains,
    startswith,
    istartswith,
    gt,
    gte,
    lt,
    lte,
    range,
    in,
    isnull,
};

/// What stands behind the `=` of a filter.
enum class Takes {
    value,    ///< one value of the field's type
    list,     ///< any number of them, separated by commas
    range,    ///< two of them
    boolean,  ///< `true` or `false`, whatever the field's type is
};

/// One lookup.  The only description of it besides its SQL: validation and the OpenAPI document are made of these rows.
struct LookupRule {
    Lookup lookup;
    std::string_view name;
    std::string_view meaning;  ///< for the documentation, behind the name of the field
    Takes takes = Takes::value;
    bool is_whole = false;  ///< values are whole values of the field: where it has choices, one of those
    // Which types of fields have it.
    bool of_numbers = false;  ///< dates and times, too
    bool of_texts = false;
    bool of_booleans = false;
    bool of_json = false;
};

/// In the order of the enumeration, in which the documentation shows them.
inline constexpr std::array kLookups{
    LookupRule{.lookup = Lookup::exact,
               .name = "exact",
               .meaning = "is this",
               .is_whole = true,
               .of_numbers = true,
               .of_texts = true,
               .of_booleans = true},
    LookupRule{.lookup = Lookup::iexact, .name = "iexact", .meaning = "is this, ignoring case", .of_texts = true},
    LookupRule{.lookup = Lookup::contains, .name = "contains", .meaning = "contains this", .of_texts = true},
    LookupRule{
        .lookup = Lookup::icontains, .name = "icontains", .meaning = "contains this, ignoring case", .of_texts = true},
    LookupRule{.lookup = Lookup::startswith, .name = "startswith", .meaning = "begins with this", .of_texts = true},
    LookupRule{.lookup = Lookup::istartswith,
               .name = "istartswith",
               .meaning = "begins with this, ignoring case",
               .of_texts = true},
    LookupRule{.lookup = Lookup::gt, .name = "gt", .meaning = "is greater or later", .of_numbers = true},
    LookupRule{.lookup = Lookup::gte, .name = "gte", .meaning = "is this, greater or later", .of_numbers = true},
    LookupRule{.lookup = Lookup::lt, .name = "lt", .meaning = "is less or earlier", .of_numbers = true},
    LookupRule{.lookup = Lookup::lte, .name = "lte", .meaning = "is this, less or earlier", .of_numbers = true},
    LookupRule{.lookup = Lookup::range,
               .name = "range",
               .meaning = "is one of these two, or between them",
               .takes = Takes::range,
               .is_whole = true,
               .of_numbers = true},
    LookupRule{.lookup = Lookup::in,
               .name = "in",
               .meaning = "is one of these",
               .takes = Takes::list,
               .is_whole = true,
               .of_numbers = true,
               .of_texts = true},
    LookupRule{.lookup = Lookup::isnull,
               .name = "isnull",
               .meaning = "is null, or is not",
               .takes = Takes::boolean,
               .of_numbers = true,
               .of_texts = true,
               .of_booleans = true,
               .of_json = true},
};

constexpr const LookupRule& rule_of(Lookup lookup) {
    return kLookups[static_cast<std::size_t>(lookup)];
}

static_assert([] {
    for (const LookupRule& rule : kLookups)
        if (&rule_of(rule.lookup) != &rule) return false;
    return true;
}());

}  // namespace wdx::model
