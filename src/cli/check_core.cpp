#include "cli/check_core.hpp"

#include "store/core_schema.hpp"

#include <string>
#include <string_view>

#include <fmt/ranges.h>

namespace wdx::cli {
namespace {

// A partial index does not serve every list, an invalid one none.
constexpr std::string_view kFindIndex = R"sql(
    SELECT c.oid::regclass::text,
           c.relkind = 'p',
           EXISTS (SELECT
                     FROM pg_catalog.pg_index AS i
                    WHERE i.indrelid = c.oid
                      AND i.indkey[0] = a.attnum
                      AND i.indisvalid
                      AND i.indpred IS NULL)
      FROM pg_catalog.pg_class AS c
      JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid AND a.attname = $2 AND NOT a.attisdropped
     WHERE c.relname = $1
       AND c.relkind IN ('r', 'p', 'm')
       AND pg_catalog.pg_table_is_visible(c.oid))sql";

// What the API writes. Rights to a sequence come from no right to its table.
constexpr std::string_view kListMissingRights = R"sql(
    SELECT format('%s ON %s', string_agg(p.privilege, ', ' ORDER BY p.privilege), t.relation)
      FROM unnest(ARRAY[to_regclass('classification'), to_regclass('actions')]) AS t (relation),
           unnest(ARRAY['INSERT', 'UPDATE', 'DELETE']) AS p (privilege)
     WHERE NOT has_table_privilege(t.relation, p.privilege)
     GROUP BY t.relation
    UNION ALL
    SELECT format('USAGE ON SEQUENCE %s', s.sequence)
      FROM pg_get_serial_sequence(to_regclass('actions')::text, 'id') AS s (sequence)
     WHERE NOT has_sequence_privilege(s.sequence, 'USAGE')
     ORDER BY 1)sql";

struct IndexedColumn {
    std::string_view table;
    std::string_view column;
};

}  // namespace

void check_core_schema(db::Session& session, CheckReport& report) {
    const store::CoreSchema schema(session.execute(store::kListCoreColumns.sql));
    if (const auto needed = schema.missing_needed(); !needed.empty()) {
        report.fail("core schema", fmt::format("missing: {}", fmt::join(needed, ", ")),
                    "Let watchdxg-core make its tables in this database (or correct WDX_DATABASE_URL); until then the "
                    "data routes answer 503.");
        return;
    }
    for (const std::string& table : schema.unreadable())
        report.fail("core schema", "no permission to read " + table,
                    "As the owner of the table: GRANT SELECT ON " + table + " TO the role of WDX_DATABASE_URL.");
    const std::string text = fmt::format("generation {}", schema.generation());
    if (const auto later = schema.missing_later(); later.empty())
        report.ok("core schema", text);
    else
        report.warn("core schema", fmt::format("{}, missing: {}", text, fmt::join(later, ", ")),
                    "Everything else is served. A newer watchdxg-core makes what is missing.");
}

void check_core_rights(db::Session& session, CheckReport& report) {
    const db::Rows rows = session.execute(kListMissingRights);
    for (int i = 0; i < rows.size(); ++i) {
        const std::string missing(rows[i].text(0));
        report.fail("core rights", "missing: " + missing,
                    "Verdicts and actions cannot be written. As the owner: GRANT " + missing +
                        " TO the role of WDX_DATABASE_URL.");
    }
    if (rows.empty()) report.ok("core rights", "classification and actions can be written");
}

void check_core_indexes(db::Session& session, CheckReport& report) {
    for (const auto& [table, column] : {IndexedColumn{"users", "account_id"}, IndexedColumn{"posts", "user_id"}}) {
        const db::Rows rows = session.execute(kFindIndex, {table, column});
        if (rows.empty()) continue;
        const std::string target = std::string(table) + "." + std::string(column);
        if (rows.front().boolean(2)) {
            report.ok("index", target + " has one");
            continue;
        }
        // A partitioned table cannot be indexed concurrently.
        const std::string how = rows.front().boolean(1) ? "" : "CONCURRENTLY ";
        report.warn(
            "index", target + " has none: every list reads the whole table",
            "CREATE INDEX " + how + "ON " + std::string(rows.front().text(0)) + " (" + std::string(column) + ");");
    }
}

}  // namespace wdx::cli
