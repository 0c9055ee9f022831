#include "cli/index_report.hpp"

#include "db/error.hpp"
#include "store/core/column_sql.hpp"
#include "store/core/index_examples.hpp"

#include <array>

#include <fmt/format.h>

namespace wdx::cli {
namespace {

using store::CoreIndex;
using store::CoreSchema;
using store::FoundIndex;
using store::IndexedTable;
using store::Measured;

constexpr std::string_view kNothing = "-";
constexpr std::string_view kRow = "{:<10}{:>10}{:>12}{:>12}  {}\n";
constexpr std::string_view kIndented = "{:44}  {}\n";

constexpr std::string_view kLegend =
    "\nwithout, with: how long PostgreSQL works for a statement of this server on these data (EXPLAIN ANALYZE, the\n"
    "second run); without an index that is there: as if there were none at all. What a missing one saves is known "
    "once\n"
    "it is there: --create prints both. ~: estimated from the rows and widths that ANALYZE has counted.\n";

/// A line of the report.
struct Line {
    std::string state;
    std::string size{kNothing};
    std::string without{kNothing};
    std::string with{kNothing};
    std::string note;
};

void measure_into(Line& line, db::Session& session, const CoreIndex& index, const FoundIndex* serving,
                  const CoreSchema& schema, std::string_view time_zone) {
    if (!store::is_readable(schema, index.table)) {
        line.note = "not measured: this role may not read the table";
        return;
    }
    const auto statement = store::example_of(session, index, schema, time_zone);
    if (!statement) {
        line.note = "not measured: there are no such rows yet";
        return;
    }
    const std::string_view name = serving == nullptr ? index.name : serving->name;
    const Measured now = store::measure(session, *statement, store::Use::as_it_is, name, kMeasureTimeout);
    if (serving == nullptr) {
        line.without = milliseconds(now.ms);
        return;
    }
    const Measured before = store::measure(session, *statement, store::Use::no_index, name, kMeasureTimeout);
    line.without = milliseconds(before.ms);
    line.with = milliseconds(now.ms);
    if (!now.uses_index) line.note = "PostgreSQL does not use it for these data";
}

Line line_of(db::Session& session, const CoreIndex& index, const IndexedTable& table, const CoreSchema& schema,
             std::string_view time_zone) {
    Line line;
    const FoundIndex* const serving = find_serving(table.indexes, index);
    if (serving != nullptr) {
        line.state = "there";
        line.size = bytes(serving->bytes);
    } else {
        line.state = find_broken(table.indexes, index) != nullptr ? "broken"
                     : index.is_optional                          ? "optional"
                                                                  : "missing";
        if (const auto estimate = store::estimate_bytes(session, index)) line.size = "~" + bytes(*estimate);
    }
    try {
        measure_into(line, session, index, serving, schema, time_zone);
    } catch (const db::DbError& error) {
        if (!session.is_connected()) throw;
        line.note = fmt::format("not measured: {}", error.message());
    }
    if (line.state == "broken")
        line.note = "left by an interrupted --create, which makes it anew; or being made just now";
    if (serving != nullptr && serving->name != index.name)
        line.note = fmt::format("as {}{}{}", serving->name, line.note.empty() ? "" : "; ", line.note);
    return line;
}

void print(const Line& line, const CoreIndex& index, std::ostream& out) {
    out << fmt::format(fmt::runtime(kRow), line.state, line.size, line.without, line.with, store::target_of(index));
    out << fmt::format(fmt::runtime(kIndented), "", index.serves);
    if (!line.note.empty()) out << fmt::format(fmt::runtime(kIndented), "", line.note);
    out.flush();
}

}  // namespace

std::string milliseconds(std::optional<double> ms) {
    if (!ms) return fmt::format("over {} s", kMeasureTimeout.count());
    if (*ms < 0.1) return "< 0.1 ms";
    return fmt::format("{:.{}f} ms", *ms, *ms < 10 ? 1 : 0);
}

std::string bytes(std::int64_t count) {
    constexpr std::int64_t kKilo = 1024;
    constexpr std::int64_t kMega = kKilo * kKilo;
    if (count < kMega) return fmt::format("{} kB", (count + kKilo - 1) / kKilo);
    return fmt::format("{} MB", (count + kMega / 2) / kMega);
}

std::string find_lacking(const CoreIndex& index, const CoreSchema& schema) {
    if (!schema.has(index.table)) return std::string(index.table);
    for (const std::string_view column : store::columns_of(index))
        if (schema.type(index.table, column).empty()) return fmt::format("{}.{}", index.table, column);
    return {};
}

IndexReport report_indexes(db::Session& session, const CoreSchema& schema, std::string_view time_zone,
                           std::ostream& out) {
    IndexReport report;
    out << fmt::format(fmt::runtime(kRow), "", "size", "without", "with", "index, and what asks for it");
    const bool has_trigrams = !store::read_trigram_schema(session).empty() || store::may_install_trigrams(session);
    for (const CoreIndex& index : store::core_indexes()) {
        if (const std::string lacking = find_lacking(index, schema); !lacking.empty()) {
            print({.state = "left out", .note = fmt::format("this core has no {}", lacking)}, index, out);
            continue;
        }
        const auto table = store::read_indexed_table(session, index.table);
        if (!table) continue;
        const Line line = line_of(session, index, *table, schema, time_zone);
        print(line, index, out);
        if (line.state == "there" || line.state == "optional") continue;
        if (index.needs_trigrams() && !has_trigrams)
            report.needs_extension = true;
        else
            ++report.missing;
        if (!table->is_ours) report.owner = table->owner;
    }
    out << kLegend;
    return report;
}

}  // namespace wdx::cli
