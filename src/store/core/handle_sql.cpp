#include "store/core/handle_sql.hpp"

#include "base/unicode.hpp"
#include "model/handle.hpp"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

namespace wdx::store {
namespace {

void append_range(std::string& pattern, char32_t first, char32_t last) {
    fmt::format_to(std::back_inserter(pattern), "\\U{:08X}", static_cast<std::uint32_t>(first));
    if (first != last) fmt::format_to(std::back_inserter(pattern), "-\\U{:08X}", static_cast<std::uint32_t>(last));
}

/// Inside of brackets: characters of the basic plane that `wanted` takes.
template <typename Wanted>
std::string class_of(Wanted wanted) {
    std::string pattern;
    for (char32_t point = 1; point <= 0xFFFF; ++point)
        if (wanted(point)) append_range(pattern, point, point);
    return pattern;
}

}  // namespace

std::string nowhere_pattern() {
    std::string pattern = "[" + class_of(&base::is_line_break);
    for (const base::CodePoints& range : base::invisible_characters())
        append_range(pattern, std::max<char32_t>(range.first, 1), range.last);  // PostgreSQL has no text with a NUL
    return pattern + ']';
}

std::string outside_pattern() {
    const auto leads = [](char32_t point) {
        return base::is_space(point) || model::kAtSigns.find(point) != std::u32string_view::npos;
    };
    const auto trails = [](char32_t point) { return base::is_space(point) && point != U' '; };
    return fmt::format("^[{}]+|[{}]+$", class_of(leads), class_of(trails));
}

// Most handles are of letters alone: that is looked at first, for the patterns are long.  Backslashes stand for
// themselves, as `db::pinned_settings` has it.
std::string plain_handle_sql(std::string_view handle) {
    static const std::string nowhere = nowhere_pattern();
    static const std::string outside = outside_pattern();
    return fmt::format(
        "CASE WHEN {0} ~ '^[A-Za-z0-9_]*$' THEN {0} ELSE btrim(regexp_replace(regexp_replace({0}, '{1}', '', 'g'),"
        " '{2}', '', 'g')) END",
        handle, nowhere, outside);
}

}  // namespace wdx::store
