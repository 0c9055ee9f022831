#include "app/dev/core_tables.hpp"

#include "embedded/dev_data.hpp"

#include <algorithm>
#include <stdexcept>

#include <fmt/format.h>

namespace wdx::app {
namespace {

std::string_view core_script() {
    const auto file = std::ranges::find(embedded::dev_data::kFiles, "core_v3.sql", &embedded::EmbeddedFile::name);
    if (file == embedded::dev_data::kFiles.end()) throw std::logic_error("core_v3.sql was not embedded");
    return file->contents;
}

/// From `begin`, which must be there, up to and with `end`.
std::string_view part_of(std::string_view text, std::string_view begin, std::string_view end) {
    const std::size_t first = text.find(begin);
    if (first == std::string_view::npos) throw std::logic_error(fmt::format("core_v3.sql has no {}", begin));
    const std::size_t last = text.find(end, first + begin.size());
    if (last == std::string_view::npos) throw std::logic_error(fmt::format("core_v3.sql does not end {}", begin));
    return text.substr(first, last + end.size() - first);
}

/// On one line, with single blanks.
std::string joined(std::string_view text) {
    std::string out;
    for (const char c : text) {
        const bool space = c == ' ' || c == '\n';
        if (!space)
            out += c;
        else if (!out.empty() && out.back() != ' ')
            out += ' ';
    }
    if (out.ends_with(' ')) out.pop_back();
    return out;
}

std::string_view table_script(std::string_view table) {
    return part_of(core_script(), fmt::format("CREATE TABLE IF NOT EXISTS {} (", table), ");\n");
}

/// `VARCHAR(255)`, or `TIMESTAMP DEFAULT CURRENT_TIMESTAMP`.
std::string column_definition(std::string_view table, std::string_view column) {
    std::string line = joined(part_of(table_script(table), fmt::format("\n    {} ", column), "\n"));
    if (line.ends_with(',')) line.pop_back();
    return line.substr(column.size() + 1);
}

}  // namespace

std::vector<std::string> core_statements(std::string_view missing) {
    const std::size_t dot = missing.find('.');
    const std::string_view table = missing.substr(0, dot);
    if (dot == std::string_view::npos) return {joined(table_script(table))};
    const std::string_view column = missing.substr(dot + 1);
    const std::string definition = column_definition(table, column);
    constexpr std::string_view kDefault = " DEFAULT ";
    const std::size_t split = definition.find(kDefault);
    std::vector<std::string> statements{
        fmt::format("ALTER TABLE {} ADD COLUMN {} {};", table, column, definition.substr(0, split))};
    // By itself, so that it holds for new rows alone: nobody knows the value of those that are there.
    if (split != std::string::npos)
        statements.push_back(fmt::format("ALTER TABLE {} ALTER COLUMN {} SET DEFAULT {};", table, column,
                                         definition.substr(split + kDefault.size())));
    return statements;
}

std::vector<std::string> core_trigger_statements() {
    return {joined(part_of(core_script(), "CREATE OR REPLACE FUNCTION", "$$;")),
            joined(part_of(core_script(), "CREATE TRIGGER", ";"))};
}

}  // namespace wdx::app
