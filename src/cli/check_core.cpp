#include "cli/check_core.hpp"

#include "app/dev/core_tables.hpp"
#include "store/core/core_checks.hpp"
#include "store/core/core_indexes.hpp"
#include "store/core/core_schema.hpp"

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace wdx::cli {
namespace {

/// In a table of more rows the other indexes pay off, too.
constexpr std::int64_t kManyRows = 50'000;

bool is_without_main_tables(const store::CoreSchema& schema) {
    return !schema.has("accounts") || !schema.has("users");
}

/// What adds tables and columns that an older core has not made.
std::string how_to_add(db::Session& session, const std::vector<std::string>& missing) {
    std::string text =
        "To add it, run this as the core's role. The core's own --setup does not: it adds no columns, and its trigger "
        "breaks every update of a user while users.last_updated is missing.";
    for (const std::string& one : missing)
        for (const std::string& statement : app::core_statements(one)) text += "\n" + statement;
    if (std::find(missing.begin(), missing.end(), "users.last_updated") != missing.end() &&
        !store::has_update_trigger(session))
        for (const std::string& statement : app::core_trigger_statements()) text += "\n" + statement;
    return text;
}

}  // namespace

void check_core_schema(db::Session& session, CheckReport& report) {
    constexpr std::string_view kName = "core schema";
    const store::CoreSchema schema = store::read_core_schema(session);
    const auto needed = schema.missing_needed();
    if (!needed.empty() && is_without_main_tables(schema)) {
        report.fail(kName, fmt::format("missing: {}", fmt::join(needed, ", ")),
                    "Let watchdxg-core make its tables in this database (its --setup, once), or correct "
                    "WDX_DATABASE_URL; until then the data routes answer 503.");
        return;
    }
    if (!needed.empty()) {
        report.fail(kName, fmt::format("missing: {}", fmt::join(needed, ", ")),
                    fmt::format("The data routes answer 503. {}", how_to_add(session, needed)));
        return;
    }
    for (const std::string& table : schema.unreadable())
        report.fail(kName, "no permission to read " + table,
                    "As the owner of the table: " + store::grant_to_us(session, "SELECT ON " + table));
    const std::string text = fmt::format("generation {}", schema.generation());
    if (const auto later = schema.missing_later(); later.empty())
        report.ok(kName, text);
    else
        report.warn(kName, fmt::format("{}, missing: {}", text, fmt::join(later, ", ")),
                    fmt::format("Everything else is served. {}", how_to_add(session, later)));
}

void check_core_rights(db::Session& session, CheckReport& report) {
    const std::vector<std::string> rights = store::list_missing_rights(session);
    for (const std::string& missing : rights)
        report.fail("core rights", "missing: " + missing,
                    "Verdicts and actions cannot be written. As the owner: " + store::grant_to_us(session, missing));
    if (rights.empty()) report.ok("core rights", "classification and actions can be written");
}

void check_core_indexes(db::Session& session, CheckReport& report) {
    for (const store::CoreIndex& index : store::core_indexes()) {
        if (!index.is_basic) continue;
        const auto table = store::read_indexed_table(session, index.table);
        if (!table) continue;
        const std::string target = store::target_of(index);
        if (store::find_serving(table->indexes, index) != nullptr) {
            report.ok("index", target + " has one");
            continue;
        }
        // A partitioned table cannot be indexed concurrently.
        const std::string_view how = table->is_partitioned ? "" : "CONCURRENTLY ";
        std::string to_do =
            fmt::format("CREATE INDEX {}ON {} ({}, {});", how, table->quoted, index.keys[0], index.keys[1]);
        if (table->rows > kManyRows) to_do += "\nWhat else would save time is told by `watchdxg-back indexes`.";
        report.warn("index", target + " has none: lists read the whole table, or sort", to_do);
    }
}

}  // namespace wdx::cli
