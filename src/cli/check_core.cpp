#include "cli/check_core.hpp"

#include "store/core_schema.hpp"

#include <array>
#include <string>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace wdx::cli {
namespace {

// Whether the table has an index that begins with these columns.  A partial one does not serve every list, an invalid
// one none.
constexpr std::string_view kFindIndex = R"sql(
    SELECT c.oid::regclass::text,
           c.relkind = 'p',
           EXISTS (SELECT
                     FROM pg_catalog.pg_index AS i
                     JOIN pg_catalog.pg_class AS index ON index.oid = i.indexrelid
                     JOIN pg_catalog.pg_am AS method ON method.oid = index.relam
                    WHERE i.indrelid = c.oid
                      AND method.amname = 'btree'
                      AND i.indisvalid
                      AND i.indpred IS NULL
                      AND (SELECT array_agg(a.attname::text ORDER BY key.position)
                             FROM generate_series(0, cardinality($2::text[]) - 1) AS key (position)
                             JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid
                                                              AND a.attnum = i.indkey[key.position]) = $2::text[])
      FROM pg_catalog.pg_class AS c
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

/// Lists are narrowed to the first column and ordered by the second.
struct Recommended {
    std::string_view table;
    std::string_view first;
    std::string_view second;
};
constexpr std::array kRecommended{
    Recommended{"users", "account_id", "id"},
    Recommended{"posts", "user_id", "id"},
    Recommended{"actions", "user_id", "id"},
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
    for (const auto& [table, first, second] : kRecommended) {
        const db::Rows rows = session.execute(kFindIndex, {table, fmt::format("{{{},{}}}", first, second)});
        if (rows.empty()) continue;
        const std::string target = fmt::format("{} ({}, {})", table, first, second);
        if (rows.front().boolean(2)) {
            report.ok("index", target + " has one");
            continue;
        }
        // A partitioned table cannot be indexed concurrently.
        const std::string_view how = rows.front().boolean(1) ? "" : "CONCURRENTLY ";
        report.warn("index", target + " has none: lists read the whole table, or sort",
                    fmt::format("CREATE INDEX {}ON {} ({}, {});", how, rows.front().text(0), first, second));
    }
}

}  // namespace wdx::cli
